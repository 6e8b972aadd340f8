"""What Image says of itself, its errors, tasks, metadata definitions and seed."""

from html import unescape

import pytest

from cloud.image.models import Image
from cloud.image.seed import NAME, seed
from tests import cast


@pytest.mark.parametrize(("path", "status"), [("", 300), ("/", 300), ("/versions", 200)])
def test_versions_need_no_token(client, glance, path, status):
    answer = client.get(f"/image{path}")
    assert answer.status_code == status
    (current,) = [each for each in answer.json()["versions"] if each["status"] == "CURRENT"]
    assert current["links"][0]["href"] == "http://testserver/image/v2/"


def test_an_error_is_html_unless_json_is_asked_for(glance):
    html = glance.get("/images/none")
    assert html.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert html.text.startswith("<html>\n <head>\n  <title>404 Not Found</title>")
    # webob: nothing of what there is suits who accepts nothing.
    assert glance.get("/images/none", Accept="").headers["Content-Type"].startswith("text/plain")
    json = glance.get("/images/none", Accept="application/json")
    assert json.json == {
        "message": "No image found with ID none<br /><br />\n\n\n",
        "code": "404 Not Found",
        "title": "Not Found",
    }
    plain = glance.get("/images/none", Accept="text/plain")
    assert plain.text.startswith("404 Not Found\n\nNo image found with ID none")


@pytest.mark.parametrize("path", ["/images/x/y", "/", "/nothing", "/schemas/x"])
def test_what_is_no_resource_is_not_found(glance, path):
    assert glance.get(path).status == 404


def test_the_version_alone_sends_on_to_its_root(glance, client):
    answer = glance.get("")
    assert (answer.status, answer.headers["Location"]) == (302, "http://testserver/image/v2/")


@pytest.mark.parametrize("version", ["v2.0", "v2.9", "v2.18"])
def test_a_minor_version_in_the_path_is_the_same_api(glance, client, version):
    headers = {"X-Auth-Token": "alice"}
    assert client.get(f"/image/{version}/images", headers=headers).json()["images"] == []
    assert client.get("/image/v2.19/images", headers=headers).status_code == 300


def test_methods_that_a_resource_has_not_are_refused_with_those_that_it_has(glance):
    for method in ("PUT", "TRACE"):
        answer = glance.ask(method, "/images")
        assert (answer.status, answer.headers["Allow"]) == (405, "GET, POST"), method


@pytest.mark.parametrize(("raw", "status"), [(b"{", 400), (b"", 400), (b'"x"', 400)])
def test_a_body_that_is_no_json_object_is_refused(glance, raw, status):
    assert glance.ask("POST", "/images", raw).status == status


@pytest.mark.parametrize(
    ("path", "name"),
    [("image", "image"), ("images", "images"), ("member", "member"), ("members", "members"),
     ("task", "task"), ("tasks", "tasks"), ("metadefs/namespace", "namespace"),
     ("metadefs/resource_type", "resource_type_association")],
)  # fmt: skip
def test_schemas(glance, path, name):
    assert glance.get(f"/schemas/{path}").json["name"] == name


def test_stores_and_imports_are_told(glance, admin):
    assert glance.get("/info/import").json["import-methods"]["value"] == ["glance-direct"]
    (store,) = glance.get("/info/stores").json["stores"]
    assert (store["id"], store["default"]) == ("fast", "true")
    assert glance.get("/info/stores/detail").status == 403
    assert admin.get("/info/stores/detail").json["stores"][0]["type"] == "file"


def test_tasks_are_for_administrators(glance, admin):
    assert glance.get("/tasks").status == 403
    assert admin.get("/tasks").json["tasks"] == []


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (
            "http://example.com/x",
            "legacy import task does not pass filtering: http://example.com/x",
        ),
        ("file:///etc/passwd", "File based imports are not allowed."),
        ("swift://example.com/x", "The given uri is not valid."),
        ("", "Invalid location: "),
    ],
)
def test_nothing_is_imported_from_an_address(admin, source, reason):
    refused = admin.post("/tasks", {"type": "import", "input": {"import_from": source}})
    assert refused.status == 400
    assert reason in unescape(refused.text)


def test_metadata_definitions(glance, admin):
    body = {
        "namespace": "Ours::Space",
        "visibility": "public",
        "resource_type_associations": [{"name": "OS::Nova::Flavor", "prefix": "hw_"}],
        "properties": {"speed": {"title": "Speed", "type": "integer"}},
        "objects": [{"name": "Engine", "properties": {}}],
        "tags": [{"name": "fast"}],
    }
    path = "/metadefs/namespaces"
    assert glance.post(path, body).status == 403
    assert admin.post(path, body).status == 201
    assert admin.post(path, body).status == 409
    shown = glance.get(f"{path}/Ours::Space").json
    assert shown["properties"]["speed"]["type"] == "integer"
    assert [tag["name"] for tag in shown["tags"]] == ["fast"]
    prefixed = glance.get(f"{path}/Ours::Space?resource_type=OS::Nova::Flavor").json
    assert list(prefixed["properties"]) == ["hw_speed"]
    assert admin.put(f"{path}/Ours::Space", {**body, "protected": True}).status == 200
    assert admin.delete(f"{path}/Ours::Space").status == 403
    assert glance.get(f"{path}/None").status == 404


def test_where_a_namespace_is_takes_any_name(admin):
    made = admin.post("/metadefs/namespaces", {"namespace": "a\r\nX-Injected: 1"})
    assert made.status == 201
    path = "/v2/metadefs/namespaces/a%0D%0AX-Injected: 1"
    assert made.headers["Location"] == f"http://testserver{path}"
    assert "X-Injected" not in made.headers


def test_a_private_namespace_is_not_there_for_others(glance, admin):
    admin.post("/metadefs/namespaces", {"namespace": "Secret"})
    assert glance.get("/metadefs/namespaces/Secret").status == 404
    assert glance.get("/metadefs/namespaces/Secret/objects").status == 404
    assert glance.get("/metadefs/namespaces").json["namespaces"] == []


def test_the_seed_is_made_once_and_respects_what_users_did(glance, settings):
    seed("owner")
    seed("owner")
    image = Image.objects.get()
    assert (image.name, image.status, image.visibility) == (NAME, "active", "public")
    assert (settings.IMAGE_STORE / image.pk).stat().st_size == image.size
    Image.objects.update(name="renamed")
    seed("owner")
    assert Image.objects.get().name == "renamed"


@pytest.mark.parametrize("tag", ["a", 1, None, ["name"]])
def test_what_is_no_tag_is_refused(admin, tag):
    admin.post("/metadefs/namespaces", {"namespace": "Tagged"})
    assert admin.post("/metadefs/namespaces/Tagged/tags", {"tags": [tag]}).status == 400


def test_administrators_of_the_system_have_no_images(glance, monkeypatch):
    root = glance.as_("root")
    made = root.post("/images", {"name": "n"}).json["id"]
    token = {**cast.TOKENS["root"], "system": {"all": True}}
    del token["project"]
    monkeypatch.setitem(cast.TOKENS, "sam", token)
    sam = glance.as_("sam")
    assert sam.get(f"/images/{made}").status == 404
    assert sam.get("/images").status == 403
    assert sam.post("/images", {"name": "n"}).status == 403
    assert root.get(f"/images/{made}").status == 200
