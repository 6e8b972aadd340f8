"""What neighbours tell of servers, and what their hosts do about it."""

import pytest

from compute.domain.events import FromVolume
from compute.models import BlockDevice, Server, ServerEvent
from tests.api.servers import action, actions_of, boot, elsewhere, settle
from tests.cast import HERS
from tests.domain.servers import ROOT


@pytest.fixture
def server(cloud, api):
    return boot(api)


def tell(api, server, name, version="2.93", **more):
    body = {"events": [{"name": name, "server_uuid": server, **more}]}
    answer = api.as_("root").post("/os-server-external-events", body, version=version)
    settle()
    return answer


def events(server):
    found = ServerEvent.objects.filter(action__server__uuid=server).order_by("pk")
    return [(event.event, event.result) for event in found]


def test_an_event_is_answered_by_itself(api, server):
    missing = "00000000-0000-4000-8000-00000000ffff"
    told = [
        {"name": "network-changed", "server_uuid": server},
        {"name": "volume-extended", "server_uuid": server},
        {"name": "network-changed", "server_uuid": missing, "status": "failed"},
    ]
    answer = api.as_("root").post("/os-server-external-events", {"events": told}, version="2.51")
    assert answer.status == 207
    shown = [(each["status"], each["code"]) for each in answer.json["events"]]
    assert shown == [("completed", 200), ("failed", 400), ("failed", 404)]


def test_a_server_without_a_host_is_told_nothing(api, server):
    action(api, server, {"shelve": None})
    settle()
    answer = tell(api, server, "network-changed")
    assert (answer.status, answer.json["events"][0]["code"]) == (207, 422)


def test_an_interface_goes_with_its_port(api, root, server):
    (port,) = api.get(f"/servers/{server}/os-interface").json["interfaceAttachments"]
    path = f"/network/v2.0/ports/{port['port_id']}"
    # Neutron: the port of a server is its administrators', and services', to delete.
    assert elsewhere(api, "DELETE", path).status == 403
    assert elsewhere(root, "DELETE", path).status == 204
    assert Server.objects.get().addresses
    tell(api, server, "network-vif-deleted", tag=port["port_id"])
    assert (Server.objects.get().addresses, Server.objects.get().interfaces) == ({}, [])


def test_an_attached_volume_grows(api, server):
    body = {"volume": {"size": 1}}
    data = elsewhere(api, "POST", f"/volume/v3/{HERS}/volumes", body).json["volume"]["id"]
    body = {"volumeAttachment": {"volumeId": data}}
    api.post(f"/servers/{server}/os-volume_attachments", body)
    settle()
    assert FromVolume().is_attached(
        ROOT, server, data, BlockDevice.objects.get(volume_id=data).attachment_id
    )
    tell(api, server, "volume-extended", tag=data)
    assert BlockDevice.objects.get(volume_id=data).volume_size == 1
    assert actions_of(api, server)[0] == "extend_volume"
    assert events(server)[-1] == ("compute_extend_volume", "Success")


def test_no_driver_follows_the_power_switch(api, server):
    tell(api, server, "power-update", tag="POWER_OFF")
    assert actions_of(api, server)[0] == "stop"
    assert events(server)[-1] == ("compute_power_update", "Error")
    tell(api, server, "power-update", tag="POWER_ON")
    assert events(server)[-1] == ("compute_power_update", "Success")
    tell(api, server, "power-update", tag="SIDEWAYS")
    assert actions_of(api, server)[:2] == ["start", "stop"]


def test_members_tell_nothing(api, server):
    body = {"events": [{"name": "network-changed", "server_uuid": server}]}
    assert api.post("/os-server-external-events", body).status == 403


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("volume-extended", "2.51"),
        ("power-update", "2.76"),
        ("accelerator-request-bound", "2.82"),
        ("volume-reimaged", "2.93"),
    ],
)
def test_events_have_come_one_by_one(api, server, name, first):
    before = f"2.{int(first.partition('.')[2]) - 1}"
    assert tell(api, server, name, before, tag="x").status == 400
    assert tell(api, server, name, first, tag="x").status == 200
