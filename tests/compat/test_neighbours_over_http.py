"""Compute against a Placement that is another cloud's, chosen by settings alone."""

import time

import pytest

from tests.compat.life import becomes, goes, unique
from tests.compat.live import LiveCloud, Openstack


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """Another cloud, whose Placement knows of no host."""
    cloud = LiveCloud(tmp_path_factory.mktemp("elsewhere")).start()
    token = cloud.token("admin", "admin")
    for provider in providers(cloud):
        path = f"/placement/resource_providers/{provider}"
        assert cloud.ask("DELETE", path, token=token)[0] == 204
    yield cloud
    cloud.stop()


@pytest.fixture(scope="module")
def here(tmp_path_factory, elsewhere):
    user = elsewhere.base.replace("://", "://nova:password@") + "/identity?project=service"
    cloud = LiveCloud(
        tmp_path_factory.mktemp("here"),
        KILONOVA_NEIGHBOURS=f"placement={elsewhere.base}/placement",
        KILONOVA_SERVICE_USER=user,
    )
    yield cloud.start()
    cloud.stop()


def providers(cloud):
    """The providers that a cloud's own Placement knows, by id."""
    token = cloud.token("admin", "admin")
    found = cloud.ask("GET", "/placement/resource_providers", token=token)[2]
    return {row["uuid"]: row["name"] for row in found["resource_providers"]}


def held(cloud, consumer):
    """What a consumer holds, by the name of the provider."""
    token = cloud.token("admin", "admin")
    found = cloud.ask("GET", f"/placement/allocations/{consumer}", token=token)[2]["allocations"]
    names = providers(cloud)
    return {names[uuid]: given["resources"] for uuid, given in found.items()}


def test_a_server_lives_by_a_placement_elsewhere(here, elsewhere, shell):
    demo, admin = Openstack(shell, here), Openstack(shell, here, "admin", "admin")
    hosts = {row["Hypervisor Hostname"] for row in admin.show("hypervisor", "list")}
    assert providers(here) == {}
    assert set(providers(elsewhere).values()) == hosts
    assert f"{elsewhere.base}/placement" in demo.say("catalog", "show", "placement")

    words = ("--flavor", "m1.tiny", "--image", "cirros-0.6.3-x86_64-disk", "--network", "private")
    server = demo.show("server", "create", *words, unique("server"))["id"]
    becomes("ACTIVE", demo, "server", server)
    host = admin.show("server", "show", server)["OS-EXT-SRV-ATTR:hypervisor_hostname"]
    tiny = {"VCPU": 1, "MEMORY_MB": 512, "DISK_GB": 1}
    assert held(elsewhere, server) == {host: tiny}

    demo.say("server", "resize", "--flavor", "m1.small", server)
    becomes("VERIFY_RESIZE", demo, "server", server)
    assert len(held(elsewhere, server)) == 1, "the old host is held by the migration now"
    demo.say("server", "resize", "confirm", server)
    becomes("ACTIVE", demo, "server", server)
    small = {"VCPU": 1, "MEMORY_MB": 2048, "DISK_GB": 20}
    assert list(held(elsewhere, server).values()) == [small]

    demo.say("server", "shelve", server)
    becomes("SHELVED_OFFLOADED", demo, "server", server)
    assert held(elsewhere, server) == {}
    demo.say("server", "unshelve", server)
    becomes("ACTIVE", demo, "server", server)
    assert list(held(elsewhere, server).values()) == [small]

    (before,) = held(elsewhere, server)
    admin.say("server", "migrate", "--live-migration", server)
    deadline = time.monotonic() + 60
    while list(held(elsewhere, server)) in ([before], []) or len(held(elsewhere, server)) != 1:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    becomes("ACTIVE", demo, "server", server)
    demo.say("server", "delete", server)
    goes(demo, "server", server)
    assert held(elsewhere, server) == {}


def test_what_placement_refuses_is_not_built(here, elsewhere, shell):
    demo, admin = Openstack(shell, here), Openstack(shell, here, "admin", "admin")
    flavor, server = unique("huge"), unique("server")
    admin.say("flavor", "create", "--ram", 4, "--vcpus", 4096, "--disk", 1, flavor)
    words = ("--flavor", flavor, "--image", "cirros-0.6.3-x86_64-disk", "--nic", "none", server)
    demo.say("quota", "show")
    admin.say("quota", "set", "--cores", -1, "demo")
    made = demo.run("server", "create", *words, version="2.37")
    assert made.returncode == 0, made.stderr
    deadline = time.monotonic() + 60
    while (shown := demo.show("server", "show", server))["status"] == "BUILD":
        assert time.monotonic() < deadline
    assert shown["status"] == "ERROR"
    assert "No valid host was found" in str(shown["fault"])
    demo.say("server", "delete", server)
    admin.say("flavor", "delete", flavor)


def test_a_server_waits_for_nobody_when_placement_is_away(here, elsewhere, shell):
    """It fails, or is built when Placement is back; it is never half there."""
    demo = Openstack(shell, here)
    elsewhere.kill()
    words = ("--flavor", "m1.tiny", "--image", "cirros-0.6.3-x86_64-disk", "--nic", "none")
    name = unique("server")
    demo.say("server", "create", *words, name, version="2.37")
    elsewhere.start()
    deadline = time.monotonic() + 90
    while (shown := demo.show("server", "show", name))["status"] == "BUILD":
        assert time.monotonic() < deadline, "it is built for ever"
        time.sleep(0.2)
    assert bool(held(elsewhere, shown["id"])) is (shown["status"] == "ACTIVE"), shown
    demo.say("server", "delete", name)
    goes(demo, "server", name)
    assert held(elsewhere, shown["id"]) == {}
