"""Volumes: made of nothing and of other things, shown, listed, deleted."""

import pytest

from cloud.volume.models import Service, VolumeType
from tests.cast import HERS

SERVER = "5e5e5e5e-0000-4000-8000-000000000001"


def test_a_volume_begins_as_creating_and_is_available(cinder):
    answer = cinder.post("/volumes", {"volume": {"size": 2, "name": " v ", "metadata": {"a": "b"}}})
    made = answer.json["volume"]
    assert (made["status"], made["name"], made["bootable"]) == ("creating", "v", "false")
    assert "volume_image_metadata" not in made
    shown = cinder.show(made["id"])
    assert (shown["status"], shown["size"], shown["metadata"]) == ("available", 2, {"a": "b"})
    assert (shown["volume_type"], shown["os-vol-tenant-attr:tenant_id"]) == ("lvmdriver-1", HERS)
    assert "os-vol-host-attr:host" not in shown


def test_an_administrator_sees_where_a_volume_is(cinder, admin):
    shown = admin.show(cinder.make())
    assert shown["os-vol-host-attr:host"] == "controller@lvmdriver-1#lvmdriver-1"
    assert shown["os-vol-mig-status-attr:migstat"] is None


@pytest.mark.parametrize(
    ("version", "absent", "present"),
    [
        ("3.12", "group_id", "multiattach"),
        ("3.47", "shared_targets", "group_id"),
        ("3.62", "volume_type_id", "service_uuid"),
        ("3.64", "consumes_quota", "volume_type_id"),
    ],
)
def test_a_volume_shows_what_its_version_has(cinder, version, absent, present):
    shown = cinder.at(version).show(cinder.make())
    assert absent not in shown
    assert present in shown


@pytest.mark.parametrize(
    ("values", "status", "sentence"),
    [
        ({"size": 0}, 400, "Invalid input for field/attribute size. Value: 0. 0 is less than"),
        ({"size": "#"}, 400, "Invalid input for field/attribute size."),
        ({"size": None}, 400, "The server could not comply with the request"),
        ({"colour": "red"}, 400, "Additional properties are not allowed"),
        ({"name": "x" * 256}, 400, "name has 256 characters, more than 255."),
        ({"multiattach": True}, 400, "multiattach parameter has been removed."),
        ({"volume_type": "none"}, 404, "Volume type with name none could not be found."),
        ({"availability_zone": "mars"}, 400, "Availability zone 'mars' is invalid."),
        ({"snapshot_id": SERVER}, 404, f"Snapshot {SERVER} could not be found."),
        ({"source_volid": SERVER}, 404, f"Volume {SERVER} could not be found."),
        ({"group_id": SERVER}, 404, f"Group {SERVER} could not be found."),
    ],
)
def test_a_bad_volume_is_refused(cinder, values, status, sentence):
    answer = cinder.post("/volumes", {"volume": {"size": 1, **values}})
    assert answer.status == status
    assert sentence in answer.error


def test_unknown_keys_are_overlooked_before_3_53(cinder):
    cinder.at("3.52").make(colour="red")


def test_a_volume_copies_a_snapshot_or_a_volume(cinder):
    source = cinder.make(size=2)
    snapshot = cinder.snap(source)
    for key, value in (("snapshot_id", snapshot), ("source_volid", source)):
        copied = cinder.show(cinder.make(size=None, **{key: value}))
        assert (copied["size"], copied[key]) == (2, value)
        answer = cinder.post("/volumes", {"volume": {"size": 1, key: value}})
        assert answer.status == 400
        assert "cannot be smaller than" in answer.error


class Images:
    """An Image service that knows three images."""

    known = {
        "ok": {"id": "ok", "name": "good", "status": "active", "size": 1, "min_disk": 2,
               "hw_disk_bus": "scsi", "visibility": "public"},
        "typed": {"id": "typed", "name": "typed", "status": "active", "size": 1, "min_disk": 0,
                  "cinder_img_volume_type": "of images"},
        "off": {"id": "off", "name": "off", "status": "deactivated", "size": 1, "min_disk": 0},
    }  # fmt: skip

    def show(self, context, image_id):
        return self.known.get(image_id)

    def named(self, context, name):
        return [image for image in self.known.values() if image["name"] == name]


def test_a_volume_of_an_image_is_bootable_and_remembers_it(cinder, settings):
    settings.VOLUME_IMAGE_CLIENT = f"{__name__}.Images"
    shown = cinder.show(cinder.make(size=2, imageRef="good"))
    assert shown["bootable"] == "true"
    facts = shown["volume_image_metadata"]
    assert (facts["image_id"], facts["image_name"], facts["hw_disk_bus"]) == ("ok", "good", "scsi")
    assert "visibility" not in facts


