"""Transfers, backups, groups; and that a project sees its own things and nothing else."""

import pytest

from tests.cast import ELSEWHERE, HERS


def test_a_volume_is_given_away(cinder, carol):
    volume_id = cinder.make()
    cinder.snap(volume_id)
    body = {"transfer": {"volume_id": volume_id, "name": "gift"}}
    offer = cinder.post("/volume-transfers", body).json["transfer"]
    assert (offer["source_project_id"], offer["accepted"]) == (HERS, False)
    assert cinder.show(volume_id)["status"] == "awaiting-transfer"
    path = f"/volume-transfers/{offer['id']}"
    assert "auth_key" not in cinder.get(path).json["transfer"]
    assert carol.get(path).status == 404
    assert carol.post(f"{path}/accept", {"accept": {"auth_key": "wrong"}}).status == 400
    accepted = carol.post(f"{path}/accept", {"accept": {"auth_key": offer["auth_key"]}})
    assert accepted.status == 202
    assert cinder.get(f"/volumes/{volume_id}").status == 404
    assert carol.show(volume_id)["os-vol-tenant-attr:tenant_id"] == ELSEWHERE
    assert len(carol.get("/snapshots").json["snapshots"]) == 1


def test_an_offer_is_taken_back(cinder):
    volume_id = cinder.make()
    body = {"transfer": {"volume_id": volume_id}}
    offer = cinder.at("3.0").post("/os-volume-transfer", body).json["transfer"]
    assert "no_snapshots" not in offer
    assert cinder.post("/os-volume-transfer", body).status == 400
    assert cinder.delete(f"/os-volume-transfer/{offer['id']}").status == 202
    assert cinder.show(volume_id)["status"] == "available"


def test_a_taker_needs_room(cinder, carol, admin):
    body = {"transfer": {"volume_id": cinder.make(size=2)}}
    offer = cinder.post("/volume-transfers", body).json["transfer"]
    admin.put(f"/os-quota-sets/{ELSEWHERE}", {"quota_set": {"gigabytes": 1}})
    key = {"accept": {"auth_key": offer["auth_key"]}}
    assert carol.post(f"/volume-transfers/{offer['id']}/accept", key).status == 413


def test_a_backup_is_made_and_restored(cinder):
    volume_id = cinder.make(size=2, name="v", metadata={"a": "b"})
    body = {"backup": {"volume_id": volume_id, "name": "b"}}
    backup_id = cinder.post("/backups", body).json["backup"]["id"]
    shown = cinder.get(f"/backups/{backup_id}").json["backup"]
    assert (shown["status"], shown["size"], shown["is_incremental"]) == ("available", 2, False)
    more = {"backup": {"volume_id": volume_id, "incremental": True}}
    child = cinder.post("/backups", more).json["backup"]["id"]
    assert cinder.get(f"/backups/{backup_id}").json["backup"]["has_dependent_backups"] is True
    assert cinder.delete(f"/backups/{backup_id}").status == 400
    answer = cinder.post(f"/backups/{backup_id}/restore", {"restore": {}})
    assert answer.status == 202
    restored = cinder.show(answer.json["restore"]["volume_id"])
    assert (restored["size"], restored["metadata"]) == (2, {"a": "b", "src_backup_id": backup_id})
    small = cinder.make(size=1)
    into = {"restore": {"volume_id": small}}
    assert cinder.post(f"/backups/{backup_id}/restore", into).status == 400
    assert cinder.delete(f"/backups/{child}").status == 202
    assert cinder.delete(f"/backups/{backup_id}").status == 202


def test_a_backup_where_no_service_makes_them_fails(cinder):
    body = {"backup": {"volume_id": cinder.make(), "availability_zone": "nowhere"}}
    answer = cinder.post("/backups", body)
    assert answer.status == 202
    backup_id = answer.json["backup"]["id"]
    shown = cinder.get(f"/backups/{backup_id}").json["backup"]
    assert (shown["status"], shown["fail_reason"]) == (
        "error",
        "Service not found for creating backup.",
    )
    answer = cinder.delete(f"/backups/{backup_id}")
    assert (answer.status, answer.error) == (404, "Service cinder-backup could not be found.")


def test_a_backup_is_of_who_makes_it_and_adds_to_their_own(cinder, admin):
    volume_id = cinder.make()
    body = {"backup": {"volume_id": volume_id}}
    more = {"backup": {"volume_id": volume_id, "incremental": True}}
    hers = cinder.post("/backups", body).json["backup"]["id"]
    answer = admin.post("/backups", more)
    assert (answer.status, answer.error) == (
        400,
        "Invalid backup: No backups available to do an incremental backup.",
    )
    theirs = admin.post("/backups", body).json["backup"]["id"]
    assert cinder.get(f"/backups/{theirs}").status == 404
    assert admin.post("/backups", more).status == 202

    def depended_on(backup_id):
        return admin.get(f"/backups/{backup_id}").json["backup"]["has_dependent_backups"]

    assert (depended_on(hers), depended_on(theirs)) == (False, True)
    assert cinder.post("/backups", more).status == 202
    assert depended_on(hers)


def test_a_backup_of_a_snapshot_adds_to_what_is_older(cinder):
    volume_id = cinder.make()
    snapshot_id = cinder.snap(volume_id)
    cinder.post("/backups", {"backup": {"volume_id": volume_id}})
    body = {"volume_id": volume_id, "snapshot_id": snapshot_id, "incremental": True}
    assert cinder.post("/backups", {"backup": body}).status == 400


