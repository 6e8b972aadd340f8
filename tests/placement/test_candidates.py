"""Allocation candidates: who could give what is wanted."""

from uuid import uuid4

import pytest

SHARES = "MISC_SHARES_VIA_AGGREGATE"
AVX, SSE, NUMA = "HW_CPU_X86_AVX", "HW_CPU_X86_SSE", "HW_NUMA_ROOT"


def same(found, *wanted):
    """Candidates are the same in any order."""
    assert sorted(map(str, map(sort, found))) == sorted(map(str, map(sort, wanted)))


def sort(candidate):
    return {uuid: dict(sorted(one.items())) for uuid, one in sorted(candidate.items())}


def test_one_provider_gives_everything(placement):
    one = placement.provider(VCPU=8, DISK_GB=10)
    placement.provider(VCPU=8)
    wanted = {"VCPU": 1, "DISK_GB": 5}
    same(placement.candidates("resources=VCPU:1,DISK_GB:5"), {one: wanted})
    answer = placement.get("/allocation_candidates?resources=VCPU:1,DISK_GB:5").json
    assert answer == {
        "allocation_requests": [
            {"allocations": {one: {"resources": wanted}}, "mappings": {"": [one]}}
        ],
        "provider_summaries": {
            one: {
                "resources": {
                    "VCPU": {"capacity": 8, "used": 0},
                    "DISK_GB": {"capacity": 10, "used": 0},
                },
                "traits": [],
                "parent_provider_uuid": None,
                "root_provider_uuid": one,
            }
        },
    }


@pytest.mark.parametrize(
    ("version", "keys"),
    [
        ("1.10", ["resources"]),
        ("1.17", ["resources", "traits"]),
        ("1.29", ["resources", "traits", "parent_provider_uuid", "root_provider_uuid"]),
    ],
)
def test_summaries_by_version(placement, version, keys):
    one = placement.provider(VCPU=8, DISK_GB=10)
    answer = placement.get("/allocation_candidates?resources=VCPU:1", version).json
    summary = answer["provider_summaries"][one]
    assert list(summary) == keys
    shows_all = version == "1.29"
    assert set(summary["resources"]) == ({"VCPU", "DISK_GB"} if shows_all else {"VCPU"})


def test_requests_are_lists_before_1_12(placement):
    one = placement.provider(VCPU=8)
    answer = placement.get("/allocation_candidates?resources=VCPU:1", "1.11").json
    assert answer["allocation_requests"] == [
        {"allocations": [{"resource_provider": {"uuid": one}, "resources": {"VCPU": 1}}]}
    ]
    assert placement.get("/allocation_candidates?resources=VCPU:1", "1.9").status == 404


def test_what_a_claim_has_taken_is_gone(placement, consumer):
    one, two = placement.provider(VCPU=4), placement.provider(VCPU=4)
    placement.claim(consumer, {one: {"VCPU": 2}})
    same(placement.candidates("resources=VCPU:3"), {two: {"VCPU": 3}})


def test_traits_and_aggregates(placement):
    group = str(uuid4())
    one = placement.provider(VCPU=8, traits=[AVX], aggregates=[group])
    two = placement.provider(VCPU=8, traits=[AVX, SSE])
    wanted = "resources=VCPU:1"
    give = {"VCPU": 1}
    same(placement.candidates(f"{wanted}&required={AVX}"), {one: give}, {two: give})
    same(placement.candidates(f"{wanted}&required={AVX},!{SSE}"), {one: give})
    same(placement.candidates(f"{wanted}&required=in:{SSE},{NUMA}"), {two: give})
    same(placement.candidates(f"{wanted}&member_of={group}"), {one: give})
    same(placement.candidates(f"{wanted}&member_of=!{group}"), {two: give})
    same(placement.candidates(f"{wanted}&root_required=!{SSE}"), {one: give})
    same(placement.candidates(f"{wanted}&in_tree={two}"), {two: give})
    same(placement.candidates(f"{wanted}&required={NUMA}"))


