"""Ranges of segment ids: whose networks take them, and when they stay as they are."""

import pytest

from tests.cast import HERS
from tests.network.conftest import refusal

PATH = "network-segment-ranges"
MEMBER = "network_segment_range"


@pytest.fixture
def span(admin):
    return admin.make(
        MEMBER, PATH, name="hers", shared=False, project_id=HERS, network_type="vxlan",
        physical_network="", minimum=1600, maximum=1601,
    )  # fmt: skip


def ids(admin, network):
    return admin.show(f"/networks/{network['id']}")["provider:segmentation_id"]


def test_a_range_is_of_one_project_and_of_one_kind(admin, span):
    assert (span["physical_network"], span["default"], span["shared"]) == ("", False, False)
    assert (span["available"], span["used"]) == ([1600, 1601], {})
    wish = {"network_type": "vxlan", "minimum": 1601, "maximum": 1700}
    answer = admin.post(f"/{PATH}", {MEMBER: wish})
    assert refusal(answer) == (409, "NetworkSegmentRangeOverlaps")


@pytest.mark.parametrize(
    ("wish", "status", "kind"),
    [
        ({"network_type": "vxlan", "minimum": 9, "maximum": 8}, 500, "NetworkTunnelRangeError"),
        ({"network_type": "vlan", "minimum": 9, "maximum": 4095}, 500, "NetworkVlanRangeError"),
        ({"network_type": "flat", "minimum": 8, "maximum": 9}, 400, "HTTPBadRequest"),
    ],
)
def test_ranges_that_cannot_be(admin, wish, status, kind):
    wish["physical_network"] = "public"
    assert refusal(admin.post(f"/{PATH}", {MEMBER: wish})) == (status, kind)


def test_networks_of_the_project_take_its_ids_first(net, admin, span):
    first, second, third = (net.make("network") for _ in range(3))
    assert [ids(admin, each) for each in (first, second)] == [1600, 1601]
    assert ids(admin, third) < 1600
    assert ids(admin, net.as_("carol").make("network")) < 1600
    assert admin.show(f"/{PATH}/{span['id']}")["used"] == {"1600": HERS, "1601": HERS}


def test_a_range_keeps_the_ids_that_networks_have(net, admin, span):
    network = net.make("network")
    path = f"/{PATH}/{span['id']}"
    expected = (409, "NetworkSegmentRangeReferencedByProject")
    assert refusal(admin.put(path, {MEMBER: {"minimum": 1601}})) == expected
    assert refusal(admin.delete(path)) == expected
    assert admin.put(path, {MEMBER: {"minimum": 1500, "maximum": 1600}}).status == 200
    net.delete(f"/networks/{network['id']}")
    assert admin.delete(path).status == 204
