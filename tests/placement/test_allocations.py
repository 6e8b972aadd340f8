"""Claims: what they look like by version, and what they may not do."""

from uuid import uuid4

import pytest


def used(placement, uuid):
    return placement.get(f"/resource_providers/{uuid}/usages").json["usages"]


def test_a_claim_and_its_end(placement, consumer):
    uuid = placement.provider(VCPU=8, DISK_GB=10)
    assert placement.claim(consumer, {uuid: {"VCPU": 2, "DISK_GB": 5}}).status == 204
    assert used(placement, uuid) == {"VCPU": 2, "DISK_GB": 5}
    assert placement.get(f"/allocations/{consumer}").json == {
        "allocations": {uuid: {"resources": {"VCPU": 2, "DISK_GB": 5}, "generation": 2}},
        "project_id": "p",
        "user_id": "u",
        "consumer_generation": 1,
        "consumer_type": "INSTANCE",
    }
    assert placement.get(f"/resource_providers/{uuid}/allocations").json == {
        "allocations": {
            consumer: {"resources": {"VCPU": 2, "DISK_GB": 5}, "consumer_generation": 1}
        },
        "resource_provider_generation": 2,
    }
    assert placement.delete(f"/allocations/{consumer}").status == 204
    assert placement.get(f"/allocations/{consumer}").json == {"allocations": {}}
    assert used(placement, uuid) == {"VCPU": 0, "DISK_GB": 0}
    assert placement.delete(f"/allocations/{consumer}").status == 404


def test_the_form_of_a_claim_by_version(placement, consumer):
    uuid = placement.provider(VCPU=8)
    path = f"/allocations/{consumer}"
    as_list = {"allocations": [{"resource_provider": {"uuid": uuid}, "resources": {"VCPU": 1}}]}
    owner = {"project_id": "p", "user_id": "u"}
    as_dict = {"allocations": {uuid: {"resources": {"VCPU": 1}}}, **owner}
    assert placement.put(path, as_list, "1.0").status == 204
    assert placement.put(path, as_list, "1.8").status == 400
    assert placement.put(path, {**as_list, **owner}, "1.11").status == 204
    assert placement.put(path, {**as_list, **owner}, "1.12").status == 400
    assert placement.put(path, as_dict, "1.12").status == 204
    assert placement.put(path, as_dict, "1.28").status == 400
    as_dict["consumer_generation"] = 3
    assert placement.put(path, as_dict, "1.28").status == 204
    as_dict["consumer_generation"] = 4
    assert placement.put(path, {**as_dict, "mappings": {"": [uuid]}}, "1.33").status == 400
    assert placement.put(path, {**as_dict, "mappings": {"": [uuid]}}, "1.34").status == 204
    as_dict["consumer_generation"] = 5
    assert placement.put(path, as_dict, "1.38").status == 400
    assert placement.put(path, {**as_dict, "consumer_type": "X"}, "1.38").status == 204
    shown = placement.get(path, "1.11").json
    assert list(shown) == ["allocations"]
    assert list(placement.get(path, "1.12").json) == ["allocations", "project_id", "user_id"]


@pytest.mark.parametrize(
    ("inventory", "amount", "fits"),
    [
        ({"total": 8}, 8, True),
        ({"total": 8}, 9, False),
        ({"total": 8, "reserved": 2}, 7, False),
        ({"total": 8, "reserved": 2, "allocation_ratio": 2.0}, 12, True),
        ({"total": 8, "reserved": 2, "allocation_ratio": 2.0}, 13, False),
        ({"total": 3, "allocation_ratio": 1.5}, 4, True),
        ({"total": 3, "allocation_ratio": 1.5}, 5, False),
        ({"total": 8, "min_unit": 2}, 1, False),
        ({"total": 8, "max_unit": 4}, 5, False),
        ({"total": 8, "step_size": 4}, 6, False),
        ({"total": 8, "step_size": 4}, 8, True),
    ],
)
def test_what_fits_an_inventory(placement, consumer, inventory, amount, fits):
    uuid = placement.provider(VCPU=inventory)
    found = placement.candidates(f"resources=VCPU:{amount}")
    assert found == ([{uuid: {"VCPU": amount}}] if fits else [])
    answer = placement.claim(consumer, {uuid: {"VCPU": amount}})
    assert answer.status == (204 if fits else 409)
    if not fits:
        assert (
            f"Unable to create allocation for 'VCPU' on resource provider '{uuid}'" in answer.detail
        )
        assert used(placement, uuid) == {"VCPU": 0}
        assert placement.generation(uuid) == 1


