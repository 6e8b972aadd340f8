"""Image by the unmodified `openstack` command line."""

import hashlib
import json

from tests.compat.life import life, unique


def test_an_image_is_uploaded_shared_and_downloaded(demo, tmp_path):
    data = tmp_path / "disk"
    data.write_bytes(b"\0" * 70_000 + b"end")
    image = life(
        *(demo, "image", "--container-format", "bare", "--disk-format", "raw"),
        *("--file", data, "--property", "hw_disk_bus=virtio", "--tag", "t", unique("image")),
        change=("--name", "changed", "--min-ram", 64, "--property", "color=red", "--tag", "u"),
        becomes={"name": "changed", "min_ram": 64, "status": "active", "size": 70_003},
    )
    with image as made:
        shown = demo.show("image", "show", made["id"])
        assert shown["checksum"] == hashlib.md5(data.read_bytes()).hexdigest()
        assert shown["properties"]["color"] == "red"
        assert sorted(shown["tags"]) == ["t", "u"]
        demo.say("image", "unset", "--property", "color", "--tag", "t", made["id"])
        shown = demo.show("image", "show", made["id"])
        assert "color" not in shown["properties"]
        assert shown["tags"] == ["u"]
        copy = tmp_path / "copy"
        demo.say("image", "save", "--file", copy, made["id"])
        assert copy.read_bytes() == data.read_bytes()
        check_sharing(demo, made["id"])
        check_protection(demo, made["id"])


def check_sharing(demo, image):
    other = demo.as_("alt_demo", "alt_demo")
    project = other.show("token", "issue")["project_id"]
    demo.say("image", "set", "--shared", image)
    demo.say("image", "add", "project", image, project)
    assert demo.column("Status", "image", "member", "list", image) == ["pending"]
    assert image not in other.column("ID", "image", "list")
    other.say("image", "set", "--accept", "--project", project, image)
    assert demo.show("image", "member", "get", image, project)["status"] == "accepted"
    assert image in other.column("ID", "image", "list", "--shared")
    assert other.refused("image", "delete", image)
    demo.say("image", "remove", "project", image, project)
    assert other.refused("image", "show", image)


def check_protection(demo, image):
    demo.say("image", "set", "--protected", "--hidden", image)
    assert demo.refused("image", "delete", image)
    assert image not in demo.column("ID", "image", "list")
    assert image in demo.column("ID", "image", "list", "--hidden")
    demo.say("image", "set", "--unprotected", "--unhidden", image)


def test_an_image_is_deactivated_by_an_administrator(demo, admin, tmp_path):
    data = tmp_path / "disk"
    data.write_bytes(b"some")
    with life(demo, "image", "--file", data, unique("image")) as made:
        admin.say("image", "set", "--deactivate", made["id"])
        assert demo.show("image", "show", made["id"])["status"] == "deactivated"
        assert demo.refused("image", "save", "--file", tmp_path / "copy", made["id"])
        admin.say("image", "set", "--activate", made["id"])
        assert demo.show("image", "show", made["id"])["status"] == "active"
        assert demo.refused("image", "set", "--public", made["id"])


def test_an_image_is_staged(demo, tmp_path):
    data = tmp_path / "disk"
    data.write_bytes(b"some")
    assert "import-methods" in demo.show("image", "import", "info")
    assert demo.show("image", "stores", "list")
    with life(demo, "image", unique("image")) as made:
        assert made["status"] == "queued"
        demo.say("image", "stage", "--file", data, made["id"])
        assert demo.show("image", "show", made["id"])["status"] == "uploading"


def test_what_metadata_means(admin, demo):
    namespace = life(
        *(admin, "image metadef namespace", "--description", "one", unique("namespace")),
        key="namespace",
        column="namespace",
        change=("--description", "two", "--public"),
        becomes={"description": "two", "visibility": "public"},
    )
    with namespace as made:
        within = made["namespace"]
        property_ = life(
            *(admin, "image metadef property", "--name", "p", "--title", "one", "--type", "string"),
            *("--schema", json.dumps({"default": "x"}), within),
            within=(within,),
            listed=(within,),
            key="name",
            column="name",
            change=("--name", "p", "--title", "two", "--type", "string", "--schema", "{}"),
            becomes={"title": "two"},
        )
        with property_:
            assert demo.column("name", "image", "metadef", "property", "list", within) == ["p"]
        words = ("image", "metadef", "object")
        admin.say(*words, "create", "--namespace", within, "o")
        assert demo.column("name", *words, "list", within) == ["o"]
        admin.say(*words, "update", "--name", "changed", within, "o")
        assert demo.show(*words, "show", within, "changed")["name"] == "changed"
        assert demo.refused(*words, "delete", within, "changed")
        admin.say(*words, "delete", within, "changed")
        words = ("image", "metadef", "resource", "type", "association")
        admin.say(*words, "create", within, "OS::Nova::Flavor")
        assert admin.column("Name", *words, "list", within) == ["OS::Nova::Flavor"]
        admin.say(*words, "delete", within, "OS::Nova::Flavor")
        assert admin.show(*words, "list", within) == []
