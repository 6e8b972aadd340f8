"""What else is done to volumes and snapshots."""

import pytest

from cloud.volume.models import VolumeType

IMAGE = "1a1a1a1a-0000-4000-8000-000000000001"
UPLOADED = []


class Images:
    def show(self, context, image_id):
        return {"id": image_id, "name": "new", "status": "active", "size": 1, "min_disk": 0}

    def named(self, context, name):
        return []

    def create(self, context, values):
        UPLOADED.append(values)
        return {"id": IMAGE}

    def upload(self, context, image_id, data):
        assert data


def test_an_unknown_action_is_refused(cinder):
    answer = cinder.act(cinder.make(), "os-fly")
    assert answer.status == 400
    assert answer.error.startswith("There is no such action: os-fly.")


def test_a_volume_grows_and_does_not_shrink(cinder):
    volume_id = cinder.make(size=2)
    assert cinder.act(volume_id, "os-extend", {"new_size": 3}).status == 202
    assert cinder.show(volume_id)["size"] == 3
    answer = cinder.act(volume_id, "os-extend", {"new_size": 3})
    assert answer.error == (
        "Invalid input received: New size for extend must be greater than current size. (current: "
        "3, extended: 3)."
    )
    assert cinder.act(volume_id, "os-extend", {"new_size": "x"}).status == 400


def test_a_volume_is_retyped(cinder):
    volume_id = cinder.make()
    assert cinder.act(volume_id, "os-retype", {"new_type": "multiattach"}).status == 202
    shown = cinder.show(volume_id)
    assert (shown["volume_type"], shown["multiattach"]) == ("multiattach", True)
    assert cinder.act(volume_id, "os-retype", {"new_type": "multiattach"}).status == 400
    assert cinder.act(volume_id, "os-retype", {"new_type": "none"}).status == 404


def test_states_are_reset_by_administrators_only(cinder, admin):
    volume_id = cinder.make()
    reset = {"status": "error"}
    assert cinder.act(volume_id, "os-reset_status", reset).status == 403
    assert admin.act(volume_id, "os-reset_status", reset).status == 202
    assert cinder.show(volume_id)["status"] == "error"
    assert admin.act(volume_id, "os-reset_status", {}).status == 400
    answer = admin.act(volume_id, "os-reset_status", {"status": "sleepy"})
    assert answer.error.startswith("Volume status: sleepy is invalid, valid statuses are:")


def test_migration_is_refused_clearly(cinder, admin):
    volume_id = cinder.make()
    answer = admin.act(volume_id, "os-migrate_volume", {"host": "elsewhere@lvm#lvm"})
    assert (answer.status, "No available service named" in answer.error) == (400, True)
    here = {"host": "controller@lvmdriver-1#lvmdriver-1"}
    assert admin.act(volume_id, "os-migrate_volume", here).status == 400
    assert cinder.act(volume_id, "os-migrate_volume", here).status == 403


def test_a_volume_is_reimaged_from_3_68_on(cinder, settings):
    settings.VOLUME_IMAGE_CLIENT = f"{__name__}.Images"
    volume_id = cinder.make()
    value = {"image_id": IMAGE}
    assert cinder.at("3.67").act(volume_id, "os-reimage", value).status == 404
    assert cinder.act(volume_id, "os-reimage", value).status == 202
    assert cinder.show(volume_id)["volume_image_metadata"]["image_id"] == IMAGE
    cinder.reserve(volume_id, IMAGE)
    assert cinder.act(volume_id, "os-reimage", value).status == 400
    assert cinder.act(volume_id, "os-reimage", {**value, "reimage_reserved": True}).status == 202
    assert cinder.show(volume_id)["status"] == "reserved"


def test_a_volume_becomes_an_image(cinder, admin, settings):
    volume_id = cinder.make()
    value = {"image_name": "i", "disk_format": "qcow2"}
    settings.VOLUME_IMAGE_CLIENT = None
    assert cinder.act(volume_id, "os-volume_upload_image", value).status == 501
    settings.VOLUME_IMAGE_CLIENT = f"{__name__}.Images"
    made = cinder.act(volume_id, "os-volume_upload_image", value).json["os-volume_upload_image"]
    assert (made["image_id"], made["status"], made["visibility"]) == (IMAGE, "uploading", "private")
    assert UPLOADED[-1]["disk_format"] == "qcow2"
    public = {**value, "visibility": "public"}
    assert cinder.act(volume_id, "os-volume_upload_image", public).status == 403


def test_what_a_volume_remembers_of_its_image_can_be_changed(cinder):
    volume_id = cinder.make()
    cinder.act(volume_id, "os-set_image_metadata", {"metadata": {"a": "1", "b": "2"}})
    assert cinder.act(volume_id, "os-unset_image_metadata", {"key": "a"}).status == 200
    assert cinder.act(volume_id, "os-unset_image_metadata", {"key": "a"}).status == 404
    shown = cinder.act(volume_id, "os-show_image_metadata").json["metadata"]
    assert shown == cinder.show(volume_id)["volume_image_metadata"] == {"b": "2"}
    assert cinder.act(volume_id, "os-set_bootable", {"bootable": "maybe"}).status == 400