def test_a_claim_is_all_or_nothing(placement, consumer):
    one, two = placement.provider(VCPU=8), placement.provider(DISK_GB=1)
    answer = placement.claim(consumer, {one: {"VCPU": 1}, two: {"DISK_GB": 2}})
    assert answer.status == 409
    assert used(placement, one) == {"VCPU": 0}
    assert placement.get(f"/allocations/{consumer}").json == {"allocations": {}}
    # Nothing is left of the consumer either: it is still a new one.
    assert placement.claim(consumer, {one: {"VCPU": 1}}, None).status == 204


def test_what_is_claimed_must_exist(placement, consumer):
    uuid, nobody = placement.provider(VCPU=8), str(uuid4())
    answer = placement.claim(consumer, {nobody: {"VCPU": 1}})
    assert answer.status == 400
    assert f"Allocation for resource provider '{nobody}' that does not exist." in answer.detail
    answer = placement.claim(consumer, {uuid: {"CUSTOM_NONE": 1}})
    assert answer.status == 400
    assert "No such resource class CUSTOM_NONE." in answer.detail
    answer = placement.claim(consumer, {uuid: {"DISK_GB": 1}})
    assert answer.status == 409
    assert f"Inventory for 'DISK_GB' on resource provider '{uuid}' invalid." in answer.detail
    assert placement.put("/allocations/x", {}).status == 400


def test_a_consumer_that_was_seen_at_another_generation(placement, consumer):
    uuid = placement.provider(VCPU=8)
    answer = placement.claim(consumer, {uuid: {"VCPU": 1}}, 1)
    assert answer.error["code"] == "placement.concurrent_update"
    assert "consumer generation conflict - expected null but got 1" in answer.detail
    placement.claim(consumer, {uuid: {"VCPU": 1}}, None)
    answer = placement.claim(consumer, {uuid: {"VCPU": 2}}, None)
    assert "consumer generation conflict - expected 1 but got None" in answer.detail
    assert placement.claim(consumer, {uuid: {"VCPU": 2}}, 1).status == 204


def test_a_claim_replaces_what_was_held(placement, consumer):
    one, two = placement.provider(VCPU=8), placement.provider(VCPU=8)
    placement.claim(consumer, {one: {"VCPU": 8}})
    assert placement.claim(consumer, {one: {"VCPU": 7}, two: {"VCPU": 1}}, 1).status == 204
    assert placement.claim(consumer, {two: {"VCPU": 8}}, 2).status == 204
    assert used(placement, one) == {"VCPU": 0}
    assert used(placement, two) == {"VCPU": 8}
    # Who is left for another does not hear of it.
    assert placement.generation(one) == 3
    assert placement.generation(two) == 3


def test_letting_go_of_everything_ends_the_consumer(placement, consumer):
    uuid = placement.provider(VCPU=8)
    placement.claim(consumer, {uuid: {"VCPU": 8}})
    assert placement.claim(consumer, {}, 1).status == 204
    assert used(placement, uuid) == {"VCPU": 0}
    assert placement.claim(consumer, {uuid: {"VCPU": 8}}, None).status == 204


def test_an_inventory_that_shrank_below_its_use(placement, consumer):
    uuid = placement.provider(VCPU=8)
    placement.claim(consumer, {uuid: {"VCPU": 8}})
    body = {"total": 4, "resource_provider_generation": 2}
    assert placement.put(f"/resource_providers/{uuid}/inventories/VCPU", body).status == 200
    assert placement.claim(str(uuid4()), {uuid: {"VCPU": 1}}).status == 409
    # Less is no worse than before; more is.
    assert placement.claim(consumer, {uuid: {"VCPU": 7}}, 1).status == 204
    assert placement.claim(consumer, {uuid: {"VCPU": 8}}, 2).status == 409


