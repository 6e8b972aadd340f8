#!/usr/bin/env bash
# setup.sh FOLDER: makes an environment with the real Nova and what its fixtures import, from PyPI.
set -euo pipefail
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cmp -s "$HERE/requirements.txt" "$1/installed" && exit 0
"${PYTHON:-python3}" -m venv "$1"
"$1/bin/pip" install -q --disable-pip-version-check -r "$HERE/requirements.txt"
cp "$HERE/requirements.txt" "$1/installed"
