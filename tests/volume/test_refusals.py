"""What Cinder says no to, and how: found by setting Volume beside it."""

import pytest

from tests.volume.test_attaching import SERVER

NONE = "11111111-1111-4111-8111-111111111111"


def test_a_volume_is_not_set_in_use_without_an_attachment(cinder, admin):
    volume_id = cinder.make()
    answer = admin.act(volume_id, "os-reset_status", {"status": "in-use"})
    assert (answer.status, answer.error) == (
        400,
        "Cannot reset-state to in-use because volume does not have any attachments.",
    )
    answer = admin.act(volume_id, "os-reset_status", {"status": "deleting"})
    assert (answer.status, answer.error) == (400, "Cannot reset-state to deleting")
    answer = admin.act(volume_id, "os-reset_status", {"attach_status": "x"})
    assert "valid statuses are: ['attached', 'detached']." in answer.error


@pytest.mark.parametrize("action", ["os-detach", "os-force_detach"])
def test_only_services_detach_what_is_not_attached(cinder, admin, action):
    volume_id = cinder.make()
    answer = admin.act(volume_id, action, {"attachment_id": NONE})
    assert (answer.status, answer.error) == (
        409,
        "ConflictNovaUsingAttachment: Detach volume from instance  using the Compute API",
    )


def test_a_volume_that_is_being_made_can_be_attached(cinder, admin):
    volume_id = cinder.make()
    admin.act(volume_id, "os-reset_status", {"status": "creating"})
    attach = {"instance_uuid": SERVER, "mountpoint": "/dev/vdb"}
    assert cinder.act(volume_id, "os-attach", attach).status == 202
    shown = cinder.show(volume_id)
    assert shown["status"] == "in-use"
    assert shown["metadata"] == {"readonly": "False", "attached_mode": "rw"}


@pytest.mark.parametrize(
    ("action", "value", "sentence"),
    [
        ("os-attach", {"instance_uuid": SERVER, "mountpoint": "x"}, "cannot be attached in maint"),
        ("os-detach", {}, "cannot be detached in maintenance mode."),
        ("os-set_bootable", {"bootable": True}, "cannot be updated during maintenance."),
        ("os-set_image_metadata", {"metadata": {"a": "b"}}, "Updating volume metadata is not all"),
        ("os-initialize_connection", {"connector": {"initiator": "i"}}, "cannot be initialized in"),
    ],
)
def test_a_volume_under_maintenance_is_left_alone(cinder, admin, action, value, sentence):
    volume_id = cinder.make()
    admin.act(volume_id, "os-reset_status", {"status": "maintenance"})
    answer = cinder.act(volume_id, action, value)
    assert answer.status == 400
    assert sentence in answer.error


def test_a_volume_does_not_outgrow_its_type(cinder, admin):
    specs = {"provisioning:max_vol_size": "2"}
    admin.post("/types", {"volume_type": {"name": "sized", "extra_specs": specs}})
    volume_id = cinder.make(volume_type="sized")
    answer = cinder.act(volume_id, "os-extend", {"new_size": 3})
    assert (answer.status, "greater than the maximum" in answer.error) == (400, True)
    admin.act(volume_id, "os-reset_status", {"status": "error"})
    answer = cinder.act(volume_id, "os-extend", {"new_size": 2})
    assert "status must be '{'status': 'available'}' to extend, currently error." in answer.error


def test_a_volume_without_an_image_remembers_none(cinder):
    volume_id = cinder.make()
    assert cinder.act(volume_id, "os-show_image_metadata").status == 404
    cinder.act(volume_id, "os-set_image_metadata", {"metadata": {"a": "b"}})
    assert cinder.act(volume_id, "os-show_image_metadata").json == {"metadata": {"a": "b"}}


def test_a_connector_names_its_initiator(cinder):
    volume_id = cinder.make()
    answer = cinder.reserve(volume_id, SERVER, connector={"host": "h"})
    assert (answer.status, answer.error) == (
        500,
        "Unable to create attachment for volume (Invalid input received: Connector doesn't have "
        "required information: initiator).",
    )
    # What could not be connected stays reserved.
    (left,) = cinder.get("/attachments").json["attachments"]
    assert left["status"] == "reserved"
    path = f"/attachments/{left['id']}"
    answer = cinder.put(path, {"attachment": {"connector": {"host": "h"}}})
    assert answer.status == 400
    answer = cinder.put(path, {"attachment": {"connector": {"initiator": "i"}}})
    assert (answer.status, answer.error) == (500, "Unable to update the attachment.")


