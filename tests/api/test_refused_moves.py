"""Moves and other deeds that a guest's hardware or state does not allow, as Nova finds out."""

import pytest

from compute.models import Guest, Host, Migration, Server, Service
from tests.api.servers import action, boot, elsewhere, settle, shown

FORCED = {"os-migrateLive": {"host": "compute2", "block_migration": "auto", "force": True}}


@pytest.fixture
def server(cloud, api):
    return boot(api)


@pytest.fixture
def on_compute1(cloud, root):
    """A server of the administrator's on the first of two hosts."""
    return boot(root, availability_zone="nova:compute1", networks="none")


def has(server, **columns):
    Server.objects.filter(uuid=server).update(**columns)


def moved(server):
    return Migration.objects.get(server__uuid=server)


def disable(root, host):
    service = {"host": host, "binary": "nova-compute"}
    assert root.put("/os-services/disable", service).status == 200


@pytest.mark.parametrize(
    ("name", "body", "version"),
    [
        ("rebuild", {"imageRef": "$IMAGE"}, "2.1"),
        ("shelve", None, "2.1"),
        ("rescue", None, "2.1"),
        ("evacuate", {}, "2.14"),
        ("os-migrateLive", {"host": None, "block_migration": "auto"}, "2.25"),
    ],
)
@pytest.mark.parametrize("where", ["flavor_extra_specs", "image_properties"])
def test_a_guest_with_a_tpm_is_not_moved(api, root, server, name, body, version, where):
    key = "hw:tpm_version" if where == "flavor_extra_specs" else "hw_tpm_version"
    # Before its state is looked at.
    has(server, **{where: {key: "2.0"}}, vm_state="error", locked_by="owner")
    if name == "evacuate":
        Service.objects.filter(host="compute1").update(forced_down=True)
        Service.objects.filter(host="compute2").update(forced_down=True)
    image = elsewhere(api, "GET", "/image/v2/images").json["images"][0]["id"]
    asked = {"imageRef": image} if name == "rebuild" else body
    answer = action(root, server, {name: asked}, version)
    word = "live-migration" if name == "os-migrateLive" else name
    said = f"Operation '{word}' not supported for vTPM-enabled instance ({server})."
    assert (answer.status, answer.error) == (400, said)


def test_a_tpm_whose_secret_the_host_keeps_moves_with_a_running_guest(root, server):
    specs = {"hw:tpm_version": "2.0", "hw:tpm_secret_security": "host"}
    has(server, flavor_extra_specs=specs, vm_state="stopped")
    body = {"os-migrateLive": {"host": None, "block_migration": "auto"}}
    assert action(root, server, body, "2.25").status == 409


def test_a_secret_is_not_handed_over_by_a_resize(api, root, server):
    has(server, flavor_extra_specs={"hw:tpm_version": "2.0"})
    path = "/flavors/2/os-extra_specs"
    specs = {"hw:tpm_version": "2.0", "hw:tpm_secret_security": "deployment"}
    assert root.post(path, {"extra_specs": specs}).status == 200
    answer = action(api, server, {"resize": {"flavorRef": "2"}})
    assert answer.status == 400
    assert answer.error.startswith("Resize between 'deployment' TPM secret security and other")


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"suspend": None}, "suspend"),
        ({"os-migrateLive": {"host": None, "block_migration": "auto"}}, "live-migration"),
    ],
)
def test_a_guest_with_encrypted_memory_is_neither_suspended_nor_moved(root, server, body, word):
    properties = {"hw_firmware_type": "uefi", "hw_machine_type": "q35"}
    has(server, flavor_extra_specs={"hw:mem_encryption": "true"}, image_properties=properties)
    answer = action(root, server, body, "2.25")
    said = f"Operation '{word}' not supported for mem encryption enabled instance ({server})."
    assert (answer.status, answer.error) == (400, said)


@pytest.fixture
def switched_off(api, root, server):
    """A server that says that it is ACTIVE, and whose guest is off."""
    assert action(api, server, {"os-stop": None}).status == 202
    settle()
    assert action(root, server, {"os-resetState": {"state": "active"}}).status == 202
    return server


