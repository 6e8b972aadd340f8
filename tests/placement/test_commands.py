"""The real command line's placement commands, against this Placement served alone."""

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from shutil import which

import pytest

ROOT = Path(__file__).resolve().parents[2]
OPENSTACK = Path(sys.executable).with_name("openstack")
P = "aaaaaaaa-0000-4000-8000-000000000001"
C = "aaaaaaaa-0000-4000-8000-000000000002"
G = "aaaaaaaa-0000-4000-8000-00000000000a"
X = "bbbbbbbb-0000-4000-8000-000000000001"

pytestmark = [
    pytest.mark.compat,
    pytest.mark.enable_socket,
    pytest.mark.skipif(not which(str(OPENSTACK)), reason="needs the openstack command"),
]

# (version, command, what it says)
STORY = (
    ("1.0", f"resource provider create --uuid {P} host1", "generation *| 0"),
    ("1.0", "resource provider list", "host1"),
    ("1.14", f"resource provider create --uuid {C} --parent-provider {P} numa0", f"{P}"),
    ("1.14", f"resource provider list --in-tree {C}", "numa0"),
    ("1.39", f"resource provider set --name host1b {P}", "host1b"),
    ("1.39", f"resource provider inventory set {P} --resource VCPU=8 --resource DISK_GB=9", "9"),
    ("1.39", f"resource provider inventory class set {P} VCPU --total 16", "total *| 16"),
    ("1.39", f"resource provider inventory show {P} VCPU", "used *| 0"),
    ("1.39", "resource class create CUSTOM_GOLD", ""),
    ("1.39", "resource class list", "CUSTOM_GOLD"),
    ("1.39", "trait create CUSTOM_FAST", ""),
    ("1.39", "trait list --name startswith:CUSTOM_", "CUSTOM_FAST"),
    ("1.39", f"resource provider trait set --trait CUSTOM_FAST {P}", "CUSTOM_FAST"),
    ("1.39", f"resource provider aggregate set --aggregate {G} --generation 3 {P}", G),
    ("1.39", f"resource provider aggregate list {P}", G),
    ("1.39", f"allocation candidate list --resource VCPU=2 --member-of {G}", "VCPU=2"),
    (
        "1.39",
        "allocation candidate list --group 1 --resource VCPU=2 --group 2 --resource DISK_GB=1 "
        "--group-policy none",
        "VCPU=2,DISK_GB=1",
    ),
    (
        "1.12",
        f"resource provider allocation set {X} --allocation rp={P},VCPU=2 "
        "--project-id p --user-id u",
        "'VCPU': 2",
    ),
    ("1.28", f"resource provider allocation show {X}", "'VCPU': 2"),
    (
        "1.39",
        f"resource provider allocation set {X} --allocation rp={P},VCPU=4 "
        "--project-id p --user-id u --consumer-type INSTANCE",
        "INSTANCE",
    ),
    ("1.39", f"resource provider usage show {P}", "VCPU *| *4"),
    ("1.39", "resource usage show p", "'VCPU': 4, 'consumer_count': 1"),
    ("1.39", "resource provider list --resource VCPU=1 --required CUSTOM_FAST", "host1b"),
    ("1.39", f"resource provider inventory delete {P}", "in use. (HTTP 409)"),
    ("1.39", f"resource provider allocation delete {X}", ""),
    ("1.39", f"resource provider trait delete {P}", ""),
    ("1.39", f"resource provider inventory delete {P}", ""),
    ("1.39", f"resource provider delete {P}", "It has child resource providers. (HTTP 409)"),
    ("1.39", f"resource provider delete {C}", ""),
    ("1.39", f"resource provider delete {P}", ""),
    ("1.39", "trait delete CUSTOM_FAST", ""),
    ("1.39", "resource class delete CUSTOM_GOLD", ""),
    ("1.39", "resource class delete VCPU", "Cannot delete standard resource class VCPU."),
    ("1.39", "resource provider list", ""),
)


@pytest.fixture
def url():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    script = ROOT / "tests/oracle/placement_serve.py"
    server = subprocess.Popen([sys.executable, str(script), str(port)])
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/placement"
    finally:
        server.terminate()
        server.wait()


def test_a_story_of_placement_commands(url):
    steps = list(STORY)
    while steps:
        version = steps[0][0]
        chapter = []
        while steps and steps[0][0] == version:
            chapter.append(steps.pop(0)[1:])
        said = run(url, version, [command for command, _ in chapter])
        for (command, expected), text in zip(chapter, said, strict=True):
            assert matches(expected, text), f"{command}: {text}"


def run(url, version, commands):
    """Give commands to one openstack, which reads them from its input; what each one says."""
    environ = {
        **os.environ,
        "OS_AUTH_TYPE": "admin_token",
        "OS_TOKEN": "admin",
        "OS_ENDPOINT": url,
        "OS_PLACEMENT_API_VERSION": version,
    }
    lines = []
    for command in commands:
        # Between two commands, one whose answer marks the place.
        lines += [command, "module list --all -f value -c cliff"]
    done = subprocess.run(
        [str(OPENSTACK)],
        input="\n".join(lines) + "\n",
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    return re.split(r"^\d+\.\d+\.\d+.*\n", done.stdout, flags=re.MULTILINE)[: len(commands)]


def matches(expected, text):
    """A piece of a table, whatever its width; nothing at all if nothing is expected."""
    if not expected:
        return not text.strip()
    pattern = re.escape(expected).replace(r"\ \*", " *")
    return re.search(pattern, text) is not None
