#!/usr/bin/env bash
# run.sh [STEPS.yaml ...]: compares this checkout's Compute API with a real Nova.  Without files,
# with all of them, and tests/oracle/compared.json is written anew.
# run.sh --walks SEED COUNT [--steps N] [--seconds N]: random walks instead (walks.py).
# Three processes on free ports of loopback: our cloud; a second one of it, whose Identity, Image,
# Network and Volume serve the real Nova; and that Nova. Data and logs are below .cache/oracle.
# Environment: NOVA_VENV, an environment that has Nova already; ORACLE_DEFERS=1, servers are deleted
# softly, and stay on their host when they are shelved.
set -euo pipefail
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
ROOT="$(cd "$HERE/../.." && pwd)"
CACHE="${ORACLE_CACHE:-$ROOT/.cache/oracle}"
PYTHON_OF_NOVA="${NOVA_VENV:-$CACHE/venv}/bin/python"
mkdir -p "$CACHE"
[ -n "${NOVA_VENV:-}" ] || "$HERE/nova/setup.sh" "$CACHE/venv"
cd "$ROOT"
RUN="$(mktemp -d "$CACHE/run.XXXXXX")"
. "$HERE/processes.sh"
read -r OURS THEIRS NOVA OURS_GUESTS NOVA_GUESTS < <("$ROOT/.venv/bin/python" - <<'PYTHON'
import socket
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(5)]
print(*(one.getsockname()[1] for one in held))
PYTHON
)
for side in ours theirs; do
  [ "$side" = ours ] && port="$OURS" || port="$THEIRS"
  guests="" judge=""
  [ "$side" = theirs ] || guests="$OURS_GUESTS"
  [ "$side" = ours ] || judge="http://127.0.0.1:$NOVA"
  DJANGO_SETTINGS_MODULE=tests.oracle.settings KILONOVA_METADATA_PORT="$guests" KILONOVA_METADATA_SECRET=oracle \
    ORACLE_NOVA="$judge" ORACLE_CLOUD="http://127.0.0.1:$port" \
    KILONOVA_DATA="$RUN/$side" "$ROOT/.venv/bin/python" manage.py runserver "127.0.0.1:$port" \
    > "$RUN/$side.log" 2>&1 &
  PIDS+=($!)
  await "The cloud" "$RUN/$side.log" is_ready "$port"
done
DRIVER=tests.oracle.differential
if [ "${1:-}" = --walks ]; then
  DRIVER=tests.oracle.walks
  set -- --seed "$2" --walks "$3" "${@:4}"
  # What hosts have in use is compared when it has been counted.
  export NOVA_AUDIT_SECONDS=10
fi
"$PYTHON_OF_NOVA" -W ignore "$HERE/nova/serve.py" "$NOVA" "http://127.0.0.1:$THEIRS/identity" \
  "$RUN/nova" "$NOVA_GUESTS" > "$RUN/nova.log" 2>&1 &
PIDS+=($!)
await "The real Nova" "$RUN/nova.log" grep -q READY "$RUN/nova.log"
# What a whole run has compared is written down; of some files it would be less than there is.
[ $# != 0 ] || set -- --record
status=0
"$ROOT/.venv/bin/python" -m "$DRIVER" --left-cloud "http://127.0.0.1:$THEIRS" \
  --right-cloud "http://127.0.0.1:$OURS" --left-metadata "http://127.0.0.1:$NOVA_GUESTS" \
  --right-metadata "http://127.0.0.1:$OURS_GUESTS" "http://127.0.0.1:$NOVA" "http://127.0.0.1:$OURS" "$@" || status=$?
[ "$status" != 0 ] || { finish; rm -rf "$RUN"; }
exit "$status"