def test_a_guest_that_is_off_is_not_moved_while_it_runs(root, switched_off):
    body = {"os-migrateLive": {"host": None, "block_migration": "auto"}}
    answer = action(root, switched_off, body, "2.33")
    said = f"Cannot 'os-migrateLive' instance {switched_off} while it is in power_state shutdown"
    assert (answer.status, answer.error) == (409, said)
    Migration.objects.all().delete()
    assert action(root, switched_off, body, "2.34").status == 202
    settle()
    assert moved(switched_off).status == "error"
    has(switched_off, vm_state="error")
    fault = shown(root, switched_off)["fault"]
    assert (fault["code"], fault["message"]) == (
        400,
        f"Instance {switched_off} in power_state shutdown. Cannot live migrate while the "
        "instance is in this state.",
    )


def test_a_guest_that_is_off_takes_no_password(api, root, switched_off):
    assert action(api, switched_off, {"changePassword": {"adminPass": "p"}}).status == 202
    settle()
    seen = Server.objects.get(uuid=switched_off)
    assert (seen.vm_state, seen.task_state) == ("active", None)
    has(switched_off, vm_state="error")
    assert shown(root, switched_off)["fault"]["message"] == (
        f"Failed to set admin password on {switched_off} because instance {switched_off} is not "
        "running"
    )


def test_disks_are_never_on_shared_storage(root, on_compute1):
    Service.objects.filter(host="compute1").update(forced_down=True)
    body = {"evacuate": {"onSharedStorage": True}}
    assert action(root, on_compute1, body, "2.13").status == 200
    settle()
    seen = shown(root, on_compute1)
    assert (seen["status"], seen["OS-EXT-SRV-ATTR:host"]) == ("ERROR", "compute1")
    assert seen["fault"]["message"] == "Invalid state of instance files on shared storage"
    assert moved(on_compute1).status == "failed"


def test_a_server_is_not_rescued_by_an_image_that_is_gone(api, root, server):
    has(server, image_ref="11111111-1111-4111-8111-111111111111")
    assert action(api, server, {"rescue": None}).status == 200
    settle()
    seen = Server.objects.get(uuid=server)
    assert (seen.vm_state, seen.task_state) == ("active", None)
    has(server, vm_state="error")
    fault = shown(root, server)["fault"]
    assert (fault["code"], fault["message"]) == (
        404,
        "Image 11111111-1111-4111-8111-111111111111 could not be found.",
    )


def test_a_forced_move_asks_neither_scheduler_nor_traits(root, on_compute1):
    disable(root, "compute2")
    assert action(root, on_compute1, FORCED, "2.30").status == 202
    settle()
    assert shown(root, on_compute1)["OS-EXT-SRV-ATTR:host"] == "compute2"


def test_a_forced_move_needs_room(root, on_compute1):
    full = Host.objects.get(host="compute2")
    path = f"/placement/resource_providers/{full.uuid}/inventories/MEMORY_MB"
    told = elsewhere(root, "GET", path).json
    body = {**told, "reserved": told["total"] - 100}
    headers = {"OpenStack-API-Version": "placement 1.39"}
    assert elsewhere(root, "PUT", path, body, headers=headers).status == 200
    reason = (
        f"No valid host was found. Unable to move instance {on_compute1} to host compute2. There "
        "is not enough capacity on the host for the instance."
    )
    answer = action(root, on_compute1, FORCED, "2.30")
    assert (answer.status, answer.error) == (400, reason)
    Service.objects.filter(host="compute1").update(forced_down=True)
    body = {"evacuate": {"host": "compute2", "force": True}}
    assert action(root, on_compute1, body, "2.29").status == 200
    settle()
    seen = Server.objects.get(uuid=on_compute1)
    assert (seen.vm_state, seen.task_state, seen.host) == ("active", None, "compute1")


def test_what_an_evacuated_server_holds_of_two_hosts_is_not_forced_onto_one(root, on_compute1):
    Service.objects.filter(host="compute1").update(forced_down=True)
    assert action(root, on_compute1, {"evacuate": {}}, "2.14").status == 200
    settle()
    Service.objects.update(forced_down=False)
    body = {"os-migrateLive": {**FORCED["os-migrateLive"], "host": "compute1"}}
    answer = action(root, on_compute1, body, "2.30")
    assert answer.status == 400
    assert answer.error.endswith(
        "The instance has complex allocations on the source host so move cannot be forced."
    )
    assert Guest.objects.filter(server_uuid=on_compute1, host="compute2").exists()
