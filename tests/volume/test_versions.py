"""Versions of Volume: documents, negotiation, and schemas at every one of them."""

import pytest
from django.test import Client

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
    assert answer.body == b"404 Not Found\n\nThe resource could not be found.\n\n   "
    assert answer.headers["Content-Type"] == "text/plain; charset=UTF-8"
    assert "OpenStack-API-Version" not in answer.headers
    assert "x-compute-request-id" not in answer.headers


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


@pytest.mark.parametrize("header", ["compute 2.1", "Volume 3.5", "3.5", ""])
def test_a_header_of_versions_that_names_no_volume_is_refused(cinder, header):
    answer = cinder.get("/volumes", OpenStack_API_Version=header)
    assert answer.status == 400
    assert "OpenStack-API-Version" not in answer.headers


def test_the_first_version_of_volume_counts(cinder):
    answer = cinder.get("/volumes", OpenStack_API_Version="volume 3.5, volume 3.7")
    assert answer.headers["OpenStack-API-Version"] == "volume 3.5"


def test_a_version_that_there_is_not_yet_is_said_back(cinder):
    answer = cinder.at("3.100").get("/volumes")
    assert answer.status == 406
    assert answer.headers["OpenStack-API-Version"] == "volume 3.100"
    assert "OpenStack-API-Version" not in cinder.at("2.0").get("/volumes").headers


def test_heads_are_nowhere(cinder):
    answer = cinder.ask("HEAD", "/volumes")
    assert (answer.status, answer.body) == (404, b"")


def test_what_is_empty_and_no_json_names_no_request_of_compute(cinder):
    answer = cinder.delete(f"/volumes/{cinder.make()}")
    assert answer.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert "x-compute-request-id" not in answer.headers
    assert answer.headers["x-openstack-request-id"].startswith("req-")
    shown = cinder.get("/volumes").headers
    assert shown["x-compute-request-id"] == shown["x-openstack-request-id"]


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "text/html"])
def test_a_body_of_another_type_is_refused(cinder, kind):
    answer = Client().generic(
        "POST", "/volume/v3/volumes", b"{}", kind, headers={"X-Auth-Token": "alice"}
    )
    assert (answer.status_code, answer.json()["badMediaType"]["message"]) == (
        415, "Unsupported Content-Type",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "status", "sentence"),
    [
        (b"", 400, "There is no such action: None."),
        (b"{}", 400, "Malformed request body"),
        (b'{"a": 1, "b": 2}', 400, "Malformed request body"),
        (b'"ab"', 400, "Malformed request body"),
        (b"null", 404, "The resource could not be found."),
        (b"[1]", 404, "The resource could not be found."),
    ],
)
def test_an_action_is_the_only_key_of_an_object(cinder, text, status, sentence):
    answer = Client().generic(
        "POST", "/volume/v3/volumes/x/action", text, "application/json",
        headers={"X-Auth-Token": "alice"},
    )  # fmt: skip
    (fault,) = answer.json().values()
    assert answer.status_code == status
    assert fault["message"].startswith(sentence)


def test_a_query_that_is_no_utf_8_is_refused(cinder):
    answer = cinder.get("/volumes?name=%ff")
    assert answer.status == 400
    assert answer.error.startswith("Error decoding your request.")


def test_v3_itself_is_elsewhere(cinder):
    answer = Client().get("/volume/v3", headers={"X-Auth-Token": "alice"})
    assert (answer.status_code, answer.headers["Location"]) == (
        302, "http://testserver/volume/v3/",
    )  # fmt: skip


def test_anybody_asks_whether_it_is_well(cinder):
    answer = Client().get("/volume/healthcheck")
    assert (answer.status_code, answer.content) == (200, b"OK")
    assert Client().get("/volume/v2/volumes").status_code == 404


def test_metadata_is_changed_if_it_is_what_is_said(cinder):
    path = f"/volumes/{cinder.make(metadata={'a': 'b'})}/metadata"
    tag = cinder.get(path).headers["ETag"]
    body = {"metadata": {"c": "d"}}
    assert cinder.put(path, body, If_Match='"other"').status == 412
    assert cinder.put(f"{path}/c", {"meta": {"c": "d"}}, If_Match="other").status == 412
    assert cinder.put(path, body, If_Match=f'"{tag}"').status == 200
    assert cinder.at("3.14").put(path, body, If_Match="other").status == 200
    assert "ETag" not in cinder.at("3.14").get(path).headers
