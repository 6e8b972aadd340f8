"""`python -m bench`: a cloud of ours and a real Nova, side by side, in CPU milliseconds.

Both are asked the same in turn.  With --write the table goes into docs/performance.md.
"""

import argparse
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from bench import measure, report, sides
from bench.client import Client
from bench.process import cpu_seconds, resident_mib
from tests.compat.keystone import ENVIRONMENT, RealKeystone, is_installed
from tests.compat.live import ROOT, LiveCloud


def start(data):
    """Start on fresh data, then again on seeded data; the best of three second starts counts."""
    cloud = LiveCloud(data).start(seconds=600)
    cloud.stop()
    times, used = [], []
    for _ in range(3):
        began = time.perf_counter()
        cloud.start(seconds=600)
        times.append(time.perf_counter() - began)
        used.append(cpu_seconds(cloud.process.pid))
        memory = resident_mib(cloud.process.pid)
        cloud.stop()
    line = (
        f"Start to ready on a seeded database: {min(times):.2f} s ({min(used):.2f} s of CPU); "
        f"resident then: {memory:.0f} MiB."
    )
    print(line, flush=True)
    return line


class Table:
    """The rows as they are measured, printed at once."""

    def __init__(self):
        self.rows = []

    def add(self, name, aim, ours, theirs):
        shown, ratio = f"{theirs:.1f}", f"{theirs / ours:.0f}"
        print(
            f"{name:32}{ours:9.2f} ms {shown:>9} ms   {ratio:>5} times ahead, aim {aim}", flush=True
        )
        self.rows.append((name, f"{ours:.2f}", shown, ratio, aim))


def compare(data, servers, seconds):
    with ExitStack() as stack:
        clouds = [stack.enter_context(sides.ours(data / "ours"))]
        clouds.append(stack.enter_context(sides.nova(data)))
        rows = Table()
        booted = [measure.boot(side, servers) for side in clouds]
        (origin, to_202, to_active), (theirs, their_202, their_active) = booted
        last = (origin, theirs)
        rows.add("create, to its 202", measure.AHEAD, to_202, their_202)
        rows.add("create, to ACTIVE", measure.AHEAD, to_active, their_active)
        for side, server in zip(clouds, last, strict=True):
            side.client.rest()
            side.fill(server, 1000)
        for name, (aim, make) in measure.READS.items():
            found = [
                measure.cpu(side.pid, make(side, server), seconds)
                for side, server in zip(clouds, last, strict=True)
            ]
            rows.add(name, aim, *found)
        memory = [resident_mib(side.pid) for side in clouds]
        line = f"Resident at the end: ours {memory[0]:.0f} MiB, Nova {memory[1]:.0f} MiB."
        print(line)
        return rows, line


def tokens(data, seconds, rows):
    """A password for a token, beside a real Keystone."""
    if not is_installed():
        setup = ROOT / "tests" / "compat" / "keystone" / "setup.sh"
        subprocess.run([setup, ENVIRONMENT], check=True)
    cloud, keystone = LiveCloud(data / "tokens"), RealKeystone(data / "keystone")
    try:
        cloud.start(seconds=600)
        keystone.start()
        project = keystone.make("project", name="demo", domain_id="default")
        keystone.person("demo", "password", project, "member")
        path = "/identity/v3/auth/tokens"
        ours = measure.token(Client(cloud.base), path, "demo", "demo", "password")
        theirs = measure.token(Client(keystone.url), "/v3/auth/tokens", "demo", "demo", "password")
        rows.add(
            "token (a real Keystone)",
            measure.AHEAD,
            measure.cpu(cloud.process.pid, ours, seconds),
            measure.cpu(keystone.process.pid, theirs, seconds),
        )
    finally:
        keystone.stop()
        cloud.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--servers", type=int, default=20, help="servers that each side builds")
    parser.add_argument("--seconds", type=float, default=2.0, help="CPU to spend on each request")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        started = start(data / "start")
        rows, memory = compare(data, asked.servers, asked.seconds)
        tokens(data, asked.seconds, rows)
    if asked.write:
        head = ("one request", "ours, ms", "real, ms", "times ahead", "aim")
        shown = report.table(head, rows.rows)
        report.write("requests", f"{report.machine()}\n\n{shown}\n\n{started} {memory}")


if __name__ == "__main__":
    main()
