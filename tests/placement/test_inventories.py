"""Inventories, traits, classes and aggregates: what a provider has."""

from uuid import uuid4

import pytest

from cloud.placement import standards


def test_an_inventory_has_defaults(placement):
    uuid = placement.provider()
    path = f"/resource_providers/{uuid}/inventories"
    answer = placement.post(path, {"resource_class": "VCPU", "total": 8})
    assert answer.status == 201
    assert answer.headers["Location"].endswith(f"{path}/VCPU")
    assert answer.json == {
        "total": 8,
        "reserved": 0,
        "min_unit": 1,
        "max_unit": 2147483647,
        "step_size": 1,
        "allocation_ratio": 1.0,
        "resource_provider_generation": 1,
    }
    assert placement.get(f"{path}/VCPU").json == answer.json
    assert placement.post(path, {"resource_class": "VCPU", "total": 8}).status == 409


def test_who_saw_another_generation_is_refused(placement):
    uuid = placement.provider(VCPU=8)
    for path, body in (
        ("inventories", {"inventories": {}}),
        ("inventories/VCPU", {"total": 1}),
        ("traits", {"traits": []}),
        ("aggregates", {"aggregates": []}),
    ):
        answer = placement.put(
            f"/resource_providers/{uuid}/{path}", {"resource_provider_generation": 7, **body}
        )
        assert answer.status == 409
        assert answer.error["code"] == "placement.concurrent_update"
    assert placement.generation(uuid) == 1


def test_replacing_them_all(placement):
    uuid = placement.provider(VCPU=8, DISK_GB=10)
    path = f"/resource_providers/{uuid}/inventories"
    body = {"resource_provider_generation": 1, "inventories": {"VCPU": {"total": 4}}}
    answer = placement.put(path, body)
    assert answer.json["resource_provider_generation"] == 2
    assert list(placement.get(path).json["inventories"]) == ["VCPU"]
    assert placement.delete(path, "1.4").status == 405
    assert placement.delete(path, "1.5").status == 204
    assert placement.get(path).json == {"inventories": {}, "resource_provider_generation": 3}


def test_an_inventory_in_use_stays(placement, consumer):
    uuid = placement.provider(VCPU=8, DISK_GB=10)
    path = f"/resource_providers/{uuid}/inventories"
    placement.claim(consumer, {uuid: {"VCPU": 1, "DISK_GB": 1}})
    answer = placement.delete(path)
    assert answer.status == 409
    assert answer.error["code"] == "placement.inventory.inuse"
    assert f"Inventory for 'VCPU, DISK_GB' on resource provider '{uuid}' in use." in answer.detail
    assert placement.delete(f"{path}/VCPU").status == 409
    body = {"resource_provider_generation": 2, "inventories": {"VCPU": {"total": 4}}}
    assert placement.put(path, body).error["code"] == "placement.inventory.inuse"
    assert len(placement.get(path).json["inventories"]) == 2


def test_all_may_be_reserved_since_1_26(placement):
    uuid = placement.provider()
    path = f"/resource_providers/{uuid}/inventories"
    body = {"resource_class": "VCPU", "total": 8, "reserved": 8}
    answer = placement.post(path, body, "1.25")
    assert answer.status == 400
    assert "The reserved value is greater than or equal to total." in answer.detail
    assert placement.post(path, {**body, "reserved": 9}).status == 400
    assert placement.post(path, body, "1.26").status == 201


@pytest.mark.parametrize("kind", ["CUSTOM_NONE", "NONE"])
def test_classes_must_exist(placement, kind):
    uuid = placement.provider()
    path = f"/resource_providers/{uuid}/inventories"
    answer = placement.post(path, {"resource_class": kind, "total": 1})
    assert answer.status == 400
    assert f"No such resource class {kind}." in answer.detail
    body = {"resource_provider_generation": 0, "inventories": {kind: {"total": 1}}}
    assert "Unknown resource class in inventory" in placement.put(path, body).detail
    assert placement.get(f"{path}/{kind}").status == 404
    assert placement.delete(f"{path}/{kind}").status == 404


