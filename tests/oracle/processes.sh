# Sourced by what starts processes beside each other: they end with the script.
# ROOT is this checkout.
PIDS=()
finish() {
  kill "${PIDS[@]}" 2> /dev/null || true
  wait 2> /dev/null || true
}
trap finish EXIT
trap 'exit 130' INT TERM
await() { # await WHAT LOG COMMAND...: until the command succeeds
  local what="$1" log="$2"
  shift 2
  for _ in $(seq 600); do
    "$@" > /dev/null 2>&1 && return
    kill -0 "${PIDS[-1]}" 2> /dev/null || break
    sleep 0.2
  done
  echo "$what did not come up:" >&2
  tail -n 20 "$log" >&2
  exit 2
}
is_ready() {
  "$ROOT/.venv/bin/python" -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$1/_cloud/ready')"
}
