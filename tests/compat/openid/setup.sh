#!/usr/bin/env bash
# setup.sh FOLDER: installs the OpenID provider from npm; does nothing where there is no node.
set -euo pipefail
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
command -v npm > /dev/null || { echo "No npm here: the OpenID tests will be skipped."; exit 0; }
cmp -s "$HERE/package.json" "$1/package.json" && [ -d "$1/node_modules/oidc-provider" ] && exit 0
mkdir -p "$1"
cp "$HERE/package.json" "$HERE/package-lock.json" "$1/"
cd "$1" && npm ci --no-audit --no-fund --silent
