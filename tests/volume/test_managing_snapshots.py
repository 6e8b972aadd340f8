"""Snapshots that are let go and taken over again."""

import pytest

POOL = "controller@lvmdriver-1#lvmdriver-1"
HOST = f"host={POOL.replace('#', '%23')}"
MANAGE = ("/os-snapshot-manage", "/manageable_snapshots")


def let_go(cinder, admin, volume):
    snapshot = cinder.snap(volume)
    answer = admin.post(f"/snapshots/{snapshot}/action", {"os-unmanage": {}})
    assert answer.status == 202, answer
    return snapshot


def taking(volume, reference, **values):
    return {"snapshot": {"volume_id": volume, "ref": reference, **values}}


def listed(admin, path=MANAGE[1]):
    answer = admin.get(f"{path}/detail?{HOST}")
    assert answer.status == 200, answer
    return answer.json["manageable-snapshots"]


@pytest.mark.parametrize("path", MANAGE)
def test_a_snapshot_that_was_let_go_is_taken_over(cinder, admin, path):
    volume = cinder.make(size=2)
    old = let_go(cinder, admin, volume)
    assert cinder.get(f"/snapshots/{old}").status == 404
    (stray,) = listed(admin, path)
    assert stray == {
        "reference": {"source-name": f"_snapshot-{old}"},
        "source_reference": {"source-name": f"volume-{volume}"},
        "size": 2,
        "safe_to_manage": True,
        "reason_not_safe": None,
        "cinder_id": None,
        "extra_info": None,
    }
    made = admin.post(path, taking(volume, stray["reference"], name="found", metadata={"a": "b"}))
    assert made.status == 202, made
    begun = made.json["snapshot"]
    assert (begun["status"], begun["name"], begun["size"]) == ("creating", "found", 2)
    assert "user_id" not in begun
    new = admin.get(f"/snapshots/{begun['id']}").json["snapshot"]
    assert (new["status"], new["volume_id"], new["metadata"]) == ("available", volume, {"a": "b"})
    (managed,) = listed(admin, path)
    assert (managed["cinder_id"], managed["reason_not_safe"]) == (new["id"], "already managed")


def test_a_reference_may_be_a_name(cinder, admin):
    volume = cinder.make()
    old = let_go(cinder, admin, volume)
    made = admin.post(MANAGE[1], taking(volume, f"_snapshot-{old}")).json["snapshot"]
    assert admin.get(f"/snapshots/{made['id']}").json["snapshot"]["status"] == "available"


def test_what_is_not_there_makes_a_snapshot_in_error(cinder, admin):
    volume = cinder.make()
    for reference in ({"source-name": "nothing"}, {"id": "x"}, None):
        made = admin.post(MANAGE[0], taking(volume, reference))
        assert made.status == 202
        shown = admin.get(f"/snapshots/{made.json['snapshot']['id']}").json["snapshot"]
        assert shown["status"] == "error"


def test_snapshots_are_no_volumes_on_a_backend(cinder, admin):
    volume = cinder.make()
    let_go(cinder, admin, volume)
    (only,) = admin.get(f"/manageable_volumes?{HOST}").json["manageable-volumes"]
    assert only["reference"] == {"source-name": f"volume-{volume}"}


def test_lists_are_brief_or_detailed(cinder, admin):
    let_go(cinder, admin, cinder.make())
    (brief,) = admin.get(f"{MANAGE[1]}?{HOST}").json["manageable-snapshots"]
    assert {*brief} == {"reference", "size", "safe_to_manage", "source_reference"}


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("", "Invalid input received: One and only one of cluster and host must be set."),
        ("host=controller@lvmdriver-1&sort=name", "Invalid sort keys passed: name"),
        ("host=nowhere", "Service cinder-volume could not be found on host nowhere."),
    ],
)
def test_lists_that_are_refused(admin, query, sentence):
    assert admin.get(f"{MANAGE[1]}?{query}").error == sentence


def test_what_may_not_be_taken_over_or_let_go(cinder, admin):
    nowhere = "00000000-0000-4000-8000-000000000001"
    answer = admin.post(MANAGE[1], taking(nowhere, "x"))
    assert (answer.status, answer.error) == (404, f"Volume {nowhere} could not be found.")
    assert admin.post(MANAGE[1], {"snapshot": {"ref": "x"}}).status == 400
    snapshot = cinder.snap(cinder.make())
    reset = {"os-reset_status": {"status": "deleting"}}
    assert admin.post(f"/snapshots/{snapshot}/action", reset).status == 202
    answer = admin.post(f"/snapshots/{snapshot}/action", {"os-unmanage": {}})
    assert (answer.status, answer.error) == (
        400,
        "Invalid snapshot: Snapshot status must be available or error and must not be part of a "
        "group.",
    )


def test_backends_are_the_administrators(cinder, admin):
    volume = cinder.make()
    snapshot = cinder.snap(volume)
    assert cinder.post(f"/snapshots/{snapshot}/action", {"os-unmanage": {}}).status == 403
    for path in MANAGE:
        assert cinder.post(path, taking(volume, "x")).status == 403
        assert cinder.get(f"{path}?{HOST}").status == 403
    assert admin.at("3.7").get(f"{MANAGE[1]}?{HOST}").status == 404
    assert admin.at("3.7").get(f"{MANAGE[0]}?host=controller@lvmdriver-1").status == 200
