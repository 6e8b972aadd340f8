"""Versions of Volume: documents, negotiation, and schemas at every one of them."""

import pytest

from cloud.volume.api import urls
from cloud.volume.api.history import HISTORY
from cloud.volume.policies import RULES
from tests import cast
from tests.cast import HERS
from versioned.versions import show


@pytest.mark.parametrize("path", ["", "/"])
def test_the_choice_of_versions_needs_no_token(client, cinder, path):
    answer = client.get(f"/volume{path}")
    assert answer.status_code == 300
    (version,) = answer.json()["versions"]
    assert (version["min_version"], version["version"]) == ("3.0", "3.71")
    assert version["links"][1]["href"] == "http://testserver/volume/v3/"


def test_the_version_is_echoed(cinder):
    for asked, told in (("3.27", "3.27"), (None, "3.0"), ("latest", "3.71")):
        answer = cinder.at(asked).get("/volumes")
        assert answer.headers["OpenStack-API-Version"] == f"volume {told}"
        assert answer.headers["Vary"] == "OpenStack-API-Version"


@pytest.mark.parametrize(
    ("version", "status", "sentence"),
    [
        ("3.72", 406, "Version 3.72 is not supported by the API. Minimum is 3.0 and maximum"),
        ("2.0", 406, "Version 2.0 is not supported by the API."),
        ("three", 400, "API Version String three is of invalid format."),
    ],
)
def test_a_bad_version_is_refused(cinder, version, status, sentence):
    answer = cinder.at(version).get("/volumes")
    assert answer.status == status
    assert sentence in answer.error


def test_what_a_version_has_not_is_not_found(cinder):
    assert cinder.at("3.26").get("/attachments").status == 404
    assert cinder.at("3.27").get("/attachments").status == 200


def test_urls_may_name_the_project_and_only_ones_own(cinder):
    assert cinder.get(f"/{HERS}/volumes").status == 200
    answer = cinder.get("/0123abcd/volumes")
    assert (answer.status, answer.error) == (400, "Malformed request url")


def test_links_name_the_project_when_the_url_does(cinder):
    volume_id = cinder.make()
    (self_, bookmark) = cinder.get(f"/{HERS}/volumes/{volume_id}").json["volume"]["links"]
    assert self_["href"] == f"http://testserver/volume/v3/{HERS}/volumes/{volume_id}"
    assert bookmark["href"] == f"http://testserver/volume/{HERS}/volumes/{volume_id}"
    assert "/volume/v3/volumes/" in cinder.show(volume_id)["links"][0]["href"]


@pytest.mark.parametrize("path", ["/nothing", "/volumes/x/y/z", "/volumes/"])
def test_what_is_no_resource_is_not_found(cinder, path):
    answer = cinder.get(path)
    assert answer.status == 404
    assert "itemNotFound" in answer.json


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_a_method_that_a_resource_has_not_is_not_found(cinder, method):
    assert cinder.ask(method, "/volumes").status == 404


def test_a_body_that_is_no_json_is_refused(cinder, client):
    answer = client.generic(
        "POST", "/volume/v3/volumes", b"{", "application/json", headers={"X-Auth-Token": "alice"}
    )
    assert answer.status_code == 400
    assert answer.json()["badRequest"]["message"] == "Malformed request body"


def _operations():
    for _, viewset, _ in urls.ROWS:
        for name, operation in viewset.operations().items():
            yield f"{viewset.__name__}.{name}", operation


def test_every_mark_is_in_the_history_and_every_schema_compiles():
    known = {number for number, _ in HISTORY}
    for name, operation in _operations():
        assert {show(mark) for mark in operation.marks()} <= known, name
        for variant in operation.variants:
            if variant.body is not None:
                variant.body.compile_all()


def test_every_operation_asks_a_rule_that_there_is():
    for name, operation in _operations():
        for variant in operation.variants:
            assert variant.policy is None or variant.policy in RULES, name


def test_who_is_of_no_project_has_no_volumes(cinder, monkeypatch):
    token = {**cast.TOKENS["alice"], "domain": cast.DOMAIN}
    del token["project"]
    monkeypatch.setitem(cast.TOKENS, "dora", token)
    made = cinder.make()
    dora = cinder.as_("dora")
    own = ("/volumes", f"/volumes/{made}", "/snapshots/detail", "/limits")
    for path in (*own, "/types", "/group_types"):
        answer = dora.get(path)
        assert (answer.status, answer.error) == (403, "Not authorized."), path
    body = {"volume": {"size": 1}}
    assert dora.post("/volumes", body).error == "Not authorized."
    assert dora.get("/os-services").error == (
        "Policy doesn't allow volume_extension:services:index to be performed."
    )


def test_administrators_of_the_system_see_every_project(cinder, monkeypatch):
    token = {**cast.TOKENS["root"], "system": {"all": True}}
    del token["project"]
    monkeypatch.setitem(cast.TOKENS, "sam", token)
    made = cinder.make()
    sam = cinder.as_("sam")
    assert sam.get(f"/volumes/{made}").status == 200
    assert sam.get("/volumes").json["volumes"] == []
    assert len(sam.get("/volumes?all_tenants=1").json["volumes"]) == 1
    assert sam.get(f"/{cast.HERS}/volumes").error == "Malformed request url"
    own = sam.make()
    assert sam.show(own)["os-vol-tenant-attr:tenant_id"] is None
    assert [each["id"] for each in sam.get("/volumes").json["volumes"]] == [own]
    assert cinder.get(f"/volumes/{own}").status == 404
    sam.post("/backups", {"backup": {"volume_id": own}})
    used = sam.get("/limits").json["limits"]["absolute"]
    assert (used["totalVolumesUsed"], used["totalBackupsUsed"]) == (1, 1)
    assert sam.delete(f"/volumes/{own}").status == 202