def test_claims_of_several_consumers_at_once(placement, consumer):
    one, two, other = placement.provider(VCPU=8), placement.provider(VCPU=8), str(uuid4())
    placement.claim(consumer, {one: {"VCPU": 8}})

    def claim(held, generation):
        return {
            "allocations": {uuid: {"resources": amounts} for uuid, amounts in held.items()},
            "project_id": "p",
            "user_id": "u",
            "consumer_generation": generation,
            "consumer_type": "MIGRATION",
        }

    both = {consumer: claim({two: {"VCPU": 8}}, 1), other: claim({one: {"VCPU": 9}}, None)}
    assert placement.post("/allocations", both).status == 409
    assert used(placement, one) == {"VCPU": 8}
    both[other] = claim({one: {"VCPU": 8}}, None)
    assert placement.post("/allocations", both).status == 204
    assert (used(placement, one), used(placement, two)) == ({"VCPU": 8}, {"VCPU": 8})
    both = {consumer: claim({}, 2), other: claim({}, 1)}
    assert placement.post("/allocations", both).status == 204
    assert (used(placement, one), used(placement, two)) == ({"VCPU": 0}, {"VCPU": 0})
    assert placement.post("/allocations", both, "1.12").status == 404


def test_usages_of_a_project(placement):
    uuid = placement.provider(VCPU=8, DISK_GB=10)
    placement.claim(str(uuid4()), {uuid: {"VCPU": 1, "DISK_GB": 1}})
    placement.claim(str(uuid4()), {uuid: {"VCPU": 2}}, kind="MIGRATION")
    old = {
        "allocations": {uuid: {"resources": {"VCPU": 4}}},
        "project_id": "p",
        "user_id": "v",
    }
    placement.put(f"/allocations/{uuid4()}", old, "1.12")

    def usages(query, version="1.39"):
        return placement.get(f"/usages?project_id=p{query}", version).json["usages"]

    assert usages("", "1.9") == {"VCPU": 7, "DISK_GB": 1}
    assert usages("&user_id=v", "1.9") == {"VCPU": 4}
    assert usages("") == {
        "INSTANCE": {"VCPU": 1, "DISK_GB": 1, "consumer_count": 1},
        "MIGRATION": {"VCPU": 2, "consumer_count": 1},
        "unknown": {"VCPU": 4, "consumer_count": 1},
    }
    assert usages("&consumer_type=all") == {"all": {"VCPU": 7, "DISK_GB": 1, "consumer_count": 3}}
    assert usages("&consumer_type=unknown") == {"unknown": {"VCPU": 4, "consumer_count": 1}}
    assert usages("&consumer_type=MIGRATION") == {"MIGRATION": {"VCPU": 2, "consumer_count": 1}}
    assert placement.get("/usages?project_id=p", "1.8").status == 404
    assert placement.get("/usages?project_id=p&consumer_type=all", "1.37").status == 400


def test_reshaping_moves_claims_with_their_inventory(placement, consumer):
    root = placement.provider(VCPU=8, DISK_GB=10)
    child = placement.provider(parent=root)
    placement.claim(consumer, {root: {"VCPU": 4, "DISK_GB": 2}})
    body = {
        "inventories": {
            root: {
                "resource_provider_generation": 2,
                "inventories": {"DISK_GB": {"total": 10}},
            },
            child: {"resource_provider_generation": 0, "inventories": {"VCPU": {"total": 8}}},
        },
        "allocations": {},
    }
    # The inventory cannot go while something is held of it.
    answer = placement.post("/reshaper", body, roles="service")
    assert answer.status == 409
    assert answer.error["code"] == "placement.inventory.inuse"
    assert placement.generation(child) == 0
    body["allocations"][consumer] = {
        "allocations": {root: {"resources": {"DISK_GB": 2}}, child: {"resources": {"VCPU": 4}}},
        "project_id": "p",
        "user_id": "u",
        "consumer_generation": 1,
        "consumer_type": "INSTANCE",
    }
    assert placement.post("/reshaper", body, roles="service").status == 204
    assert used(placement, root) == {"DISK_GB": 2}
    assert used(placement, child) == {"VCPU": 4}
    answer = placement.post("/reshaper", body, roles="service")
    assert answer.status == 409
    assert "resource provider generation conflict for provider" in answer.detail
    assert placement.post("/reshaper", body, "1.29", roles="service").status == 404