def test_an_image_names_the_type_of_its_volumes(cinder, admin, settings):
    settings.VOLUME_IMAGE_CLIENT = f"{__name__}.Images"
    answer = cinder.post("/volumes", {"volume": {"size": 1, "imageRef": "typed"}})
    assert (answer.status, answer.error) == (
        404,
        "Volume type with name of images could not be found.",
    )
    admin.post("/types", {"volume_type": {"name": "of images"}})
    assert cinder.show(cinder.make(imageRef="typed"))["volume_type"] == "of images"
    named = cinder.make(imageRef="typed", volume_type="lvmdriver-1")
    assert cinder.show(named)["volume_type"] == "lvmdriver-1"


@pytest.mark.parametrize(
    ("image", "sentence"),
    [
        ("ok", "Volume size 1GB cannot be smaller than the image minDisk size 2GB."),
        ("off", "Image off is not active."),
        ("none", "Invalid image identifier or unable to access requested image."),
    ],
)
def test_an_image_that_will_not_do_is_refused(cinder, settings, image, sentence):
    settings.VOLUME_IMAGE_CLIENT = f"{__name__}.Images"
    answer = cinder.post("/volumes", {"volume": {"size": 1, "imageRef": image}})
    assert answer.status == 400
    assert sentence in answer.error


def test_a_volume_that_no_backend_can_hold_is_in_error_with_a_message(cinder):
    VolumeType.objects.create(name="odd", extra_specs={"vendor_name": "Nobody"})
    volume_id = cinder.make(volume_type="odd")
    assert cinder.show(volume_id)["status"] == "error"
    (message,) = cinder.get("/messages").json["messages"]
    assert message["resource_uuid"] == volume_id
    assert message["user_message"].startswith("schedule allocate volume:")
    assert cinder.delete(f"/messages/{message['id']}").status == 204


def test_a_disabled_service_takes_no_volumes(cinder):
    Service.objects.filter(binary="cinder-volume").update(disabled=True)
    answer = cinder.post("/volumes", {"volume": {"size": 1, "availability_zone": "nova"}})
    assert answer.status == 400


def test_a_volume_is_renamed(cinder):
    volume_id = cinder.make()
    body = {"volume": {"display_name": "n", "description": "d", "metadata": {"k": "v"}}}
    changed = cinder.put(f"/volumes/{volume_id}", body).json["volume"]
    assert (changed["name"], changed["description"], changed["metadata"]) == ("n", "d", {"k": "v"})
    assert cinder.put(f"/volumes/{volume_id}", {"volume": {}}).status == 400
    assert cinder.at("3.52").put(f"/volumes/{volume_id}", {"volume": {}}).status == 200


def test_metadata(cinder):
    volume_id = cinder.make(metadata={"a": "1"})
    path = f"/volumes/{volume_id}/metadata"
    assert cinder.post(path, {"metadata": {"b": "2"}}).json["metadata"] == {"a": "1", "b": "2"}
    assert cinder.put(path, {"metadata": {"c": "3"}}).json["metadata"] == {"c": "3"}
    assert cinder.put(f"{path}/c", {"meta": {"c": "4"}}).json["meta"] == {"c": "4"}
    assert cinder.put(f"{path}/c", {"meta": {"d": "4"}}).status == 400
    assert cinder.get(f"{path}/c").json["meta"] == {"c": "4"}
    assert cinder.delete(f"{path}/c").status == 200
    answer = cinder.get(f"{path}/c")
    assert answer.error == f"Volume {volume_id} has no metadata with key c."


def test_a_volume_with_snapshots_is_deleted_only_in_cascade(cinder):
    volume_id = cinder.make()
    cinder.snap(volume_id)
    answer = cinder.delete(f"/volumes/{volume_id}")
    assert answer.status == 400
    assert "must not be migrating, attached, belong to a group, have snapshots" in answer.error
    assert cinder.delete(f"/volumes/{volume_id}?cascade=True").status == 202
    assert cinder.get(f"/volumes/{volume_id}").status == 404
    assert cinder.get("/snapshots").json["snapshots"] == []


def test_a_volume_in_use_is_not_deleted(cinder, admin):
    volume_id = cinder.make()
    cinder.attach(volume_id, SERVER)
    assert cinder.delete(f"/volumes/{volume_id}").status == 400
    assert cinder.delete(f"/volumes/{volume_id}?force=True").status == 403


def test_filters(cinder, admin):
    one = cinder.make(name="one", size=1, metadata={"k": "v", "odd key": "x"})
    two = cinder.make(name="two", size=2, metadata={"k": "w"})
    cinder.act(two, "os-set_bootable", {"bootable": True})
    for query, expected in {
        "name=one": {one},
        "size=2": {two},
        "status=available": {one, two},
        "status=null": set(),
        "bootable=true": {two},
        "metadata={'k': 'v'}": {one},
        "metadata={'odd key': 'x'}": {one},
        "metadata={'k': 'v', 'l': 'm'}": set(),
        "created_at=gt:2000-01-01T00:00:00": {one, two},
        "created_at=lt:2000-01-01T00:00:00": set(),
        "consumes_quota=true": {one, two},
    }.items():
        found = cinder.get(f"/volumes?{query}").json["volumes"]
        assert {volume["id"] for volume in found} == expected, query
    assert cinder.get("/volumes?name~=o").status == 400
    assert admin.get("/volumes?all_tenants=0").json["volumes"] == []
    assert admin.get("/volumes").json["volumes"] == []
    assert len(admin.get("/volumes?all_tenants=1").json["volumes"]) == 2
    assert len(cinder.at("3.0").get("/volumes?all_tenants=1").json["volumes"]) == 2


