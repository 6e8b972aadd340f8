"""Metadata definitions: namespaces, and what is in them."""

import pytest

PATH = "/metadefs/namespaces"


@pytest.fixture
def space(admin):
    """A public namespace with something of everything."""
    body = {
        "namespace": "Ours",
        "visibility": "public",
        "display_name": "ours",
        "resource_type_associations": [{"name": "OS::Nova::Flavor", "prefix": "hw_"}],
        "properties": {"speed": {"title": "Speed", "type": "integer", "default": 3}},
        "objects": [{"name": "Engine", "required": ["power"]}],
        "tags": [{"name": "fast"}, {"name": "slow"}],
    }
    assert admin.post(PATH, body).status == 201
    return f"{PATH}/Ours"


def test_what_is_asked_of_a_body_comes_before_who_asks(glance):
    assert glance.post(PATH, {}).status == 400
    assert glance.post(PATH, {"namespace": "x"}).status == 403


def test_who_may_read_nothing_finds_no_namespace(glance, space):
    nobody = glance.as_("nova")
    for path in (PATH, space, f"{space}/tags", "/metadefs/resource_types"):
        answer = nobody.get(path)
        assert (answer.status, "could not be found" in answer.text) == (404, True), path


def test_the_absence_of_a_namespace_is_told_in_two_ways(admin):
    missing = f"{PATH}/none"
    long = "Metadata definition namespace=none was not found."
    for path in (missing, f"{missing}/objects", f"{missing}/objects/x"):
        assert long in admin.get(path).text
    for path in (f"{missing}/tags", f"{missing}/properties", f"{missing}/resource_types"):
        assert "Namespace none not found" in admin.get(path).text


def test_the_absence_of_what_is_in_a_namespace_is_told(admin, space):
    for path, sentence in {
        "objects/none": "Could not find metadata object none",
        "properties/none": "Could not find property none",
        "tags/none": "Could not find metadata tag none",
    }.items():
        answer = admin.get(f"{space}/{path}")
        assert (answer.status, sentence in answer.text) == (404, True), path


def test_a_new_description_leaves_nothing_of_the_old_one(admin, space):
    changed = admin.put(space, {"namespace": "Ours"})
    assert (changed.status, changed.json["visibility"]) == (200, "private")
    assert "display_name" not in admin.get(space).json


def test_a_namespace_takes_no_other_ones_name(admin, space):
    admin.post(PATH, {"namespace": "Other"})
    answer = admin.put(space, {"namespace": "Other"})
    assert (answer.status, "It would result in a duplicate" in answer.text) == (409, True)


def test_what_is_in_a_protected_namespace_stays(admin, space):
    admin.put(space, {"namespace": "Ours", "protected": True})
    for path, noun in {
        "objects/Engine": "object Engine",
        "properties/speed": "property speed",
        "tags/fast": "tag fast",
        "resource_types/OS::Nova::Flavor": "resource-type-association OS::Nova::Flavor",
        "tags": "namespace Ours",
    }.items():
        answer = admin.delete(f"{space}/{path}")
        assert (answer.status, f"{noun} is protected" in answer.text) == (403, True), path
    assert admin.delete(f"{space}/tags/none").status == 404


def test_a_property_is_found_by_the_name_that_a_type_gives_it(admin, space):
    found = admin.get(f"{space}/properties/hw_speed?resource_type=OS::Nova::Flavor")
    assert (found.json["name"], found.json["default"]) == ("speed", "3")
    other = admin.get(f"{space}/properties/speed?resource_type=OS::Nova::Flavor")
    assert other.status == 404
    assert "does not start with the expected resource type association prefix" in other.text
    assert admin.get(f"{space}/properties/speed?resource_type=None").status == 404
    assert admin.get(f"{space}?resource_type=None").status == 200


def test_tags_have_pages_the_newest_first(admin, space):
    def names(query=""):
        return [tag["name"] for tag in admin.get(f"{space}/tags{query}").json["tags"]]

    assert names() == ["slow", "fast"]
    assert names("?limit=1") == ["slow"]
    assert names("?marker=slow") == ["fast"]
    assert names("?sort_key=name&sort_dir=asc") == ["fast", "slow"]
    assert admin.get(f"{space}/tags?limit=x").status == 400
    assert admin.get(f"{space}/tags?marker=none").status == 404


@pytest.mark.parametrize("word", ["true", "1", "yes", "on"])
def test_tags_are_added_to_the_others_if_that_is_asked_for(admin, space, word):
    again = admin.post(f"{space}/tags", {"tags": [{"name": "fast"}]}, X_Openstack_Append=word)
    assert (again.status, "names are case insensitive" in again.text) == (409, True)
    admin.post(f"{space}/tags", {"tags": [{"name": "new"}]})
    assert len(admin.get(f"{space}/tags").json["tags"]) == 1


def test_namespaces_have_pages_of_25(admin):
    for number in range(26):
        admin.post(PATH, {"namespace": f"n{number}"})
    page = admin.get(PATH).json
    assert (len(page["namespaces"]), page["next"]) == (25, f"/v2{PATH}?marker=n1")
    assert admin.get(f"{PATH}?resource_types=").json["namespaces"] == []
    assert admin.get(f"{PATH}?visibility=").json["namespaces"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"objects": [{}]},
        {"tags": [{}]},
        {"resource_type_associations": [{}]},
        {"objects": [{"name": "x", "unknown": 1}]},
        {"properties": {"p": {"title": "t", "type": "string", "enum": [1]}}},
        {"properties": {"p": {"title": "t", "type": "string", "operators": [1]}}},
        {"properties": {"p": {"title": "t", "type": "string", "required": ["x"]}}},
        {"description": "😀"},
    ],
)
def test_what_definitions_cannot_hold_is_refused(admin, body):
    assert admin.post(PATH, {"namespace": "Ours", **body}).status == 400
    assert admin.get(f"{PATH}/Ours").status == 404


def test_numbers_are_kept_whole_and_defaults_as_texts(admin):
    given = {"title": "t", "type": "string", "minimum": 1.5, "default": ["a"]}
    admin.post(PATH, {"namespace": "Ours", "properties": {"p": given}})
    shown = admin.get(f"{PATH}/Ours").json["properties"]["p"]
    assert (shown["minimum"], shown["default"]) == (1, None)


def test_an_object_that_was_just_written_shows_what_was_given(admin, space):
    made = admin.post(f"{space}/objects", {"name": "Wheel"})
    assert (made.status, "required" in made.json) == (201, False)
    assert admin.get(f"{space}/objects/Wheel").json["required"] == []
