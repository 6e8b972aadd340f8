"""Placement by osc-placement's commands of the unmodified `openstack` command line."""

import uuid

import pytest

from tests.compat.life import unique

LATEST = "1.39"


@pytest.fixture
def keeper(admin):
    return admin.at(placement=LATEST)


def test_names(keeper):
    for noun, name in (("trait", "CUSTOM_A"), ("resource class", "CUSTOM_B")):
        words = noun.split()
        keeper.say(*words, "create", name)
        assert name in keeper.column("name", *words, "list")
        assert keeper.show(*words, "show", name)["name"] == name
        keeper.say(*words, "delete", name)
        assert keeper.refused(*words, "show", name)
    keeper.say("resource", "class", "set", "CUSTOM_C")
    keeper.say("resource", "class", "set", "CUSTOM_C")
    keeper.say("resource", "class", "delete", "CUSTOM_C")
    assert keeper.refused("resource", "class", "delete", "VCPU")


def test_a_provider_and_what_it_gives(keeper):
    made = keeper.show("resource", "provider", "create", unique("host"))
    provider = made["uuid"]
    words = ("resource", "provider")
    assert provider in keeper.column("uuid", *words, "list")
    keeper.say(*words, "set", "--name", "changed", provider)
    assert keeper.show(*words, "show", provider)["name"] == "changed"

    keeper.say(
        *words, "inventory", "set", "--resource", "VCPU=8", "--resource", "DISK_GB=9", provider
    )
    listed = {r["resource_class"]: r for r in keeper.show(*words, "inventory", "list", provider)}
    assert {name: row["total"] for name, row in listed.items()} == {"VCPU": 8, "DISK_GB": 9}
    keeper.say(*words, "inventory", "class", "set", "--total", 16, provider, "VCPU")
    assert keeper.show(*words, "inventory", "show", provider, "VCPU")["total"] == 16
    keeper.say(*words, "inventory", "delete", "--resource-class", "DISK_GB", provider)

    keeper.say(*words, "trait", "set", "--trait", "HW_CPU_X86_AVX", provider)
    assert keeper.column("name", *words, "trait", "list", provider) == ["HW_CPU_X86_AVX"]
    group = str(uuid.uuid4())
    generation = keeper.show(*words, "show", provider)["generation"]
    keeper.say(
        *words, "aggregate", "set", "--aggregate", group, "--generation", generation, provider
    )
    assert keeper.column("uuid", *words, "aggregate", "list", provider) == [group]
    asked = ("--resource", "VCPU=4", "--required", "HW_CPU_X86_AVX", "--member-of", group)
    found = keeper.show("allocation", "candidate", "list", *asked)
    assert [row["resource provider"] for row in found] == [provider]

    check_claims(keeper, provider)
    keeper.say(*words, "trait", "delete", provider)
    assert keeper.show(*words, "trait", "list", provider) == []
    keeper.say(*words, "delete", provider)
    assert provider not in keeper.column("uuid", *words, "list")
    assert keeper.refused(*words, "show", provider)


def check_claims(keeper, provider):
    consumer, project, user = (str(uuid.uuid4()) for _ in range(3))
    words = ("resource", "provider", "allocation")
    owner = ("--project-id", project, "--user-id", user, "--consumer-type", "INSTANCE")
    keeper.say(*words, "set", "--allocation", f"rp={provider},VCPU=4", *owner, consumer)
    (held,) = keeper.show(*words, "show", consumer)
    assert held["resource_provider"] == provider
    assert held["resources"] == {"VCPU": 4}
    used = keeper.show("resource", "provider", "usage", "show", provider)
    assert {row["resource_class"]: row["usage"] for row in used} == {"VCPU": 4}
    used = keeper.at(placement="1.9").show("resource", "usage", "show", project)
    assert {row["resource_class"]: row["usage"] for row in used} == {"VCPU": 4}
    assert keeper.refused("resource", "provider", "delete", provider)
    assert keeper.refused(
        *words, "set", "--allocation", f"rp={provider},VCPU=400", *owner, consumer
    )
    keeper.say(*words, "unset", "--provider", provider, consumer)
    assert keeper.show(*words, "show", consumer) == []
    keeper.say(*words, "set", "--allocation", f"rp={provider},VCPU=1", *owner, consumer)
    keeper.say(*words, "delete", consumer)
    assert keeper.show(*words, "show", consumer) == []


def test_providers_of_providers(keeper):
    words = ("resource", "provider")
    root = keeper.show(*words, "create", unique("root"))["uuid"]
    child = keeper.show(*words, "create", "--parent-provider", root, unique("child"))["uuid"]
    assert set(keeper.column("uuid", *words, "list", "--in-tree", root)) == {root, child}
    assert keeper.show(*words, "show", child)["root_provider_uuid"] == root
    assert keeper.refused(*words, "delete", root)
    keeper.say(*words, "delete", child)
    keeper.say(*words, "delete", root)


def test_only_administrators_may(demo):
    assert "403" in demo.refused("resource", "provider", "list")
