"""`python -m bench.scale`: how builds and lists grow with hosts and with servers.

For each number of hosts: an empty cloud, then one with ten servers a host; in each, 1,000 servers
are scheduled and built, and servers/detail is asked with limit 1,000.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time

from bench.client import Client
from bench.process import cpu_seconds, resident_mib
from tests.compat.live import ROOT, LiveCloud

NEWEST = {"OpenStack_API_Version": "compute 2.96"}
AT_ONCE = 100


class Bench:
    def __init__(self, data, hosts):
        self.hosts = hosts
        self.cloud = LiveCloud(data, KILONOVA_HOSTS=str(hosts))

    def start(self):
        began = time.perf_counter()
        self.cloud.start(seconds=1200)
        print(f"{self.hosts} hosts: made in {time.perf_counter() - began:.0f} s", flush=True)
        self.cloud.stop()
        began = time.perf_counter()
        self.cloud.start(seconds=120)
        self.client = Client(self.cloud.base)
        self.token = self.cloud.token("admin", "admin")
        print(f"  start to ready, made already: {time.perf_counter() - began:.2f} s", flush=True)

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
        """Order `count` servers, a hundred a request, and wait until none is in BUILD."""
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
        ordered = time.perf_counter() - began
        while self.ask("GET", "/v2.1/servers?status=BUILD&limit=1")["servers"]:
            time.sleep(0.1)
        took = time.perf_counter() - began
        errors = len(self.ask("GET", "/v2.1/servers?status=ERROR&limit=1000")["servers"])
        if count >= AT_ONCE:
            print(
                f"    {count} servers: 202s after {ordered:.1f} s, ACTIVE after {took:.1f} s: "
                f"{count / took:.1f} servers/s, "
                f"{1000 * (cpu_seconds(pid) - cpu) / count:.1f} ms CPU each; {errors} in ERROR",
                flush=True,
            )
        return made

    def list(self):
        times = []
        for _ in range(5):
            began = time.perf_counter()
            answer, content = self.client.ask(
                "GET", "/v2.1/servers/detail?limit=1000", X_Auth_Token=self.token, **NEWEST
            )
            assert answer.status == 200
            times.append(time.perf_counter() - began)
        print(f"    servers/detail, limit 1000: {1000 * min(times):.0f} ms, {len(content)} bytes")
        print(f"    resident: {resident_mib(self.cloud.process.pid):.0f} MiB", flush=True)

    def fill(self, origin, count):
        environment = {
            **os.environ,
            "KILONOVA_DATA": str(self.cloud.data),
            "DJANGO_SETTINGS_MODULE": "computeproject.settings.dev",
        }
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "bench.fill", origin, str(count)],
            cwd=ROOT,
            env=environment,
            check=True,
        )
        print(f"  with {count} servers, written in {time.perf_counter() - began:.0f} s:")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--each", type=int, default=10, help="servers a host, once it is filled")
    parser.add_argument("--servers", type=int, default=1000, help="servers that are built")
    asked = parser.parse_args()
    for hosts in asked.hosts:
        with tempfile.TemporaryDirectory() as data:
            bench = Bench(data, hosts)
            try:
                bench.start()
                bench.prepare()
                origin = bench.build(1)
                print("  empty:")
                bench.build(asked.servers)
                bench.list()
                bench.fill(origin, hosts * asked.each)
                bench.build(asked.servers)
                bench.list()
            finally:
                bench.cloud.stop()


if __name__ == "__main__":
    main()
