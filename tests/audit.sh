#!/usr/bin/env bash
# audit.sh FOLDER: with AUDIT=yes asks PyPI's advisories about every pin.
# Ends with 0: all were asked, and none has a hole; 1: one has; 3: not all could be asked.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [ "${AUDIT:-}" != yes ]; then
  echo "NOT AUDITED: AUDIT=yes asks the advisories of PyPI, one request for each pin." >&2
  exit 0
fi
exec "${PYTHON:-python3}" -m tests.audit "$1"