def test_a_limit(placement):
    for _ in range(5):
        placement.provider(VCPU=8)
    answer = placement.get("/allocation_candidates?resources=VCPU:1&limit=2").json
    assert len(answer["allocation_requests"]) == 2
    assert len(answer["provider_summaries"]) == 2


def test_a_tree_gives_together(placement):
    root = placement.provider(DISK_GB=10)
    numa = [placement.provider(parent=root, VCPU=4, MEMORY_MB=64) for _ in range(2)]
    disk = {"DISK_GB": 1}
    found = placement.candidates("resources=VCPU:2,MEMORY_MB:8,DISK_GB:1")
    same(
        found,
        {root: disk, numa[0]: {"VCPU": 2, "MEMORY_MB": 8}},
        {root: disk, numa[1]: {"VCPU": 2, "MEMORY_MB": 8}},
        {root: disk, numa[0]: {"VCPU": 2}, numa[1]: {"MEMORY_MB": 8}},
        {root: disk, numa[1]: {"VCPU": 2}, numa[0]: {"MEMORY_MB": 8}},
    )
    # Before 1.29 nobody knows of trees.
    assert placement.candidates("resources=VCPU:2,DISK_GB:1", "1.28") == []
    same(placement.candidates("resources=VCPU:2", "1.28"), *({one: {"VCPU": 2}} for one in numa))


def test_a_granular_group_is_of_one_provider(placement):
    root = placement.provider(DISK_GB=10)
    numa = [placement.provider(parent=root, VCPU=4, MEMORY_MB=64) for _ in range(2)]
    found = placement.candidates("resources=DISK_GB:1&resources1=VCPU:2,MEMORY_MB:8")
    same(found, *({root: {"DISK_GB": 1}, one: {"VCPU": 2, "MEMORY_MB": 8}} for one in numa))


def test_granular_groups_together_or_apart(placement):
    root = placement.provider()
    nics = [placement.provider(parent=root, SRIOV_NET_VF=3) for _ in range(2)]
    query = "resources1=SRIOV_NET_VF:1&resources2=SRIOV_NET_VF:2"
    vf = "SRIOV_NET_VF"
    apart = [{nics[0]: {vf: 1}, nics[1]: {vf: 2}}, {nics[1]: {vf: 1}, nics[0]: {vf: 2}}]
    together = [{one: {vf: 3}} for one in nics]
    same(placement.candidates(f"{query}&group_policy=isolate"), *apart)
    same(placement.candidates(f"{query}&group_policy=none"), *apart, *together)
    more = "resources1=SRIOV_NET_VF:2&resources2=SRIOV_NET_VF:2&group_policy=none"
    same(
        placement.candidates(more),
        {nics[0]: {vf: 2}, nics[1]: {vf: 2}},
        {nics[0]: {vf: 2}, nics[1]: {vf: 2}},
    )
    answer = placement.get(f"/allocation_candidates?{query}")
    assert answer.status == 400
    assert 'The "group_policy" parameter is required' in answer.detail


def test_mappings_say_who_meets_which_group(placement):
    root = placement.provider(VCPU=4)
    nic = placement.provider(parent=root, SRIOV_NET_VF=3)
    path = "/allocation_candidates?resources=VCPU:1&resources_X=SRIOV_NET_VF:1"
    (request,) = placement.get(path).json["allocation_requests"]
    assert request["mappings"] == {"": [root], "_X": [nic]}
    (request,) = placement.get(path.replace("_X", "1"), "1.33").json["allocation_requests"]
    assert "mappings" not in request
    assert placement.get(path, "1.32").status == 400


def test_a_provider_shares_with_the_trees_of_its_aggregate(placement):
    group = str(uuid4())
    shared = placement.provider(DISK_GB=100, traits=[SHARES], aggregates=[group])
    one = placement.provider(VCPU=4, aggregates=[group])
    placement.provider(VCPU=4)
    same(
        placement.candidates("resources=VCPU:1,DISK_GB:5"),
        {one: {"VCPU": 1}, shared: {"DISK_GB": 5}},
    )
    same(
        placement.candidates("resources=VCPU:1&resources1=DISK_GB:5"),
        {one: {"VCPU": 1}, shared: {"DISK_GB": 5}},
    )
    same(placement.candidates(f"resources=VCPU:1,DISK_GB:5&in_tree={one}"))
    same(placement.candidates("resources=DISK_GB:5"), {shared: {"DISK_GB": 5}})


