"""Servers that are deleted softly, and brought back or not."""

import pytest

from tests.api.servers import action, boot, elsewhere, settle, shown


@pytest.fixture
def deleted(cloud, api, settings):
    settings.RECLAIM_INSTANCE_INTERVAL = 600
    server = boot(api)
    assert api.delete(f"/servers/{server}").status == 204
    settle()
    assert shown(api, server)["status"] == "SOFT_DELETED"
    return server


def test_a_soft_deletion_is_taken_back(api, deleted):
    assert action(api, deleted, {"restore": None}).status == 202
    settle()
    assert shown(api, deleted)["status"] == "ACTIVE"


def test_or_made_good_at_once(api, deleted):
    assert action(api, deleted, {"forceDelete": None}).status == 202
    settle()
    assert api.get(f"/servers/{deleted}").status == 404


def test_a_resize_is_confirmed_before_its_server_goes_and_comes_back(cloud, api, root, settings):
    settings.RECLAIM_INSTANCE_INTERVAL = 600
    server = boot(api)
    assert action(api, server, {"resize": {"flavorRef": "2"}}).status == 202
    settle()
    assert shown(api, server)["status"] == "VERIFY_RESIZE"
    assert api.delete(f"/servers/{server}").status == 204
    settle()
    (move,) = root.get("/os-migrations", version="2.59").json["migrations"]
    assert move["status"] == "confirmed"
    hosts = {place["hypervisor_hostname"]: place["running_vms"] for place in places(root)}
    assert hosts[move["source_node"]] == 0
    kept = elsewhere(root, "GET", f"/placement/allocations/{move['uuid']}")
    assert kept.json["allocations"] == {}
    assert action(api, server, {"restore": None}).status == 202
    settle()
    assert shown(api, server)["status"] == "ACTIVE"
    refused = action(api, server, {"revertResize": None})
    assert refused.status == 409


def places(root):
    return root.get("/os-hypervisors/detail", version="2.1").json["hypervisors"]