def test_limits_are_numbers_and_not_less_than_what_is_used(cinder, admin):
    cinder.make()
    project = cinder.get("/volumes/detail").json["volumes"][0]["os-vol-tenant-attr:tenant_id"]
    path = f"/os-quota-sets/{project}"
    for limits, sentence in (
        ({"volumes": 0}, "Quota volumes limit must be equal or greater than existing resources."),
        ({"volumes": "5"}, "The server could not comply with the request"),
        ({"nothing": 5}, "Invalid input received: Bad key(s) in quota set: nothing"),
    ):
        answer = admin.put(path, {"quota_set": limits})
        assert answer.status == 400
        assert answer.error.startswith(sentence)
    assert admin.put(path, {"quota_set": {"per_volume_gigabytes": "5"}}).status == 200


def test_older_transfers_take_what_says_how_to_page_for_filters(cinder):
    cinder.post("/volume-transfers", {"transfer": {"volume_id": cinder.make(), "name": "a"}})
    for path in ("/os-volume-transfer", "/volume-transfers"):
        assert len(cinder.get(path).json["transfers"]) == 1
    assert cinder.get("/os-volume-transfer?limit=1").json["transfers"] == []
    assert cinder.at("3.58").get("/volume-transfers?limit=1").json["transfers"] == []
    assert len(cinder.get("/volume-transfers?limit=1").json["transfers"]) == 1
    assert cinder.get("/volume-transfers?sort=name").status == 400
    for path in ("/os-volume-transfer/detail", "/volume-transfers/detail"):
        (shown,) = cinder.get(path).json["transfers"]
        assert shown["accepted"] is False


def test_those_who_may_not_are_told_before_what_is_not_there(cinder):
    for answer in (
        cinder.delete(f"/types/{NONE}"),
        cinder.post(f"/types/{NONE}/encryption", {"encryption": {"provider": "luks",
                                                                 "control_location": "front-end"}}),
        cinder.get(f"/types/{NONE}/os-volume-type-access"),
    ):  # fmt: skip
        assert answer.status == 403
    # What a volume is made of is looked up first.
    reader = cinder.as_("rita")
    body = {"volume": {"size": 1, "snapshot_id": NONE}}
    assert reader.post("/volumes", body).status == 404
    assert reader.post("/volumes", {"volume": {"size": 1}}).status == 403


def test_default_types_are_refused_in_words_of_their_own(cinder, admin):
    answer = cinder.get("/default-types")
    assert (answer.status, answer.error) == (
        403, "You are not authorized to perform this operation.",
    )  # fmt: skip
    answer = admin.put(f"/default-types/{NONE}", {"default_type": {"volume_type": "nothing"}})
    assert answer.status == 400


def test_types_are_shown_as_they_were_named(cinder, admin):
    made = admin.post("/types", {"volume_type": {"name": " a ", "description": " b "}}).json
    assert (made["volume_type"]["name"], made["volume_type"]["description"]) == (" a ", " b ")
    assert "os-volume-type-access:is_public" not in cinder.get("/types/default").json["volume_type"]
    assert cinder.get("/types?name=a").status == 400
    assert cinder.at("3.51").get("/types?name=a").status == 200
    assert admin.get("/types?nothing=a").json["volume_types"] == []
    assert len(admin.get(f"/types?marker={NONE}").json["volume_types"]) == 3


def test_an_encrypted_volume_says_how_in_plain_text(cinder, admin):
    kind = admin.post("/types", {"volume_type": {"name": "secret"}}).json["volume_type"]["id"]
    cinder.make(volume_type="secret")
    encryption = {"provider": "luks", "control_location": "front-end", "cipher": "c"}
    # Volumes that are not encrypted do not count.
    answer = admin.post(f"/types/{kind}/encryption", {"encryption": encryption})
    assert answer.status == 200
    path = f"/volumes/{cinder.make(volume_type='secret')}/encryption"
    assert cinder.get(path).json["cipher"] == "c"
    answer = cinder.get(f"{path}/cipher")
    assert (answer.body, answer.headers["Content-Type"]) == (b"c", "text/html; charset=UTF-8")
    answer = admin.put(f"/types/{kind}/encryption/{NONE}", {"encryption": {"cipher": "d"}})
    assert answer.error == "Cannot update encryption specs. Volume type in use."


def test_a_clean_up_finds_nothing_to_do(admin):
    answer = admin.post("/workers/cleanup", {"host": "controller"})
    assert (answer.status, answer.json) == (202, {"cleaning": [], "unavailable": []})
    answer = admin.post("/workers/cleanup", {"resource_type": "backup"})
    assert answer.error == (
        "Invalid input received: Resource type Backup not valid, must be Snapshot or Volume"
    )
    assert admin.at("3.23").post("/workers/cleanup", {}).status == 404


