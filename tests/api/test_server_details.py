"""Diagnostics of a running guest, its password, and the time it tells."""

from datetime import UTC, datetime

import pytest

from compute.domain import guest_password, records
from compute.models import Server
from tests.api.servers import boot, elsewhere, settle, shown


@pytest.fixture
def server(cloud, api):
    return boot(api)


def test_figures_were_the_drivers_own_until_2_47(root, server):
    shown = root.get(f"/servers/{server}/diagnostics", version="2.47").json
    assert {"cpu0_time", "memory", "vda_read", "vda_errors", "vnet1_rx", "vnet1_tx_drop"} <= {
        *shown
    }
    assert shown["memory"] == 512 * 1024


def test_figures_are_the_same_of_every_driver_since(root, server):
    shown = root.get(f"/servers/{server}/diagnostics", version="2.48").json
    (nic,) = shown["nic_details"]
    assert nic["mac_address"] == Server.objects.get().interfaces[0]["mac_address"]
    assert (shown["state"], shown["num_cpus"], shown["num_nics"]) == ("running", 1, 1)
    assert shown["memory_details"]["maximum"] == 512


def test_a_password_is_told_until_it_is_cleared(api, server):
    guest_password.tell(Server.objects.get(), "ZW5jcnlwdGVk")
    assert api.get(f"/servers/{server}/os-server-password").json == {"password": "ZW5jcnlwdGVk"}
    assert api.delete(f"/servers/{server}/os-server-password").status == 204
    assert api.get(f"/servers/{server}/os-server-password").json == {"password": ""}


def test_a_time_that_a_server_tells_finds_it(api, server):
    Server.objects.update(updated_at=datetime(2026, 5, 4, 3, 2, 1, 999999, UTC))
    told = api.get(f"/servers/{server}").json["server"]["updated"]

    def found(query):
        return [each["id"] for each in api.get(f"/servers?{query}", version="2.66").json["servers"]]

    assert told == "2026-05-04T03:02:01Z"
    assert found(f"changes-since={told}&changes-before={told}") == [server]
    assert found("changes-before=2026-05-04T03:02:00Z") == []
    assert found("changes-since=2026-05-04T03:02:02Z") == []


def test_a_server_keeps_its_images_properties_as_short_texts_since_2_98(cloud, api, root):
    (image,) = elsewhere(api, "GET", "/image/v2/images").json["images"]
    said = {"os_command_line": "é" * 200, "block_device_mapping": "[]", "unknown": "x"}
    patch = [{"op": "add", "path": f"/{name}", "value": value} for name, value in said.items()]
    kind = "application/openstack-images-v2.1-json-patch"
    path = f"/image/v2/images/{image['id']}"
    answer = elsewhere(root, "PATCH", path, patch, headers={"Content-Type": kind})
    assert answer.status == 200, answer
    server = boot(api)
    assert "properties" not in shown(api, server, "2.97")["image"]
    kept = shown(api, server, "2.98")["image"]["properties"]
    assert kept["os_command_line"] == "é" * 127
    assert {*kept}.isdisjoint({"block_device_mapping", "unknown"})


def test_the_faults_of_a_server_go_with_it(cloud, api, root):
    server = boot(api)
    row = Server.objects.get(uuid=server)
    records.record_fault(row, RuntimeError("too bad"))
    Server.objects.filter(pk=row.pk).update(vm_state="error")
    assert api.get(f"/servers/{server}").json["server"]["fault"]["code"] == 500
    assert api.delete(f"/servers/{server}").status == 204
    settle()
    (gone,) = root.get("/servers/detail?deleted=true&all_tenants=1").json["servers"]
    assert (gone["status"], "fault" in gone) == ("DELETED", False)
