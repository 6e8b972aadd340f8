"""The cloud that everybody starts with."""

import pytest

from cloud.identity.models import Project, User
from cloud.identity.seed import seed


def test_it_has_devstacks_shape(admin):
    assert {row["name"] for row in admin.get("/projects").json["projects"]} == {
        "admin", "demo", "alt_demo", "service",
    }  # fmt: skip
    assert {row["name"] for row in admin.get("/roles").json["roles"]} == {
        "admin", "manager", "member", "reader", "service",
    }  # fmt: skip
    assert {(row["type"], row["name"]) for row in admin.get("/services").json["services"]} == {
        ("compute", "nova"), ("identity", "keystone"), ("image", "glance"),
        ("network", "neutron"), ("block-storage", "cinder"), ("volumev3", "cinderv3"),
        ("placement", "placement"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("user", "project", "roles"),
    [
        ("admin", "admin", ["admin", "manager", "member", "reader"]),
        ("admin", "demo", ["admin", "manager", "member", "reader"]),
        ("demo", "demo", ["member", "reader"]),
        ("alt_demo", "alt_demo", ["member", "reader"]),
        ("nova", "service", ["admin", "service", "manager", "member", "reader"]),
    ],
)
def test_its_people_log_in(keystone, user, project, roles):
    client = keystone.login(user, project)
    token = client.get("/auth/tokens", X_Subject_Token=client.token).json["token"]
    assert [role["name"] for role in token["roles"]] == roles


def test_its_roles_are_not_to_be_changed_by_mistake(admin):
    role = admin.id("roles", "member")
    for answer in (
        admin.delete(f"/roles/{role}"),
        admin.patch(f"/roles/{role}", {"role": {"name": "guest"}}),
    ):
        assert answer.status == 403
        assert f"immutable role resource: `{role}. Set resource option" in answer.error
    loosened = {"role": {"options": {"immutable": False}}}
    assert admin.patch(f"/roles/{role}", loosened).status == 200
    assert admin.delete(f"/roles/{role}").status == 204


def test_seeding_again_brings_nothing_back(keystone):
    User.objects.filter(name="alt_demo").delete()
    Project.objects.filter(name="demo").update(description="mine")
    seed()
    assert not User.objects.filter(name="alt_demo").exists()
    assert Project.objects.get(name="demo").description == "mine"