def test_a_backup_moves_between_clouds(cinder, admin):
    body = {"backup": {"volume_id": cinder.make()}}
    backup_id = cinder.post("/backups", body).json["backup"]["id"]
    record = admin.get(f"/backups/{backup_id}/export_record").json
    assert admin.post("/backups/import_record", record).status == 400
    cinder.delete(f"/backups/{backup_id}")
    taken = admin.post("/backups/import_record", record)
    assert (taken.status, taken.json["backup"]["id"]) == (201, backup_id)
    bad = {"backup-record": {"backup_service": "s", "backup_url": "bm8="}}
    assert admin.post("/backups/import_record", bad).status == 400


@pytest.fixture
def group(cinder, admin):
    """A group with one volume: their ids."""
    kind = admin.post("/group_types", {"group_type": {"name": "g"}}).json["group_type"]["id"]
    body = {"group": {"name": "g1", "group_type": kind, "volume_types": ["lvmdriver-1"]}}
    group_id = cinder.post("/groups", body).json["group"]["id"]
    return group_id, cinder.make(group_id=group_id, volume_type="lvmdriver-1")


def test_a_group_keeps_its_volumes(cinder, group):
    group_id, volume_id = group
    shown = cinder.get(f"/groups/{group_id}?list_volume=True").json["group"]
    assert (shown["status"], shown["volumes"]) == ("available", [volume_id])
    assert cinder.delete(f"/volumes/{volume_id}").status == 400
    path = f"/groups/{group_id}/action"
    assert cinder.post(path, {"delete": {"delete-volumes": False}}).status == 400
    assert cinder.post(path, {"delete": {"delete-volumes": True}}).status == 202
    assert cinder.get(f"/volumes/{volume_id}").status == 404
    assert cinder.get(f"/groups/{group_id}").status == 404


def test_volumes_join_and_leave_a_group(cinder, group):
    group_id, volume_id = group
    other = cinder.make()
    change = {"group": {"add_volumes": other, "remove_volumes": volume_id}}
    assert cinder.put(f"/groups/{group_id}", change).status == 202
    assert cinder.show(other)["group_id"] == group_id
    assert cinder.show(volume_id)["group_id"] is None
    assert cinder.put(f"/groups/{group_id}", {"group": {"add_volumes": other}}).status == 400


def test_a_group_snapshot_takes_all_volumes_and_makes_new_groups(cinder, group):
    group_id, volume_id = group
    body = {"group_snapshot": {"group_id": group_id, "name": "gs"}}
    taken = cinder.post("/group_snapshots", body).json["group_snapshot"]["id"]
    (snapshot,) = cinder.get("/snapshots/detail").json["snapshots"]
    assert (snapshot["volume_id"], snapshot["group_snapshot_id"]) == (volume_id, taken)
    assert cinder.delete(f"/snapshots/{snapshot['id']}").status == 400
    create = {"create-from-src": {"name": "copy", "group_snapshot_id": taken}}
    copy = cinder.post("/groups/action", create).json["group"]["id"]
    assert len(cinder.get(f"/groups/{copy}?list_volume=1").json["group"]["volumes"]) == 1
    assert cinder.delete(f"/group_snapshots/{taken}").status == 202
    assert cinder.get("/snapshots").json["snapshots"] == []


def test_nothing_of_another_project_is_there(cinder, carol, group):
    group_id, volume_id = group
    paths = {
        "volumes": volume_id,
        "snapshots": cinder.snap(volume_id),
        "attachments": cinder.attach(cinder.make(), volume_id),
        "backups": cinder.post("/backups", {"backup": {"volume_id": volume_id}}).json["backup"][
            "id"
        ],
        "groups": group_id,
        "volume-transfers": cinder.post(
            "/volume-transfers", {"transfer": {"volume_id": cinder.make()}}
        ).json["transfer"]["id"],
    }
    for collection, ident in paths.items():
        key = collection.replace("volume-", "")
        for query in ("", "?all_tenants=1"):
            answer = carol.get(f"/{collection}{query}")
            assert (answer.status, answer.json[key]) == (200, []), collection
        assert carol.get(f"/{collection}/{ident}").status == 404
        assert carol.delete(f"/{collection}/{ident}").status == 404
    for action in ("os-reserve", "os-detach", "os-force_delete"):
        assert carol.act(volume_id, action, {}).status == 404
    assert carol.post("/snapshots", {"snapshot": {"volume_id": volume_id}}).status == 404
    assert carol.post("/volumes", {"volume": {"source_volid": volume_id}}).status == 404
    assert carol.reserve(volume_id, volume_id).status == 404


def test_a_reader_reads_and_no_more(cinder):
    volume_id = cinder.make()
    snapshot_id = cinder.snap(volume_id)
    rita = cinder.as_("rita")
    for path in ("/volumes/detail", f"/volumes/{volume_id}", "/snapshots", "/types", "/limits"):
        assert rita.get(path).status == 200
    assert rita.post("/volumes", {"volume": {"size": 1}}).error == (
        "Policy doesn't allow volume:create to be performed."
    )
    assert rita.delete(f"/volumes/{volume_id}").status == 403
    assert rita.delete(f"/snapshots/{snapshot_id}").status == 403
    assert rita.act(volume_id, "os-extend", {"new_size": 2}).status == 403
    assert rita.reserve(volume_id, volume_id).status == 403
