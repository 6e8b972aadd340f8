"""What restoring a backup gives back beside the bytes."""

import pytest


@pytest.fixture
def back_up(cinder):
    """`back_up(volume_id)` makes a backup, `incremental=True` one that adds to another."""

    def make(volume_id, **how):
        body = {"backup": {"volume_id": volume_id, **how}}
        return cinder.post("/backups", body).json["backup"]["id"]

    return make


@pytest.fixture
def restore(cinder):
    """`restore(backup_id)` restores a backup, and returns the answer and the volume."""

    def into(backup_id, **how):
        answer = cinder.post(f"/backups/{backup_id}/restore", {"restore": how}).json["restore"]
        return answer, cinder.show(answer["volume_id"])

    return into


def test_what_is_made_to_restore_into_takes_the_name_in_the_end(cinder, back_up, restore):
    backup_id = back_up(cinder.make(name="v", description="d"))
    answer, restored = restore(backup_id)
    assert answer["volume_name"] == f"restore_backup_{backup_id}"
    assert (restored["name"], restored["description"]) == ("v", "d")
    _, restored = restore(backup_id, name="mine")
    assert (restored["name"], restored["description"]) == (
        "mine",
        "auto-created_from_restore_from_backup",
    )
    _, restored = restore(backup_id, volume_id=cinder.make(name=None))
    assert restored["name"] == "v"
    nameless = back_up(cinder.make(name=None, description="d"))
    _, restored = restore(nameless)
    assert restored["name"] == f"restore_backup_{nameless}"


def test_what_adds_to_a_backup_is_restored_after_it(cinder, back_up, restore):
    volume_id = cinder.make(name="old", metadata={"a": "1"})
    back_up(volume_id)
    cinder.put(f"/volumes/{volume_id}", {"volume": {"name": "new", "metadata": {"b": "2"}}})
    newer = back_up(volume_id, incremental=True)
    _, restored = restore(newer)
    assert (restored["name"], restored["metadata"]) == ("old", {"b": "2", "src_backup_id": newer})


def test_restoring_takes_nothing_away_that_was_not_kept(cinder, back_up, restore):
    backup_id = back_up(cinder.make())
    target = cinder.make(metadata={"a": "b"})
    cinder.act(target, "os-set_image_metadata", {"metadata": {"c": "d"}})
    cinder.act(target, "os-set_bootable", {"bootable": True})
    _, restored = restore(backup_id, volume_id=target)
    assert restored["metadata"] == {"a": "b", "src_backup_id": backup_id}
    assert (restored["volume_image_metadata"], restored["bootable"]) == ({"c": "d"}, "true")


def test_a_volume_that_is_made_of_a_backup_is_given_the_same(cinder, back_up):
    backup_id = back_up(cinder.make(name="v", metadata={"a": "b"}))
    made = cinder.post("/volumes", {"volume": {"backup_id": backup_id}}).json["volume"]
    assert (made["name"], made["metadata"]) == (None, {})
    shown = cinder.show(made["id"])
    assert (shown["name"], shown["metadata"]) == ("v", {"a": "b", "src_backup_id": backup_id})