def test_an_aggregate_of_the_root_spans_its_tree(placement):
    group = str(uuid4())
    root = placement.provider(aggregates=[group])
    child = placement.provider(parent=root, VCPU=4)
    same(placement.candidates(f"resources=VCPU:1&member_of={group}"), {child: {"VCPU": 1}})
    same(placement.candidates(f"resources=VCPU:1&member_of=!{group}"))
    # But for a granular group the provider itself must be in it.
    same(placement.candidates(f"resources1=VCPU:1&member_of1={group}"))


def test_traits_of_a_tree_are_had_together_and_forbidden_to_each(placement):
    root = placement.provider(DISK_GB=10, traits=[SSE])
    child = placement.provider(parent=root, VCPU=4, traits=[AVX])
    both = {root: {"DISK_GB": 1}, child: {"VCPU": 1}}
    query = "resources=VCPU:1,DISK_GB:1"
    same(placement.candidates(f"{query}&required={AVX},{SSE}"), both)
    same(placement.candidates(f"{query}&required=!{SSE}"))
    same(placement.candidates(f"resources=VCPU:1&required={SSE}"))
    same(placement.candidates(f"resources=VCPU:1&root_required={SSE}"), {child: {"VCPU": 1}})


def test_same_subtree(placement):
    root = placement.provider()
    numa = [placement.provider(parent=root, VCPU=4, traits=[NUMA]) for _ in range(2)]
    fpga = [placement.provider(parent=one, FPGA=1) for one in numa]
    query = "resources_C=VCPU:1&resources_A=FPGA:1&group_policy=none"
    assert len(placement.candidates(query)) == 4
    near = [{numa[n]: {"VCPU": 1}, fpga[n]: {"FPGA": 1}} for n in (0, 1)]
    same(placement.candidates(f"{query}&same_subtree=_C,_A"), *near)
    # A group without resources says where the subtree is.
    query = f"resources_A=FPGA:1&required_N={NUMA}&same_subtree=_A,_N&group_policy=none"
    same(placement.candidates(query), *({one: {"FPGA": 1}} for one in fpga))
    assert placement.get(f"/allocation_candidates?{query}", "1.35").status == 400


@pytest.mark.parametrize(
    ("query", "version", "says"),
    [
        ("", "1.24", "'resources' is a required property"),
        ("", "1.25", "At least one request group"),
        ("", "1.36", "There must be at least one resources or resources[$S] parameter."),
        ("resources=VCPU:1&limit=0", "1.39", "does not match '^[1-9][0-9]*$'"),
        ("resources=VCPU:1&limit=1", "1.15", "Additional properties are not allowed"),
        ("resources=VCPU:1&required=X", "1.39", "No such trait(s): X."),
        ("resources=X:1", "1.39", "Invalid resource class in resources parameter"),
        ("resources=VCPU:1&required=A,!A", "1.39", "Conflicting required and forbidden traits"),
        ("resources=VCPU:1&required1=A", "1.35", "orphaned traits keys: required1"),
        ("resources=VCPU:1&in_tree=x", "1.39", "Expected 'in_tree' parameter to be a format"),
        ("resources=VCPU:1&root_required=A&root_required=B", "1.39", "only once"),
        ("resources=VCPU:1&root_required=in:A", "1.39", "only supported since"),
        ("resources=VCPU:1&same_subtree=_X", "1.39", "Real suffixes should be specified"),
        ("resources=VCPU:1&same_subtree=,", "1.39", "Empty string (unsuffixed group)"),
        ("resources=VCPU:1&required_X=A", "1.39", "Resourceless suffixed group request"),
    ],
)
def test_queries_that_are_refused(placement, query, version, says):
    answer = placement.get(f"/allocation_candidates?{query}", version)
    assert answer.status == 400
    assert says in answer.detail
