"""`python -m bench`: starts a cloud with a data folder of its own and measures it."""

import argparse
import tempfile
import time

from bench.client import Client
from bench.process import cpu_seconds, resident_mib
from bench.requests import measure, reads
from tests.compat.live import LiveCloud


def start(data):
    """Start on fresh data, then again on seeded data; the second start is the one that counts."""
    cloud = LiveCloud(data).start()
    cloud.stop()
    began = time.perf_counter()
    cloud.start()
    took = time.perf_counter() - began
    print(f"start to ready: {took:.2f} s; resident then: {resident_mib(cloud.process.pid):.0f} MiB")
    return cloud


def boot(cloud, client, token, count):
    """Boot `count` servers, ten a request; CPU of the 202s and of all until they are ACTIVE."""
    pid = cloud.process.pid
    images = client.json("GET", "/image/v2/images", X_Auth_Token=token)["images"]
    flavors = client.json("GET", "/v2.1/flavors", X_Auth_Token=token)["flavors"]
    flavor = next(f["id"] for f in flavors if f["name"] == "cirros256")
    body = {"server": {"name": "bench", "flavorRef": flavor, "imageRef": images[0]["id"]}}
    began, cpu = time.perf_counter(), cpu_seconds(pid)
    server_id = None
    for _ in range(count):
        server_id = client.json("POST", "/v2.1/servers", body, X_Auth_Token=token)["server"]["id"]
    while True:
        building = client.json("GET", "/v2.1/servers?status=BUILD&limit=1", X_Auth_Token=token)
        if not building["servers"]:
            break
        time.sleep(0.1)
    took, used = time.perf_counter() - began, cpu_seconds(pid) - cpu
    print(
        f"{count} servers: {took:.1f} s, {count / took:.1f} servers/s, "
        f"{1000 * used / count:.1f} ms CPU each"
    )
    return server_id


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--servers", type=int, default=1000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as data:
        cloud = start(data)
        try:
            client = Client(cloud.base)
            token, admin = cloud.token(), cloud.token("admin", "admin")
            project = client.json("GET", "/identity/v3/auth/projects", X_Auth_Token=token)
            limits = {"instances": -1, "cores": -1, "ram": -1}
            client.json(
                "PUT",
                f"/v2.1/os-quota-sets/{project['projects'][0]['id']}",
                {"quota_set": limits},
                X_Auth_Token=admin,
            )
            quota = {"quota": {"port": -1}}
            client.json(
                "PUT",
                f"/network/v2.0/quotas/{project['projects'][0]['id']}",
                quota,
                X_Auth_Token=admin,
            )
            server_id = boot(cloud, client, token, options.servers)
            for name, ask in reads(client, token, server_id).items():
                print(f"{name}: {measure(cloud.process.pid, ask):.2f} ms CPU")
            print(f"resident: {resident_mib(cloud.process.pid):.0f} MiB")
        finally:
            cloud.stop()


if __name__ == "__main__":
    main()
