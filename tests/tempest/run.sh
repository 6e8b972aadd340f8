#!/usr/bin/env bash
# run.sh: OpenStack's conformance suite (tempest, from PyPI, in an environment of its own) against
# a cloud of this checkout, started on a free port with a data folder of its own.
# Environment: REGEX (default: what the project claims), MIN_MV=2.1, MAX_MV=latest, CONC=2,
#   NO_GUESTS=1 to skip a test when it wants to ping a guest or to log in to one (scenarios do),
#   SHOWN=1 to add what it has asked to tests/contract/shown.json,
#   AUTH_URL=http://host:port/identity/v3 to use a cloud that runs already.
set -euo pipefail
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
ROOT="$(cd "$HERE/../.." && pwd)"
CACHE="${TEMPEST_CACHE:-$ROOT/.cache/tempest}"
REGEX="${REGEX:-$(grep -v '^#' "$HERE/claimed.txt" | paste -sd'|' -)}"
mkdir -p "$CACHE"
if [ ! -x "$CACHE/venv/bin/tempest" ]; then
  "${PYTHON:-python3}" -m venv "$CACHE/venv"
  "$CACHE/venv/bin/pip" install -q --disable-pip-version-check 'tempest==47.0.0'
fi
if [ -z "${AUTH_URL:-}" ]; then
  # shellcheck source=tests/cloud.sh
  . "$ROOT/tests/cloud.sh"
  start_cloud
  AUTH_URL="$CLOUD/identity/v3"
fi
WS="$(mktemp -d)"
mkdir -p "$WS/etc" "$WS/lock"
PKG="$("$CACHE/venv/bin/python" -c 'import os, tempest; print(os.path.dirname(tempest.__file__))')"
printf '[DEFAULT]\ntest_path=%s/test_discover\ntop_dir=%s\ngroup_regex=([^\\.]*\\.)*\n' \
  "$PKG" "$(dirname "$PKG")" > "$WS/.stestr.conf"
"$CACHE/venv/bin/python" "$HERE/conf.py" "$AUTH_URL" "$WS" > "$WS/etc/tempest.conf"
export TEMPEST_CONFIG_DIR="$WS/etc" TEMPEST_CONFIG=tempest.conf OS_TEST_TIMEOUT="${TIMEOUT:-300}"
[ -z "${NO_GUESTS:-}" ] || export PYTHONPATH="$HERE/no_guests"
cd "$WS"
"$CACHE/venv/bin/stestr" -q init > /dev/null 2>&1 || true
status=0
awk -v at="${MIN_MV:-2.1}" '
  function number(version, part) { split(version, part, "."); return part[1] * 1000 + part[2] }
  !/^#/ && NF && (at == "latest" || number($1) <= number(at)) { print $2 }
' "$HERE/impossible.txt" > impossible.txt
"$CACHE/venv/bin/stestr" run --concurrency "${CONC:-2}" \
  --exclude-list impossible.txt "$REGEX" > run.log 2>&1 || status=$?
if [ "$status" = 0 ] && [ -n "${SHOWN:-}" ]; then
  (cd "$ROOT" && "$ROOT/.venv/bin/python" -m tests.tempest.shown "$WS/tempest.log")
fi
tail -n 12 run.log
"$CACHE/venv/bin/stestr" failing --list 2> /dev/null | grep -v '^$' || true
exit "$status"
