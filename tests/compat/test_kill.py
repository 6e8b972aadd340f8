"""A killed process loses nothing and leaves nothing stuck."""

import time
from collections import Counter

from tests.compat.live import LiveCloud

SERVERS = 50


def test_builds_go_on_after_a_kill(tmp_path):
    cloud = LiveCloud(tmp_path / "data").start()
    try:
        token, admin = cloud.token(), cloud.token("admin", "admin")
        quota = {"quota_set": {"instances": -1, "cores": -1, "ram": -1, "force": True}}
        project = cloud.ask("GET", "/identity/v3/auth/projects", token=token)[2]["projects"][0]
        assert cloud.ask("PUT", f"/v2.1/os-quota-sets/{project['id']}", quota, admin)[0] == 200
        images = cloud.ask("GET", "/image/v2/images", token=token)[2]["images"]
        body = {
            "server": {
                "name": "many",
                "flavorRef": flavor_id(cloud, token),
                "imageRef": images[0]["id"],
                "min_count": SERVERS,
                "max_count": SERVERS,
            }
        }
        status, _, answer = cloud.ask("POST", "/v2.1/servers", body, token)
        assert status == 202, answer
        at_kill = statuses(cloud, token)
        cloud.kill()
        assert at_kill["BUILD"], "every build was over before the kill: it shows nothing"

        cloud.start()
        token, admin = cloud.token(), cloud.token("admin", "admin")
        deadline = time.monotonic() + 60
        while statuses(cloud, token)["BUILD"] and time.monotonic() < deadline:
            time.sleep(0.2)
        found = statuses(cloud, token)
        assert found["ACTIVE"] + found["ERROR"] == SERVERS, found
        check_nothing_is_twice(cloud, admin)
    finally:
        cloud.stop()


def flavor_id(cloud, token):
    flavors = cloud.ask("GET", "/v2.1/flavors", token=token)[2]["flavors"]
    return next(flavor["id"] for flavor in flavors if flavor["name"] == "cirros256")


def servers(cloud, token, query=""):
    return cloud.ask("GET", f"/v2.1/servers/detail{query}", token=token)[2]["servers"]


def statuses(cloud, token):
    return Counter(server["status"] for server in servers(cloud, token))


def check_nothing_is_twice(cloud, admin):
    """Each server that runs is on one host, with one allocation and one port there."""
    everything = servers(cloud, admin, "?all_tenants=1")
    hosts = {s["id"]: s["OS-EXT-SRV-ATTR:host"] for s in everything if s["status"] == "ACTIVE"}
    ports = cloud.ask("GET", "/network/v2.0/ports", token=admin)[2]["ports"]
    used = Counter(
        port["device_id"] for port in ports if port["device_owner"].startswith("compute")
    )
    providers = cloud.ask("GET", "/placement/resource_providers", token=admin)[2]
    names = {row["uuid"]: row["name"] for row in providers["resource_providers"]}
    addresses = [ip["ip_address"] for port in ports for ip in port["fixed_ips"]]
    assert len(addresses) == len(set(addresses))
    for server_id, host in hosts.items():
        assert used[server_id] == 1
        held = cloud.ask("GET", f"/placement/allocations/{server_id}", token=admin)[2]
        assert [names[uuid] for uuid in held["allocations"]] == [host]
    for server in everything:
        if server["status"] == "ERROR":
            held = cloud.ask("GET", f"/placement/allocations/{server['id']}", token=admin)[2]
            assert held["allocations"] == {}
            assert used[server["id"]] == 0
