"""What random walks through this cloud and a real Nova have found (tests/oracle/walks.py)."""

import hashlib

import pytest

from compute.models import Server, Service
from tests.api.servers import action, boot, elsewhere, order, settle, shown


@pytest.fixture
def server(cloud, api):
    return boot(api)


def last_action(asker, server, version="2.84"):
    path = f"/servers/{server}/os-instance-actions"
    request = asker.get(path, version=version).json["instanceActions"][0]["request_id"]
    return asker.get(f"{path}/{request}", version=version).json["instanceAction"]


def test_hosts_of_events_are_hidden_by_the_project_of_who_asked(api, root, server):
    for asker in (api, root):
        assert action(asker, server, {"reboot": {"type": "HARD"}}).status == 202
        settle()
        found = last_action(root, server)
        host = Server.objects.get(uuid=server).host
        hidden = hashlib.sha224((found["project_id"] + host).encode()).hexdigest()
        assert [event["hostId"] for event in found["events"]] == [hidden]
        assert "hostId" not in last_action(root, server, "2.61")["events"][0]
    assert found["project_id"] != Server.objects.get(uuid=server).project_id


def test_a_fault_has_the_code_of_its_error_and_a_trace_if_that_is_none(api, root, server):
    body = {"rebuild": {"imageRef": shown(api, server)["image"]["id"], "preserve_ephemeral": True}}
    assert action(api, server, body).status == 202
    settle()
    fault = shown(root, server)["fault"]
    assert (fault["code"], "details" in fault) == (400, False)
    assert fault["message"] == (
        "The current driver does not support preserving ephemeral partitions."
    )


@pytest.mark.parametrize(("version", "knows"), [("2.29", True), ("2.30", False)])
def test_only_a_forced_host_is_the_destination_before_it_was_chosen(root, server, version, knows):
    host = Server.objects.get(uuid=server).host
    body = {"os-migrateLive": {"host": host, "block_migration": "auto"}}
    action(root, server, body, version=version)
    settle()
    moves = root.get("/os-migrations", version="2.59").json["migrations"]
    assert [(one["status"], one["dest_compute"]) for one in moves] == [
        ("error", host if knows else None)
    ]


def test_nobody_resizes_to_a_flavor_that_the_project_may_not_use(api, root, server):
    flavor = {"id": "closed", "name": "closed", "ram": 64, "vcpus": 1, "disk": 1}
    flavor["os-flavor-access:is_public"] = False
    assert root.post("/flavors", {"flavor": flavor}).status == 200
    body = {"resize": {"flavorRef": "closed"}}
    refused = action(api, server, body)
    assert (refused.status, refused.error) == (400, "Flavor closed could not be found.")
    grant = {"addTenantAccess": {"tenant": Server.objects.get(uuid=server).project_id}}
    assert root.post("/flavors/closed/action", grant).status == 200
    assert action(api, server, body).status == 202


def test_administrators_resize_to_any_flavor(root, server):
    flavor = {"id": "closed", "name": "closed", "ram": 64, "vcpus": 1, "disk": 1}
    flavor["os-flavor-access:is_public"] = False
    assert root.post("/flavors", {"flavor": flavor}).status == 200
    assert action(root, server, {"resize": {"flavorRef": "closed"}}).status == 202


@pytest.mark.parametrize(("version", "networks"), [("2.36", None), ("2.37", "auto")])
def test_who_owns_the_external_network_has_to_say_which_one(cloud, root, version, networks):
    made = elsewhere(root, "POST", "/network/v2.0/networks", {"network": {"router:external": True}})
    subnet = {"network_id": made.json["network"]["id"], "ip_version": 4, "cidr": "192.0.2.0/24"}
    assert elsewhere(root, "POST", "/network/v2.0/subnets", {"subnet": subnet}).status == 201
    images = elsewhere(root, "GET", "/image/v2/images").json["images"]
    body = {"name": "one", "imageRef": images[0]["id"], "flavorRef": "1"}
    if networks is not None:
        body["networks"] = networks
    refused = root.post("/servers", {"server": body}, version=version)
    assert (refused.status, refused.error) == (
        409,
        "Multiple possible networks found, use a Network ID to be more specific.",
    )