@pytest.mark.parametrize(
    "query",
    ["limit=x", "limit=-1", "offset=x", "offset=-1", "sort=nothing", "sort=name:up",
     "sort=name&sort_key=id", "bootable=perhaps",
     "with_count=perhaps", "consumes_quota=perhaps", "colour=red", "created_at=gt:soon",
     "created_at=like:x"],
)  # fmt: skip
def test_a_bad_query_is_refused(cinder, query):
    assert cinder.get(f"/volumes?{query}").status == 400


def test_a_bad_filter_is_dropped_before_3_31(cinder):
    assert cinder.at("3.30").get("/volumes?colour=red").status == 200


def test_a_list_is_paged_and_counted(cinder):
    made = [cinder.make(name=str(n)) for n in range(3)]
    page = cinder.get("/volumes/detail?limit=2&sort=name:asc&with_count=True").json
    assert [volume["id"] for volume in page["volumes"]] == made[:2]
    assert page["count"] == 3
    (link,) = page["volumes_links"]
    rest = cinder.get(link["href"].partition("/volume/v3")[2]).json
    assert [volume["id"] for volume in rest["volumes"]] == made[2:]
    assert "volumes_links" not in rest
    assert cinder.get("/volumes?marker=none").status == 404


def test_a_list_costs_the_same_however_long(cinder, django_assert_num_queries):
    for _ in range(5):
        cinder.make()
    with django_assert_num_queries(3):  # volumes, attachments, services
        cinder.get("/volumes/detail")


def test_a_summary(cinder):
    cinder.make(size=2, metadata={"a": "1"})
    cinder.make(size=1, metadata={"a": "2"})
    summary = cinder.get("/volumes/summary").json["volume-summary"]
    assert (summary["total_count"], summary["total_size"]) == (2, 3)
    assert sorted(summary["metadata"]["a"]) == ["1", "2"]


def test_a_volume_copies_one_thing_at_most(cinder):
    source = cinder.make()
    snapshot = cinder.snap(source)
    body = {"volume": {"source_volid": source, "snapshot_id": snapshot}}
    answer = cinder.post("/volumes", body)
    assert (answer.status, answer.error) == (
        400,
        "Invalid input received: May specify only one of backup, imageRef, snapshot, source volume",
    )


def test_a_type_says_how_large_its_volumes_are(cinder, admin):
    specs = {"provisioning:min_vol_size": "2", "provisioning:max_vol_size": "3"}
    admin.post("/types", {"volume_type": {"name": "sized", "extra_specs": specs}})
    for size, sentence in {1: "less than the minimum", 4: "greater than the maximum"}.items():
        answer = cinder.post("/volumes", {"volume": {"size": size, "volume_type": "sized"}})
        assert answer.status == 400
        assert sentence in answer.error
    assert cinder.make(size=2, volume_type="sized")


def test_a_volume_of_a_group_names_its_type(cinder, admin):
    kind = admin.post("/group_types", {"group_type": {"name": "g"}}).json["group_type"]["id"]
    body = {"group": {"name": "g1", "group_type": kind, "volume_types": ["lvmdriver-1"]}}
    group_id = cinder.post("/groups", body).json["group"]["id"]
    answer = cinder.post("/volumes", {"volume": {"size": 1, "group_id": group_id}})
    assert (answer.status, answer.error) == (
        400,
        "Invalid input received: volume_type must be provided when creating a volume in a group.",
    )


def test_hints_are_ids_of_volumes(cinder):
    for hint, status in {"x": 400, "11111111-1111-4111-8111-111111111111": 202}.items():
        hints = {"OS-SCH-HNT:scheduler_hints": {"same_host": hint}}
        assert cinder.post("/volumes", {"volume": {"size": 1}, **hints}).status == status


def test_to_those_who_may_not_see_it_a_volume_is_not_there(cinder):
    volume_id = cinder.make()
    powerless = cinder.as_("nina")
    for answer in (
        powerless.get(f"/volumes/{volume_id}"),
        powerless.delete(f"/volumes/{volume_id}"),
    ):
        assert answer.status == 404


def test_a_summary_looks_at_no_filter(cinder):
    cinder.make(name="one")
    summary = cinder.get("/volumes/summary?name=other").json["volume-summary"]
    assert summary["total_count"] == 1