def test_clusters_are_asked_for_by_what_they_have(admin):
    assert admin.get("/clusters?nothing=x").status == 400
    answer = admin.put("/clusters/enable", {"name": "x"})
    assert (answer.status, answer.error) == (
        404,
        "Cluster {'binary': 'cinder-volume', 'name': 'x'} could not be found.",
    )


def test_qos_specs_are_short_texts(admin):
    for specs in ({"a": 1}, {"a": "x" * 256}, {"": "x"}):
        answer = admin.post("/qos-specs", {"qos_specs": {"name": "q", **specs}})
        assert answer.status == 400
    answer = admin.post("/qos-specs", {"qos_specs": {"name": "q", "consumer": "nobody"}})
    assert "valid_values=('back-end', 'front-end', 'both')" in answer.error


def test_snapshots_of_anothers_volume_are_the_administrators_own(cinder, admin):
    volume_id = cinder.make()
    snapshot_id = admin.snap(volume_id)
    assert cinder.get(f"/snapshots/{snapshot_id}").status == 404
    assert len(admin.get("/snapshots").json["snapshots"]) == 1
    assert "user_id" not in admin.get("/snapshots").json["snapshots"][0]
    assert "user_id" in admin.get("/snapshots/detail").json["snapshots"][0]
    answer = cinder.post(
        "/snapshots", {"snapshot": {"volume_id": volume_id, "description": "a\x07b"}}
    )
    assert "does not match '^[" in answer.error


def test_a_frozen_backend_is_given_no_work_until_it_thaws(cinder, admin):
    host = {"host": "controller@lvmdriver-1"}
    assert admin.put("/os-services/freeze", host).status == 200
    answer = admin.put("/os-services/freeze", host)
    assert (answer.status, answer.error) == (
        400,
        "Invalid input received: No service could be changed: frozen in "
        "['controller@lvmdriver-1'] must be False to failover.",
    )
    (shown,) = admin.get("/os-services?binary=cinder-volume").json["services"]
    assert (shown["status"], shown["disabled_reason"], shown["frozen"]) == (
        "disabled",
        "frozen",
        True,
    )
    hosts = admin.get("/os-hosts").json["hosts"]
    assert "controller@lvmdriver-1" not in {each["host_name"] for each in hosts}
    assert admin.get("/os-hosts/controller").status == 404
    assert admin.put("/os-services/thaw", host).status == 200
    assert admin.put("/os-services/thaw", host).status == 400
    assert admin.get("/os-hosts/controller").status == 200


def test_quotas_of_one_type_may_be_less_than_what_there_is(cinder, admin):
    volume = cinder.show(cinder.make())
    path = f"/os-quota-sets/{volume['os-vol-tenant-attr:tenant_id']}"
    limits = {"quota_set": {f"volumes_{volume['volume_type']}": 0}}
    assert admin.put(path, limits).status == 200
    answer = cinder.post("/volumes", {"volume": {"size": 1}})
    assert answer.status == 413
    assert answer.error.startswith("VolumeLimitExceeded: ")


def test_limits_of_a_class_are_whole_numbers_of_what_there_is(admin):
    for limits, sentence in (
        ({"volumes": "x"}, "Invalid input for field/attribute volumes. Value: x. 'x' does not"),
        (
            {"volumes": []},
            "Invalid input for field/attribute volumes. Value: []. [] is not of type",
        ),
        ({"nothing": []}, "Invalid input received: Bad key(s) in quota class set: nothing"),
    ):
        answer = admin.put("/os-quota-class-sets/other", {"quota_class_set": limits})
        assert (answer.status, answer.error[: len(sentence)]) == (400, sentence)
    body = {"quota_class_set": {"volumes": "7"}}
    assert admin.put("/os-quota-class-sets/other", body).status == 200


@pytest.mark.parametrize("path", ["snapshots", "backups", "attachments", "group_snapshots"])
def test_a_filter_that_is_none_is_seen_before_a_bad_direction(admin, path):
    """Lists of volumes look at the direction first."""
    assert admin.get(f"/{path}?nothing=a&sort_dir=down").json[path] == []
    assert admin.get(f"/{path}?sort_dir=down").status == 400
    assert admin.get("/volumes?nothing=a&sort_dir=down").status == 400


def test_all_tenants_is_a_literal_where_volumes_are_listed(admin):
    for value in ("1%20", "'true'", "True%20"):
        assert admin.get(f"/volumes?all_tenants={value}").status == 200
    assert admin.get("/volumes?all_tenants=yes%20").error == (
        "Value 'yes ' for 'all_tenants' is not a boolean."
    )
    assert admin.get("/volumes/summary?all_tenants=1%20").status == 400