def test_a_snapshot_of_volumes_is_an_event_at_the_controller(cloud, api, root):
    images = elsewhere(api, "GET", "/image/v2/images").json["images"]
    disk = {"boot_index": 0, "uuid": images[0]["id"], "source_type": "image"}
    disk |= {"destination_type": "volume", "volume_size": 1}
    server = boot(api, imageRef=None, block_device_mapping_v2=[disk])
    assert action(api, server, {"createImage": {"name": "two"}}, version="2.44").status == 202
    settle()
    (event,) = last_action(root, server)["events"]
    assert (event["event"], event["host"]) == ("api_snapshot_instance", "controller")


def test_the_disk_for_swapping_goes_and_comes_with_the_flavor(cloud, api, root):
    flavor = {"id": "swaps", "name": "swaps", "ram": 64, "vcpus": 1, "disk": 1, "swap": 8}
    assert root.post("/flavors", {"flavor": flavor}).status == 200
    server = boot(api, flavor="swaps")

    def next_device():
        volume = api.post("/os-volumes", {"volume": {"size": 1}}).json["volume"]["id"]
        settle()
        path = f"/servers/{server}/os-volume_attachments"
        made = api.post(path, {"volumeAttachment": {"volumeId": volume}})
        settle()
        assert api.delete(f"{path}/{volume}").status == 202
        settle()
        return made.json["volumeAttachment"]["device"]

    assert next_device() == "/dev/vdc"
    for flavor_id, ending, device in (
        ("1", "revertResize", "/dev/vdb"),
        ("1", "confirmResize", "/dev/vdb"),
        ("swaps", "confirmResize", "/dev/vdb"),
    ):
        assert action(api, server, {"resize": {"flavorRef": flavor_id}}).status == 202
        settle()
        assert next_device() == device
        action(api, server, {ending: None})
        settle()


def test_a_stopped_server_is_stopped_again_when_it_is_back_or_made_anew(api, root, server):
    image = {"imageRef": shown(api, server)["image"]["id"]}
    action(api, server, {"os-stop": None})
    settle()
    for asked, its_own in (
        ({"rebuild": image}, ["compute_rebuild_instance", "rebuild_server"]),
        ({"resize": {"flavorRef": "2"}}, None),
        ({"revertResize": None}, ["compute_finish_revert_resize", "compute_revert_resize"]),
    ):
        assert action(api, server, asked).status == 202
        settle()
        events = [event["event"] for event in last_action(root, server)["events"]]
        if its_own is None:
            assert "compute_stop_instance" not in events
        else:
            assert events == ["compute_stop_instance", *its_own]
    assert shown(api, server)["status"] == "SHUTOFF"


def test_a_resize_is_confirmed_before_its_server_is_deleted(api, root, server):
    action(api, server, {"resize": {"flavorRef": "2"}})
    settle()
    assert api.delete(f"/servers/{server}").status == 204
    settle()
    path = f"/servers/{server}/os-instance-actions"
    rows = root.get(path, version="2.84").json["instanceActions"]
    assert [row["action"] for row in rows] == ["delete", "confirmResize", "resize", "create"]
    assert rows[0]["request_id"] == rows[1]["request_id"]
    shown_one = last_action(root, server)
    assert shown_one["action"] == "delete"
    assert [event["event"] for event in shown_one["events"]] == ["compute_terminate_instance"]


def on_a_volume(api, network, zone=None, **more):
    """A server that has to boot from a new volume, on the network or port."""
    images = elsewhere(api, "GET", "/image/v2/images").json["images"]
    disk = {"boot_index": 0, "uuid": images[0]["id"], "source_type": "image"}
    disk |= {"destination_type": "volume", "volume_size": 1, **more}
    asked = {"imageRef": None, "networks": [network], "block_device_mapping_v2": [disk]}
    server = order(api, availability_zone=zone, **asked)
    settle()
    return server


def named_port(api):
    """A port that is no server's, and has the name of another one."""
    (net,) = [
        net
        for net in elsewhere(api, "GET", "/network/v2.0/networks").json["networks"]
        if net["name"] == "private"
    ]
    port = {"network_id": net["id"], "dns_name": "other"}
    made = elsewhere(api, "POST", "/network/v2.0/ports", {"port": port})
    return made.json["port"]["id"]


