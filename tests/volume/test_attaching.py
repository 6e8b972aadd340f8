"""Volumes and servers: both ways of attaching."""

import pytest

from cloud.volume import attaching
from cloud.volume.models import Attachment

SERVER = "5e5e5e5e-0000-4000-8000-000000000001"
OTHER = "5e5e5e5e-0000-4000-8000-000000000002"


def test_the_attachments_api_takes_a_volume_through_its_states(cinder):
    volume_id = cinder.make()
    made = cinder.reserve(volume_id, SERVER).json["attachment"]
    assert (made["status"], made["instance"], made["connection_info"]) == ("reserved", SERVER, {})
    assert cinder.show(volume_id)["status"] == "reserved"
    path = f"/attachments/{made['id']}"
    connector = {"host": "cmp1", "initiator": "iqn.x", "mountpoint": "/dev/vdb"}
    connected = cinder.put(path, {"attachment": {"connector": connector}}).json["attachment"]
    assert connected["connection_info"]["driver_volume_type"] == "iscsi"
    assert connected["connection_info"]["attachment_id"] == made["id"]
    # Only the connection is new in this answer.
    assert (connected["status"], connected["attach_mode"]) == ("reserved", "null")
    assert cinder.get(path).json["attachment"]["attach_mode"] == "rw"
    assert cinder.show(volume_id)["status"] == "attaching"
    assert cinder.post(f"{path}/action", {"os-complete": {}}).status == 204
    shown = cinder.show(volume_id)
    assert (shown["status"], shown["metadata"]) == ("in-use", {})
    (attached,) = shown["attachments"]
    assert (attached["server_id"], attached["device"]) == (SERVER, "/dev/vdb")
    assert attached["attachment_id"] == made["id"]
    assert cinder.delete(path).json["attachments"] == []
    shown = cinder.show(volume_id)
    assert (shown["status"], shown["attachments"]) == ("available", [])


def test_an_attachment_that_is_connected_at_once_is_shown_as_it_was_reserved(cinder):
    connector = {"host": "cmp1", "initiator": "iqn.x"}
    made = cinder.reserve(cinder.make(), SERVER, connector=connector).json["attachment"]
    assert (made["status"], made["attached_at"], made["attach_mode"]) == ("reserved", "", "null")
    assert made["connection_info"]["driver_volume_type"] == "iscsi"
    later = cinder.get(f"/attachments/{made['id']}").json["attachment"]
    assert later["status"] == "attaching"
    assert later["attached_at"]


def test_attachments_are_read_without_any_role(cinder):
    attachment_id = cinder.attach(cinder.make(), SERVER)
    powerless = cinder.as_("nina")
    assert len(powerless.get("/attachments").json["attachments"]) == 1
    assert powerless.get(f"/attachments/{attachment_id}").status == 200
    assert powerless.delete(f"/attachments/{attachment_id}").status == 403


def test_a_volume_is_reserved_once_but_for_the_same_server(cinder):
    volume_id = cinder.make()
    cinder.reserve(volume_id, SERVER)
    answer = cinder.reserve(volume_id, OTHER)
    assert answer.status == 400
    assert "status must be available or downloading to reserve, but the current" in answer.error
    assert cinder.reserve(volume_id, SERVER).status == 200


def test_a_multiattach_volume_has_several_servers(cinder):
    volume_id = cinder.make(volume_type="multiattach")
    assert cinder.show(volume_id)["multiattach"] is True
    first, second = cinder.attach(volume_id, SERVER), cinder.attach(volume_id, OTHER)
    assert len(cinder.show(volume_id)["attachments"]) == 2
    left = cinder.delete(f"/attachments/{first}").json["attachments"]
    assert [each["id"] for each in left] == [second]
    assert cinder.show(volume_id)["status"] == "in-use"


def test_attachments_are_listed(cinder, carol):
    volume_id = cinder.make()
    attachment_id = cinder.attach(volume_id, SERVER)
    for query in ("", f"?volume_id={volume_id}", f"?instance_id={SERVER}",
                  "?attach_status=attached"):  # fmt: skip
        (found,) = cinder.get(f"/attachments{query}").json["attachments"]
        assert found["id"] == attachment_id, query
    # A filter that may be named and is no column.
    assert cinder.get("/attachments?status=attached").json["attachments"] == []
    assert "attachments_links" not in cinder.get("/attachments?limit=1").json
    assert carol.get("/attachments/detail").json["attachments"] == []


def test_the_mode_may_be_told_from_3_54_on(cinder):
    volume_id = cinder.make()
    assert cinder.at("3.53").reserve(volume_id, SERVER, mode="ro").status == 400
    assert cinder.reserve(volume_id, SERVER, mode="ro").json["attachment"]["attach_mode"] == "ro"


