#!/usr/bin/env bash
# run.sh: OpenStack's conformance suite (tempest, from PyPI, in an environment of its own) against
# a cloud of this checkout, started on a free port with a data folder of its own.
# Environment: REGEX (default: what the project claims), MIN_MV=2.1, MAX_MV=latest, CONC=2,
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
  PORT="$("$ROOT/.venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
  DATA="$(mktemp -d)"
  KILONOVA_DATA="$DATA" "$ROOT/.venv/bin/python" "$ROOT/manage.py" runserver "127.0.0.1:$PORT" \
    > "$DATA/server.log" 2>&1 &
  SERVER=$!
  SECONDS=0
  trap 'kill "$SERVER" 2>/dev/null || true; wait "$SERVER" 2>/dev/null || true; rm -rf "$DATA"' EXIT
  AUTH_URL="http://127.0.0.1:$PORT/identity/v3"
  until curl -sf -o /dev/null "http://127.0.0.1:$PORT/_cloud/ready"; do
    if [ "$SECONDS" -gt 120 ] || ! kill -0 "$SERVER" 2>/dev/null; then
      echo "The cloud did not come up:" >&2
      tail -n 20 "$DATA/server.log" >&2
      exit 1
    fi
    sleep 0.2
  done
fi
WS="$(mktemp -d)"
mkdir -p "$WS/etc" "$WS/lock"
PKG="$("$CACHE/venv/bin/python" -c 'import os, tempest; print(os.path.dirname(tempest.__file__))')"
printf '[DEFAULT]\ntest_path=%s/test_discover\ntop_dir=%s\ngroup_regex=([^\\.]*\\.)*\n' \
  "$PKG" "$(dirname "$PKG")" > "$WS/.stestr.conf"
"$CACHE/venv/bin/python" "$HERE/conf.py" "$AUTH_URL" "$WS" > "$WS/etc/tempest.conf"
export TEMPEST_CONFIG_DIR="$WS/etc" TEMPEST_CONFIG=tempest.conf OS_TEST_TIMEOUT="${TIMEOUT:-300}"
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
