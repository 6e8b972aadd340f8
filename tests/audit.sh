#!/usr/bin/env bash
# audit.sh FOLDER: with AUDIT=yes asks PyPI's advisories about every pin; fails where one has a hole.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [ "${AUDIT:-}" != yes ]; then
  echo "NOT AUDITED: AUDIT=yes asks the advisories of PyPI, one request for each pin." >&2
  exit 0
fi
[ -x "$1/bin/pip-audit" ] || { "${PYTHON:-python3}" -m venv "$1" && "$1/bin/python" -m pip install -q pip-audit; }
"$1/bin/pip-audit" --no-deps --disable-pip -r constraints.txt
"$1/bin/pip-audit" --no-deps --disable-pip -r tests/compat/keystone/requirements.txt \
  || echo "The Keystone of the tests has known holes; it listens on this machine only." >&2
