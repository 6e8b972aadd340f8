#!/usr/bin/env bash
# run.sh: openstacksdk's own functional tests (from PyPI, in an environment of its own) against a
# cloud of this checkout, started on a free port with a data folder of its own.
# Environment: REGEX (default: every test of a service that is here), CONC=2,
#   CLOUD=http://host:port to use a cloud that runs already.
set -euo pipefail
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
ROOT="$(cd "$HERE/../.." && pwd)"
CACHE="${SDK_CACHE:-$ROOT/.cache/sdk}"
VERSION=4.22.0
SOURCE="$CACHE/openstacksdk-$VERSION"
mkdir -p "$CACHE"
if [ ! -x "$CACHE/venv/bin/stestr" ]; then
  "${PYTHON:-python3}" -m venv "$CACHE/venv"
  # What the tests import is in no list that an installed package carries.
  "$CACHE/venv/bin/pip" install -q --disable-pip-version-check "openstacksdk==$VERSION" \
    'stestr==4.2.1' 'testtools==2.9.1' 'testscenarios==0.7.0' 'oslotest==6.1.1' 'fixtures==4.3.2' \
    'requests-mock==1.12.1' 'statsd==4.0.1' 'prometheus-client==0.26.0'
fi
if [ ! -d "$SOURCE" ]; then
  # Some tests upload a file of the source's, others run its examples.
  "$CACHE/venv/bin/pip" download -q --disable-pip-version-check --no-deps --no-binary :all: \
    --dest "$CACHE" "openstacksdk==$VERSION"
  tar -xzf "$SOURCE.tar.gz" -C "$CACHE"
fi
# shellcheck source=tests/cloud.sh
. "$ROOT/tests/cloud.sh"
[ -n "${CLOUD:-}" ] || start_cloud
WS="$(mktemp -d)"
mkdir "$WS/results"
entry() { # entry NAME USER SCOPE
  printf '  %s:\n    auth: {auth_url: "%s/identity", username: %s, password: password, user_domain_id: default, %s}\n    region_name: RegionOne\n' \
    "$1" "$CLOUD" "$2" "$3"
}
{
  echo 'clouds:'
  entry devstack demo 'project_name: demo, project_domain_id: default'
  entry devstack-alt alt_demo 'project_name: alt_demo, project_domain_id: default'
  entry devstack-admin admin 'project_name: admin, project_domain_id: default'
  entry devstack-system-admin admin 'system_scope: all'
  printf 'functional: {image_name: cirros-0.6.3-x86_64-disk, flavor_name: cirros256}\n'
} > "$WS/clouds.yaml"
export OS_CLIENT_CONFIG_FILE="$WS/clouds.yaml" OS_TEST_TIMEOUT="${TIMEOUT:-300}" \
  OPENSTACKSDK_EXAMPLE_CONFIG_KEY=functional \
  OS_STDOUT_CAPTURE=1 OS_STDERR_CAPTURE=1 OS_LOG_CAPTURE=1
cd "$SOURCE"
stestr() { # the results of each run lie with its configuration
  "$CACHE/venv/bin/stestr" --test-path ./openstack/tests/functional --top-dir . \
    --repo-url "$WS/results" "$@"
}
status=0
stestr run --concurrency "${CONC:-2}" --exclude-list "$HERE/impossible.txt" ${REGEX:+"$REGEX"} \
  > "$WS/run.log" 2>&1 || status=$?
grep -A 6 "^Totals" "$WS/run.log" || tail -n 20 "$WS/run.log"
stestr failing --list 2> /dev/null | grep -v '^$' || true
exit "$status"
