"""Volumes that are let go and taken over again."""

import json

import pytest

POOL = "controller@lvmdriver-1#lvmdriver-1"
MANAGE = ("/os-volume-manage", "/manageable_volumes")


def _taking(reference, /, **values):
    return {"volume": {"host": POOL, "ref": {"source-name": reference}, **values}}


def _listed(admin, query="", path=MANAGE[1]):
    answer = admin.get(f"{path}/detail?host={POOL.replace('#', '%23')}{query}")
    assert answer.status == 200, answer
    return answer.json["manageable-volumes"]


@pytest.mark.parametrize("path", MANAGE)
def test_a_volume_that_was_let_go_is_taken_over(cinder, admin, path):
    old = cinder.make(size=3)
    assert admin.act(old, "os-unmanage").status == 202
    assert cinder.get(f"/volumes/{old}").status == 404
    (stray,) = _listed(admin)
    assert stray["reference"] == {"source-name": f"volume-{old}"}
    assert (stray["size"], stray["safe_to_manage"], stray["cinder_id"]) == (3, True, None)
    taking = _taking(f"volume-{old}", name=" found ", bootable="true", metadata={"a": "b"})
    made = admin.post(path, taking)
    assert made.status == 202
    begun = made.json["volume"]
    assert (begun["status"], begun["size"], begun["name"]) == ("creating", 0, "found")
    assert "group_id" not in begun
    new = admin.show(begun["id"])
    assert (new["status"], new["size"], new["bootable"]) == ("available", 3, "true")
    assert (new["os-vol-host-attr:host"], new["metadata"]) == (POOL, {"a": "b"})
    (managed,) = _listed(admin, path=path)
    assert (managed["safe_to_manage"], managed["cinder_id"]) == (False, new["id"])
    assert managed["reason_not_safe"] == "already managed"


def test_what_is_not_there_makes_a_volume_in_error(admin):
    for ref in ({"source-name": "nothing"}, {"id": "x"}, "text"):
        made = admin.post("/os-volume-manage", {"volume": {"host": POOL, "ref": ref}})
        assert made.status == 202
        assert admin.show(made.json["volume"]["id"])["status"] == "error"


def test_what_does_not_fit_a_quota_stays_where_it_is(cinder, admin):
    old = cinder.make(size=3)
    admin.act(old, "os-unmanage")
    owner = admin.show(admin.make())["os-vol-tenant-attr:tenant_id"]
    assert admin.put(f"/os-quota-sets/{owner}", {"quota_set": {"gigabytes": 3}}).status == 200
    made = admin.post("/os-volume-manage", _taking(f"volume-{old}"))
    assert admin.show(made.json["volume"]["id"])["status"] == "error"
    assert f"volume-{old}" in [each["reference"]["source-name"] for each in _listed(admin)]


def test_what_lies_on_a_backend_is_listed_in_pages(cinder, admin):
    names = sorted(f"volume-{cinder.make(size=size)}" for size in (2, 1))
    found = _listed(admin, "&sort=reference:asc&limit=1")
    assert [each["reference"]["source-name"] for each in found] == names[:1]
    marker = json.dumps(found[0]["reference"])
    rest = _listed(admin, f"&sort=reference:asc&marker={marker}")
    assert [each["reference"]["source-name"] for each in rest] == names[1:]
    assert [each["size"] for each in _listed(admin, "&sort=size:asc")] == [1, 2]
    brief = admin.get("/manageable_volumes?host=controller@lvmdriver-1").json
    assert {*brief["manageable-volumes"][0]} == {"reference", "size", "safe_to_manage"}


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("", "Invalid input received: One and only one of cluster and host must be set."),
        ("host=controller@lvmdriver-1&sort=name", "Invalid sort keys passed: name"),
        ("host=controller@lvmdriver-1&sort=size:up", "Invalid sort dirs passed: up"),
        ("host=controller@lvmdriver-1&marker={", "Invalid input received: marker { can not be "
         "analysed, please use json like format"),
        ("host=nowhere", "Service cinder-volume could not be found on host nowhere."),
    ],
)  # fmt: skip
def test_lists_that_are_refused(admin, query, sentence):
    assert admin.get(f"/manageable_volumes?{query}").error == sentence


def test_what_may_not_be_taken_over(cinder, admin):
    volume = cinder.make()
    taken = admin.post("/os-volume-manage", _taking(f"volume-{volume}"))
    assert taken.error == (
        "Invalid volume: Unable to manage existing volume. The volume is already managed"
    )
    kind = admin.post("/os-volume-manage", _taking("x", volume_type="no"))
    assert kind.error == "Invalid volume type: Cannot find requested 'no' volume type"
    assert admin.post("/os-volume-manage", _taking("x", host="no")).error == "Host 'no' not found"
    nowhere = admin.at("3.15").post("/os-volume-manage", _taking("x", host=None))
    assert nowhere.error == "Invalid input received: Host field is missing."
    clustered = _taking("x", host=None, cluster="c")
    assert admin.at("3.15").post("/os-volume-manage", clustered).status == 400
    assert admin.at("3.16").post("/os-volume-manage", clustered).error == "Cluster 'c' not found"


def test_a_volume_with_a_snapshot_is_not_let_go(cinder, admin):
    volume = cinder.make()
    cinder.snap(volume)
    assert admin.act(volume, "os-unmanage").status == 400
    assert _listed(admin)[0]["cinder_id"] == volume


def test_backends_are_the_administrators(cinder, admin):
    assert cinder.act(cinder.make(), "os-unmanage").status == 403
    for path in MANAGE:
        assert cinder.post(path, _taking("x")).status == 403
        assert cinder.get(f"{path}?host={POOL}").status == 403
    assert admin.at("3.7").get(f"/manageable_volumes?host={POOL}").status == 404
    assert admin.at("3.7").get("/os-volume-manage?host=controller@lvmdriver-1").status == 200
