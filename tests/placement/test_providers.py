"""Resource providers, their trees, and what they are found by."""

from uuid import uuid4

import pytest

AGGREGATE = "a0000000-0000-4000-8000-000000000001"
OTHER = "a0000000-0000-4000-8000-000000000002"


def named(answer):
    return {one["name"] for one in answer.json["resource_providers"]}


def test_making_one(placement):
    uuid = str(uuid4())
    answer = placement.post("/resource_providers", {"name": "a", "uuid": uuid}, "1.19")
    assert (answer.status, answer.text) == (201, "")
    assert "Content-Type" not in answer.headers
    assert answer.headers["Location"].endswith(f"/placement/resource_providers/{uuid}")
    answer = placement.post("/resource_providers", {"name": "b"})
    assert answer.status == 200
    made = answer.json
    assert made["generation"] == 0
    assert made["parent_provider_uuid"] is None
    assert made["root_provider_uuid"] == made["uuid"]
    assert placement.get(f"/resource_providers/{made['uuid']}").json == made


@pytest.mark.parametrize(
    ("version", "links"),
    [
        ("1.0", ["self", "inventories", "usages"]),
        ("1.1", ["self", "inventories", "usages", "aggregates"]),
        ("1.6", ["self", "inventories", "usages", "aggregates", "traits"]),
        ("1.11", ["self", "inventories", "usages", "aggregates", "traits", "allocations"]),
    ],
)
def test_links_by_version(placement, version, links):
    uuid = placement.provider()
    shown = placement.get(f"/resource_providers/{uuid}", version).json
    assert [link["rel"] for link in shown["links"]] == links
    assert shown["links"][1]["href"] == f"/placement/resource_providers/{uuid}/inventories"
    assert "root_provider_uuid" not in shown


def test_names_and_uuids_are_taken_once(placement):
    uuid = placement.provider(name="a")
    answer = placement.post("/resource_providers", {"name": "a"})
    assert answer.status == 409
    assert answer.error["code"] == "placement.duplicate_name"
    assert "Conflicting resource provider name: a already exists." in answer.detail
    answer = placement.post("/resource_providers", {"name": "b", "uuid": uuid})
    assert f"Conflicting resource provider uuid: {uuid} already exists." in answer.detail
    other = placement.provider(name="c")
    answer = placement.put(f"/resource_providers/{other}", {"name": "a"})
    assert answer.status == 409


def test_a_tree(placement):
    root = placement.provider()
    child = placement.provider(parent=root)
    grandchild = placement.provider(parent=child)
    shown = placement.get(f"/resource_providers/{grandchild}").json
    assert shown["root_provider_uuid"] == root
    assert shown["parent_provider_uuid"] == child
    other = placement.provider()
    found = placement.get(f"/resource_providers?in_tree={child}").json["resource_providers"]
    assert {one["uuid"] for one in found} == {root, child, grandchild}
    answer = placement.delete(f"/resource_providers/{child}")
    assert answer.status == 409
    assert answer.error["code"] == "placement.resource_provider.cannot_delete_parent"
    assert placement.delete(f"/resource_providers/{other}").status == 204


def test_a_parent_must_exist(placement):
    body = {"name": "a", "parent_provider_uuid": str(uuid4())}
    answer = placement.post("/resource_providers", body)
    assert answer.status == 400
    assert "parent provider UUID does not exist." in answer.detail


def test_moving_in_the_tree_since_1_37(placement):
    one, two = placement.provider(), placement.provider()
    child = placement.provider(parent=one)
    grandchild = placement.provider(parent=child)

    def move(uuid, parent, version="1.39"):
        body = {"name": uuid, "parent_provider_uuid": parent}
        return placement.put(f"/resource_providers/{uuid}", body, version)

    assert "re-parenting a provider is not" in move(child, two, "1.36").detail
    assert "un-parenting a provider is not" in move(child, None, "1.36").detail
    assert "creating loop in the provider tree" in move(one, grandchild).detail
    assert move(child, two).json["root_provider_uuid"] == two
    shown = placement.get(f"/resource_providers/{grandchild}").json
    assert shown["root_provider_uuid"] == two
    assert move(child, None).json["root_provider_uuid"] == child
    shown = placement.get(f"/resource_providers/{grandchild}").json
    assert shown["root_provider_uuid"] == child
    # A root may be given a parent at any version.
    assert move(one, two, "1.14").status == 200