def test_a_volume_in_error_is_not_attached(cinder, admin):
    volume_id = cinder.make()
    admin.act(volume_id, "os-reset_status", {"status": "error"})
    answer = cinder.reserve(volume_id, SERVER)
    assert answer.status == 400
    assert "can not be created if the volume is in an error state" in answer.error


def test_the_older_actions(cinder):
    volume_id = cinder.make()
    assert cinder.act(volume_id, "os-reserve").status == 202
    assert cinder.show(volume_id)["status"] == "attaching"
    answer = cinder.act(volume_id, "os-reserve")
    assert answer.error == (
        "Invalid volume: Volume status must be available to reserve, but the status is attaching."
    )
    assert cinder.act(volume_id, "os-unreserve").status == 202
    assert cinder.show(volume_id)["status"] == "available"
    attach = {"instance_uuid": SERVER, "mountpoint": "/dev/vdc"}
    assert cinder.act(volume_id, "os-attach", attach).status == 202
    assert cinder.show(volume_id)["attachments"][0]["device"] == "/dev/vdc"
    assert cinder.act(volume_id, "os-attach", attach).status == 202
    other = {**attach, "instance_uuid": OTHER}
    assert cinder.act(volume_id, "os-attach", other).status == 400
    assert cinder.act(volume_id, "os-begin_detaching").status == 202
    assert cinder.show(volume_id)["status"] == "detaching"
    assert cinder.act(volume_id, "os-roll_detaching").status == 202
    assert cinder.show(volume_id)["status"] == "in-use"
    assert cinder.act(volume_id, "os-detach", {}).status == 202
    assert cinder.show(volume_id)["status"] == "available"


@pytest.mark.parametrize(
    ("value", "status"),
    [({}, 400), ({"mountpoint": "/dev/vdb"}, 400), ({"instance_uuid": "x"}, 400)],
)
def test_a_bad_attach_is_refused(cinder, value, status):
    assert cinder.act(cinder.make(), "os-attach", value).status == status


def test_a_readonly_volume_is_attached_for_reading_only(cinder):
    volume_id = cinder.make()
    cinder.act(volume_id, "os-update_readonly_flag", {"readonly": True})
    assert cinder.show(volume_id)["metadata"] == {"readonly": "True"}
    attach = {"instance_uuid": SERVER, "mountpoint": "/dev/vdc"}
    answer = cinder.act(volume_id, "os-attach", attach)
    assert answer.error == f"Invalid attaching mode 'rw' for volume {volume_id}."
    assert cinder.act(volume_id, "os-attach", {**attach, "mode": "ro"}).status == 202


def test_a_connection_is_told(cinder):
    volume_id = cinder.make()
    answer = cinder.act(
        volume_id, "os-initialize_connection", {"connector": {"initiator": "iqn.x"}}
    )
    assert answer.json["connection_info"]["data"]["volume_id"] == volume_id
    assert cinder.act(volume_id, "os-initialize_connection", {"connector": {}}).status == 400
    assert cinder.act(volume_id, "os-terminate_connection", {"connector": None}).status == 202


class Compute:
    """A Compute service whose servers use all their volumes."""

    extended = []

    def is_attached(self, context, server_id, volume_id, attachment_id):
        return True

    def volume_extended(self, context, server_ids, volume_id):
        self.extended.append((server_ids, volume_id))


def test_only_compute_takes_a_disk_from_under_a_server(cinder, settings):
    settings.VOLUME_COMPUTE_CLIENT = f"{__name__}.Compute"
    volume_id = cinder.make()
    attachment_id = cinder.attach(volume_id, SERVER)
    answer = cinder.delete(f"/attachments/{attachment_id}")
    assert (answer.status, "conflictingRequest" in answer.json) == (409, True)
    assert cinder.act(volume_id, "os-detach", {}).status == 409


def test_compute_is_told_that_an_attached_volume_grew(
    cinder, settings, django_capture_on_commit_callbacks
):
    settings.VOLUME_COMPUTE_CLIENT = f"{__name__}.Compute"
    volume_id = cinder.make()
    cinder.attach(volume_id, SERVER)
    assert cinder.at("3.41").act(volume_id, "os-extend", {"new_size": 2}).status == 400
    with django_capture_on_commit_callbacks(execute=True):
        assert cinder.act(volume_id, "os-extend", {"new_size": 2}).status == 202
    assert Compute.extended == [([SERVER], volume_id)]
    assert cinder.show(volume_id)["size"] == 2


def test_who_comes_too_late_for_an_attachment_is_told_so(cinder, monkeypatch):
    """Two end it at once: one waits for the volume, and finds nothing."""
    attachment = cinder.attach(cinder.make(), SERVER)
    lock = attaching.lock

    def waited(context, volume_id):
        Attachment.objects.filter(pk=attachment).delete()
        return lock(context, volume_id)

    monkeypatch.setattr(attaching, "lock", waited)
    answer = cinder.delete(f"/attachments/{attachment}")
    assert answer.status == 404
    assert "Volume attachment could not be found" in answer.error
