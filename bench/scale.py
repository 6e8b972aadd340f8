"""`python -m bench.scale`: how builds and lists grow with hosts and with servers.

For each number of hosts: an empty cloud, then one with ten servers a host; in each, 1,000 servers
are scheduled and built, and servers/detail is asked with limit 1,000.
"""

import argparse
import sys
import tempfile
import time

from bench import report
from bench.client import Client
from bench.process import cpu_seconds, resident_mib
from bench.sides import NEWEST, fill
from tests.compat.live import LiveCloud

AT_ONCE = 100


class Bench:
    def __init__(self, data, hosts):
        self.hosts = hosts
        self.cloud = LiveCloud(data, KILONOVA_HOSTS=str(hosts))

    def start(self):
        """Make the hosts, then start again; returns a sentence on what that took."""
        self.cloud.start(seconds=1200)
        made = cpu_seconds(self.cloud.process.pid)
        self.cloud.stop()
        began = time.perf_counter()
        self.cloud.start(seconds=600)
        took = time.perf_counter() - began
        self.client = Client(self.cloud.base)
        self.token = self.cloud.token("admin", "admin")
        note = (
            f"{self.hosts:,} hosts are made in {made:.0f} s of CPU; with them, a start takes "
            f"{took:.2f} s ({cpu_seconds(self.cloud.process.pid):.2f} s of CPU)."
        )
        print(note, flush=True)
        return note

    def ask(self, method, path, body=None, **headers):
        return self.client.json(method, path, body, X_Auth_Token=self.token, **headers)

    def prepare(self):
        projects = self.ask("GET", "/identity/v3/auth/projects")["projects"]
        project = next(p["id"] for p in projects if p["name"] == "admin")
        limits = dict.fromkeys(("instances", "cores", "ram"), -1)
        self.ask("PUT", f"/v2.1/os-quota-sets/{project}", {"quota_set": limits})
        self.ask("PUT", f"/network/v2.0/quotas/{project}", {"quota": {"port": -1}})
        network = self.ask("POST", "/network/v2.0/networks", {"network": {"name": "bench"}})
        self.network = network["network"]["id"]
        subnet = {"network_id": self.network, "ip_version": 4, "cidr": "10.128.0.0/16"}
        self.ask("POST", "/network/v2.0/subnets", {"subnet": subnet})
        self.image = self.ask("GET", "/image/v2/images")["images"][0]["id"]

    def build(self, count):
        """Order `count` servers, a hundred a request, and wait until none is in BUILD.

        Returns the last one's id, and what it took.
        """
        pid = self.cloud.process.pid
        order = {
            "name": "bench",
            "flavorRef": "c1",
            "imageRef": self.image,
            "networks": [{"uuid": self.network}],
            "min_count": min(AT_ONCE, count),
            "max_count": min(AT_ONCE, count),
        }
        began, cpu = time.perf_counter(), cpu_seconds(pid)
        for _ in range(max(1, count // AT_ONCE)):
            made = self.ask("POST", "/v2.1/servers", {"server": order}, **NEWEST)["server"]["id"]
        while self.ask("GET", "/v2.1/servers?status=BUILD&limit=1")["servers"]:
            time.sleep(0.5)
        took = time.perf_counter() - began
        used = cpu_seconds(pid) - cpu
        errors = self.ask("GET", "/v2.1/servers?status=ERROR&limit=1000")["servers"]
        assert not errors, f"{len(errors)} servers are in ERROR"
        return made, took, used

    def list(self):
        """CPU milliseconds of a list of a thousand, and how many bytes that is."""
        began = cpu_seconds(self.cloud.process.pid)
        for _ in range(5):
            answer, content = self.client.ask(
                "GET", "/v2.1/servers/detail?limit=1000", X_Auth_Token=self.token, **NEWEST
            )
            assert answer.status == 200
        return 200 * (cpu_seconds(self.cloud.process.pid) - began), len(content)

    def measure(self, there, count):
        """One row: with so many servers there already, build `count` and list a thousand."""
        _, took, used = self.build(count)
        listed, size = self.list()
        row = (
            f"{self.hosts:,}",
            f"{there:,}",
            f"{1000 * used / count:.1f}",
            f"{count / used:.0f}",
            f"{count / took:.1f}",
            f"{listed:.0f}",
            f"{resident_mib(self.cloud.process.pid):.0f}",
        )
        print(
            f"  {there} servers: {dict(zip(HEAD[2:], row[2:], strict=True))}, {size} bytes listed"
        )
        sys.stdout.flush()
        return row


HEAD = (
    "hosts",
    "servers",
    "CPU ms a server built",
    "servers a second of CPU",
    "servers a second then",
    "list of 1,000, CPU ms",
    "resident, MiB",
)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--each", type=int, default=10, help="servers a host, once it is filled")
    parser.add_argument("--servers", type=int, default=1000, help="servers that are built")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    asked = parser.parse_args()
    rows = []
    notes = [
        f"Each row builds {asked.servers:,} servers more, and lists a thousand if they are there."
    ]
    for hosts in asked.hosts:
        with tempfile.TemporaryDirectory() as data:
            bench = Bench(data, hosts)
            try:
                notes.append(bench.start())
                bench.prepare()
                origin, _, _ = bench.build(1)
                rows.append(bench.measure(0, asked.servers))
                # This may take longer than the server keeps a connection that nothing comes from.
                bench.client.rest()
                fill(data, origin, hosts * asked.each)
                rows.append(bench.measure(hosts * asked.each, asked.servers))
            finally:
                bench.cloud.stop()
    if asked.write:
        shown = report.table(HEAD, rows)
        report.write("scale", f"{report.machine()}\n\n{shown}\n\n{' '.join(notes)}")


if __name__ == "__main__":
    main()