def test_the_standard_names_are_there_without_rows(placement, django_assert_num_queries):
    with django_assert_num_queries(1):
        names = placement.get("/traits").json["traits"]
    assert set(names) == standards.trait_set()
    classes = placement.get("/resource_classes").json["resource_classes"]
    assert [one["name"] for one in classes] == list(standards.resource_classes())
    assert placement.get("/traits/HW_CPU_X86_AVX").status == 204
    assert placement.delete("/traits/HW_CPU_X86_AVX").status == 400
    assert placement.delete("/resource_classes/VCPU").status == 400
    assert placement.put("/traits/HW_CPU_X86_NEW").status == 400


def test_custom_traits(placement):
    uuid = placement.provider()
    assert placement.put("/traits/CUSTOM_A").status == 201
    assert placement.put("/traits/CUSTOM_A").status == 204
    path = f"/resource_providers/{uuid}/traits"
    body = {"traits": ["CUSTOM_A", "HW_CPU_X86_AVX"], "resource_provider_generation": 0}
    answer = placement.put(path, body)
    assert answer.json["resource_provider_generation"] == 1
    assert set(placement.get(path).json["traits"]) == {"CUSTOM_A", "HW_CPU_X86_AVX"}
    # What changes nothing moves no generation.
    body["resource_provider_generation"] = 1
    assert placement.put(path, body).json["resource_provider_generation"] == 1
    assert placement.get("/traits?associated=true&name=startswith:CUSTOM").json == {
        "traits": ["CUSTOM_A"]
    }
    assert placement.delete("/traits/CUSTOM_A").status == 409
    assert placement.delete(path).status == 204
    assert placement.delete("/traits/CUSTOM_A").status == 204
    assert placement.get("/traits/CUSTOM_A").status == 404
    body = {"traits": ["CUSTOM_A"], "resource_provider_generation": 2}
    assert "No such trait CUSTOM_A" in placement.put(path, body).detail


def test_custom_classes(placement):
    assert placement.post("/resource_classes", {"name": "CUSTOM_A"}).status == 201
    assert placement.post("/resource_classes", {"name": "CUSTOM_A"}).status == 409
    assert placement.put("/resource_classes/CUSTOM_A").status == 204
    assert placement.put("/resource_classes/CUSTOM_B").status == 201
    assert placement.put("/resource_classes/VCPU").status == 400
    assert placement.get("/resource_classes", "1.1").status == 404
    placement.provider(CUSTOM_A=1)
    assert placement.delete("/resource_classes/CUSTOM_A").status == 409
    assert placement.delete("/resource_classes/CUSTOM_B").status == 204


def test_renaming_a_class_until_1_6(placement, consumer):
    placement.put("/resource_classes/CUSTOM_A")
    uuid = placement.provider(CUSTOM_A=4)
    placement.claim(consumer, {uuid: {"CUSTOM_A": 1}})
    answer = placement.put("/resource_classes/CUSTOM_A", {"name": "CUSTOM_B"}, "1.6")
    assert answer.json["name"] == "CUSTOM_B"
    assert placement.get(f"/resource_providers/{uuid}/usages").json["usages"] == {"CUSTOM_B": 1}
    held = placement.get(f"/allocations/{consumer}").json["allocations"][uuid]
    assert held["resources"] == {"CUSTOM_B": 1}


def test_aggregates_move_the_generation_since_1_19(placement):
    uuid, one = placement.provider(), str(uuid4())
    path = f"/resource_providers/{uuid}/aggregates"
    assert placement.get(path, "1.0").status == 404
    assert placement.put(path, [one], "1.18").json == {"aggregates": [one]}
    assert placement.generation(uuid) == 0
    body = {"aggregates": [], "resource_provider_generation": 0}
    assert placement.put(path, body).json == {
        "aggregates": [],
        "resource_provider_generation": 1,
    }
    assert placement.get(path, "1.18").json == {"aggregates": []}
