# cloud.sh, to be sourced: start_cloud starts a cloud of this checkout on a free port, with a data
# folder of its own, sets CLOUD to its address and ends it with the script that asked.
# shellcheck shell=bash
start_cloud() {
  local root port data server
  root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
  port="$("$root/.venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
  data="$(mktemp -d)"
  KILONOVA_DATA="$data" "$root/.venv/bin/python" "$root/manage.py" runserver "127.0.0.1:$port" \
    > "$data/server.log" 2>&1 &
  server=$!
  # shellcheck disable=SC2064 # both are to be known now, not when the script ends
  trap "kill $server 2>/dev/null || true; wait $server 2>/dev/null || true; rm -rf '$data'" EXIT
  CLOUD="http://127.0.0.1:$port"
  local until=$((SECONDS + 120))
  while [ "$SECONDS" -lt "$until" ] && kill -0 "$server" 2> /dev/null; do
    curl -sf -o /dev/null "$CLOUD/_cloud/ready" && return
    sleep 0.2
  done
  echo "the cloud did not come up:" >&2
  tail -n 20 "$data/server.log" >&2
  exit 2
}