def test_snapshots(cinder):
    volume_id = cinder.make(size=2)
    body = {"snapshot": {"volume_id": volume_id, "name": "s", "metadata": {"a": "b"}}}
    made = cinder.post("/snapshots", body).json["snapshot"]
    assert (made["status"], made["size"]) == ("creating", 2)
    path = f"/snapshots/{made['id']}"
    shown = cinder.get(path).json["snapshot"]
    assert shown["status"] == "available"
    assert shown["os-extended-snapshot-attributes:progress"] == "100%"
    assert cinder.put(path, {"snapshot": {"name": "t"}}).json["snapshot"]["name"] == "t"
    (found,) = cinder.get(f"/snapshots/detail?volume_id={volume_id}&name=t").json["snapshots"]
    assert found["metadata"] == {"a": "b"}
    assert cinder.get("/snapshots?metadata={'a': 'c'}").json["snapshots"] == []
    assert cinder.delete(path).status == 202
    assert cinder.get(path).status == 404


@pytest.mark.parametrize(
    ("version", "force", "status"),
    [("3.65", None, 400), ("3.65", True, 202), ("3.66", None, 202), ("3.66", True, 202),
     ("3.66", False, 400)],
)  # fmt: skip
def test_a_volume_in_use_is_snapshot_by_force_until_3_65(cinder, version, force, status):
    volume_id = cinder.make()
    cinder.attach(volume_id, IMAGE)
    body = {"volume_id": volume_id} | ({} if force is None else {"force": force})
    assert cinder.at(version).post("/snapshots", {"snapshot": body}).status == status


def test_a_snapshot_reports_its_progress(cinder, admin):
    snapshot_id = cinder.snap(cinder.make())
    path = f"/snapshots/{snapshot_id}/action"
    update = {"os-update_snapshot_status": {"status": "error", "progress": "80%"}}
    assert cinder.post(path, update).status == 400
    assert cinder.post(path, {"os-reset_status": {"status": "creating"}}).status == 403
    assert admin.post(path, {"os-reset_status": {"status": "creating"}}).status == 202
    assert cinder.post(path, update).status == 202
    shown = cinder.get(f"/snapshots/{snapshot_id}").json["snapshot"]
    assert shown["os-extended-snapshot-attributes:progress"] == "80%"


def test_a_volume_is_reverted_to_its_latest_snapshot(cinder):
    volume_id = cinder.make()
    assert cinder.act(volume_id, "revert", {"snapshot_id": IMAGE}).status == 400
    old, new = cinder.snap(volume_id), cinder.snap(volume_id)
    assert cinder.act(volume_id, "revert", {"snapshot_id": old}).status == 400
    assert cinder.act(volume_id, "revert", {"snapshot_id": new}).status == 202


def test_an_encrypted_volume_says_how(cinder, admin):
    kind = VolumeType.objects.create(name="luks")
    path = f"/types/{kind.pk}/encryption"
    spec = {"provider": "luks", "control_location": "front-end", "key_size": "256"}
    assert admin.post(path, {"encryption": spec}).json["encryption"]["key_size"] == 256
    volume_id = cinder.make(volume_type="luks")
    assert cinder.show(volume_id)["encrypted"] is True
    assert cinder.get(f"/volumes/{volume_id}/encryption").json["provider"] == "luks"
    assert admin.get(path).json["volume_type_id"] == kind.pk
    encryption_id = admin.get(path).json["encryption_id"]
    assert admin.delete(f"{path}/{encryption_id}").status == 400


def complete(admin, volume_id, new_volume_id, **more):
    value = {"new_volume": new_volume_id, "error": False, **more}
    return admin.act(volume_id, "os-migrate_volume_completion", value)


def test_servers_go_on_with_another_volume(cinder, admin):
    old, new = cinder.make(), cinder.make()
    server = "5e000000-0000-4000-8000-000000000001"
    attach = {"instance_uuid": server, "mountpoint": "/dev/vdb"}
    assert cinder.act(old, "os-attach", attach).status == 202
    answer = complete(admin, old, new)
    assert (answer.status, answer.json) == (200, {"save_volume_id": new})
    assert cinder.show(old)["status"] == "available"
    (attachment,) = cinder.show(new)["attachments"]
    assert attachment["server_id"] == server


def test_a_copy_that_failed_moves_nobody(cinder, admin):
    old, new = cinder.make(), cinder.make()
    assert complete(admin, old, new, error=True).json == {"save_volume_id": new}
    assert cinder.show(new)["status"] == "available"


def test_a_migration_that_nobody_began_is_not_ended(cinder, admin):
    old, new = cinder.make(), cinder.make()
    admin.act(new, "os-reset_status", {"migration_status": "migrating"})
    answer = complete(admin, old, new)
    assert (answer.status, answer.error) == (
        400,
        "Invalid volume: Source volume not mid-migration.",
    )
    admin.act(old, "os-reset_status", {"migration_status": "migrating"})
    assert complete(admin, old, new).error == (
        f"Invalid volume: Destination has migration_status migrating, expected target:{old}."
    )
