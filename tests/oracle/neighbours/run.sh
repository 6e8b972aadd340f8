#!/usr/bin/env bash
# run.sh identity|image|network|placement|volume [STEPS.yaml ...]: compares an embedded neighbour with the real service.
# SERVICE/requirements.txt says what the real one is made of; it gets an environment of its own below
# .cache/oracle. SERVICE/serve.py PORT IDENTITY STATE serves it and prints READY; tokens are those of
# our Identity. Steps are SERVICE/steps/*.yaml (differential.py says what stands in them), differences
# that have a reason SERVICE/explained.yaml. -v and other options go to compare.py.
set -euo pipefail
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
ROOT="$(cd "$HERE/../../.." && pwd)"
CACHE="${ORACLE_CACHE:-$ROOT/.cache/oracle}"
SERVICE="$1"
shift
cd "$ROOT"
REAL="$CACHE/$SERVICE"
mkdir -p "$CACHE"
if ! cmp -s "$HERE/$SERVICE/requirements.txt" "$REAL/installed"; then
  "${PYTHON:-python3}" -m venv "$REAL"
  "$REAL/bin/python" -m pip install -q --disable-pip-version-check -r "$HERE/$SERVICE/requirements.txt"
  cp "$HERE/$SERVICE/requirements.txt" "$REAL/installed"
fi
RUN="$(mktemp -d "$CACHE/$SERVICE.XXXXXX")"
. "$HERE/../processes.sh"
read -r OURS THEIRS < <("$ROOT/.venv/bin/python" - <<'PYTHON'
import socket
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(one.getsockname()[1] for one in held))
PYTHON
)
DJANGO_SETTINGS_MODULE=tests.oracle.settings KILONOVA_DATA="$RUN/ours" \
  "$ROOT/.venv/bin/python" manage.py runserver "127.0.0.1:$OURS" > "$RUN/ours.log" 2>&1 &
PIDS+=($!)
await "The cloud" "$RUN/ours.log" is_ready "$OURS"
mkdir "$RUN/theirs"
"$REAL/bin/python" -W ignore "$HERE/$SERVICE/serve.py" "$THEIRS" "http://127.0.0.1:$OURS/identity" \
  "$RUN/theirs" > "$RUN/theirs.log" 2>&1 &
PIDS+=($!)
await "The real service" "$RUN/theirs.log" grep -q READY "$RUN/theirs.log"
status=0
"$ROOT/.venv/bin/python" -m tests.oracle.neighbours.compare --cloud "http://127.0.0.1:$OURS" \
  "$SERVICE" "http://127.0.0.1:$THEIRS" "$@" || status=$?
[ "$status" != 0 ] && echo "The logs are in $RUN" || { finish; rm -rf "$RUN"; }
exit "$status"