def test_deleting_one_that_is_used(placement, consumer):
    uuid = placement.provider(VCPU=4)
    assert placement.claim(consumer, {uuid: {"VCPU": 1}}).status == 204
    answer = placement.delete(f"/resource_providers/{uuid}")
    assert answer.status == 409
    assert answer.error["code"] == "placement.resource_provider.inuse"
    placement.delete(f"/allocations/{consumer}")
    assert placement.delete(f"/resource_providers/{uuid}").status == 204
    assert placement.delete(f"/resource_providers/{uuid}").status == 404


def test_what_providers_are_found_by(placement):
    avx, sse = "HW_CPU_X86_AVX", "HW_CPU_X86_SSE"
    placement.provider(name="a", VCPU=4, traits=[avx], aggregates=[AGGREGATE])
    placement.provider(name="b", VCPU=8, traits=[avx, sse], aggregates=[OTHER])
    placement.provider(name="c", DISK_GB=8)

    def found(query, version="1.39"):
        return named(placement.get(f"/resource_providers?{query}", version))

    assert found("") == {"a", "b", "c"}
    assert found("name=a") == {"a"}
    assert found("resources=VCPU:5") == {"b"}
    assert found("resources=VCPU:1,DISK_GB:1") == set()
    assert found(f"required={avx},!{sse}") == {"a"}
    assert found(f"required=!{avx}") == {"c"}
    assert found(f"required=in:{avx},{sse}&required={sse}") == {"b"}
    # Before 1.39 the last one counts.
    assert found(f"required={sse}&required={avx}", "1.38") == {"a", "b"}
    assert found(f"member_of={AGGREGATE}") == {"a"}
    assert found(f"member_of=in:{AGGREGATE},{OTHER}") == {"a", "b"}
    assert found(f"member_of={AGGREGATE}&member_of={OTHER}") == set()
    assert found(f"member_of=!{AGGREGATE}") == {"b", "c"}
    assert found(f"member_of=!in:{AGGREGATE},{OTHER}") == {"c"}
    assert found(f"in_tree={uuid4()}") == set()


@pytest.mark.parametrize(
    ("query", "version", "says"),
    [
        ("member_of=x", "1.2", "Additional properties are not allowed"),
        ("resources=VCPU:1", "1.3", "Additional properties are not allowed"),
        ("required=HW_CPU_X86_AVX", "1.17", "Additional properties are not allowed"),
        ("required=!HW_CPU_X86_AVX", "1.21", "of the form: HW_CPU_X86_VMX,CUSTOM_MAGIC"),
        ("required=in:HW_CPU_X86_AVX", "1.38", "only supported since microversion 1.39"),
        ("required=HW_NONE", "1.39", "No such trait(s): HW_NONE."),
        ("resources=NONE:1", "1.39", "No such resource class NONE."),
        ("resources=VCPU:0", "1.39", "requires amount >= 1. Got: 0."),
        ("resources=VCPU", "1.39", "Badly formed resources parameter."),
        (f"member_of={AGGREGATE}&member_of={OTHER}", "1.23", "Multiple member_of"),
        (f"member_of=!{AGGREGATE}", "1.31", "Forbidden member_of"),
        ("member_of=x", "1.39", "to contain valid UUID(s). Got: x"),
        ("uuid=x", "1.39", "'x' is not a 'uuid'"),
    ],
)
def test_queries_that_are_refused(placement, query, version, says):
    answer = placement.get(f"/resource_providers?{query}", version)
    assert answer.status == 400
    assert says in answer.detail