def full_network(api):
    made = elsewhere(api, "POST", "/network/v2.0/networks", {"network": {"name": "full"}})
    network = made.json["network"]["id"]
    subnet = {"network_id": network, "ip_version": 4, "cidr": "198.51.100.0/30"}
    elsewhere(api, "POST", "/network/v2.0/subnets", {"subnet": subnet})
    elsewhere(api, "POST", "/network/v2.0/ports", {"port": {"network_id": network}})
    return network


def volumes(api):
    return [row["id"] for row in api.get("/os-volumes").json["volumes"]]


@pytest.mark.parametrize("goes", [True, False])
def test_a_build_that_no_host_could_do_for_its_port_keeps_its_volume(cloud, api, goes):
    Service.objects.filter(host="compute2").update(disabled=True)
    server = on_a_volume(api, {"port": named_port(api)}, delete_on_termination=goes)
    seen = shown(api, server, "2.3")
    assert seen["status"] == "ERROR"
    (volume,) = volumes(api)
    assert seen["os-extended-volumes:volumes_attached"] == [
        {"id": volume, "delete_on_termination": goes}
    ]
    # Nova: it shows the attachment that is gone.
    path = f"/servers/{server}/os-volume_attachments"
    (row,) = api.get(path, version="2.89").json["volumeAttachments"]
    assert row["attachment_id"]
    assert api.get(f"/os-volumes/{volume}").json["volume"]["status"] == "available"
    assert api.delete(f"/servers/{server}").status == 204
    settle()
    assert volumes(api) == ([] if goes else [volume])


def test_the_next_host_takes_the_volume_of_the_last_one(cloud, api, root):
    server = on_a_volume(api, {"port": named_port(api)})
    assert shown(api, server)["status"] == "ACTIVE"
    (volume,) = volumes(api)
    seen = api.get(f"/os-volumes/{volume}").json["volume"]
    assert (seen["status"], seen["attachments"][0]["serverId"]) == ("in-use", server)


@pytest.mark.parametrize("goes", [True, False])
def test_a_build_that_is_given_up_keeps_the_volumes_that_outlive_it(cloud, api, goes):
    network = full_network(api)
    server = on_a_volume(api, {"uuid": network}, delete_on_termination=goes)
    seen = shown(api, server, "2.3")
    assert (seen["status"], seen["fault"]["message"].split(": ")[0]) == (
        "ERROR",
        f"Build of instance {server} aborted",
    )
    kept = volumes(api)
    assert len(kept) == (0 if goes else 1)
    attached = seen["os-extended-volumes:volumes_attached"]
    assert [row["id"] for row in attached] == kept


def test_a_forced_build_that_fails_is_no_fault_of_its_user(cloud, root):
    server = on_a_volume(root, {"port": named_port(root)}, zone="nova:compute1")
    seen = shown(root, server, "2.3")
    assert (seen["status"], seen["fault"]["code"], "details" in seen["fault"]) == (
        "ERROR",
        500,
        True,
    )
    assert len(seen["os-extended-volumes:volumes_attached"]) == 1


def test_administrators_boot_into_groups_of_any_project(cloud, api, root):
    made = api.post("/os-server-groups", {"server_group": {"name": "g", "policies": ["affinity"]}})
    group = made.json["server_group"]["id"]
    image = elsewhere(api, "GET", "/image/v2/images").json["images"][0]["id"]
    asked = {"name": "one", "imageRef": image, "flavorRef": "1"}
    body = {"server": asked, "os:scheduler_hints": {"group": group}}
    refused = api.as_("carol").post("/servers", body)
    assert (refused.status, refused.error) == (400, f"Instance group {group} could not be found.")
    server = root.post("/servers", body).json["server"]["id"]
    settle()
    assert shown(root, server)["status"] == "ACTIVE"
    for who, members in ((api, []), (root, [server])):
        seen = who.get(f"/os-server-groups/{group}").json["server_group"]
        assert seen["members"] == members
