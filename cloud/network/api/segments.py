"""Segments of networks, and ranges of their ids.  /v2.0/segments"""

from typing import Any

from django.db.models import Q, QuerySet

from cloud.network import errors
from cloud.network.api import checks, converters
from cloud.network.api.resource import UNSET, Field
from cloud.network.api.standard import Described, Tagged, flag
from cloud.network.api.views import NounViewSet, Values
from cloud.network.domain import networks, offerings, standard
from cloud.network.models import NetworkSegmentRange, Segment
from middleware.context import RequestContext

_IDS = checks.within(1, 4294967295)


class SegmentNoun(Described):
    member, plural, model = "segment", "segments", Segment
    has_bulk = False
    owned = False

    project_id = Field(show=False)
    tenant = Field(show=False, key="tenant_id")
    name = Field(
        post=True,
        put=True,
        default=None,
        check=checks.or_none(checks.name()),
        filters=True,
        sort=True,
    )
    network_id = Field(post=True, check=checks.uuid, filters=True, sort=True)
    physical_network = Field(
        post=True,
        default=UNSET,
        check=checks.or_none(checks.text(64)),
        filters=True,
        sort=True,
    )
    network_type = Field(post=True, check=checks.text(32), filters=True, sort=True)
    segmentation_id = Field(
        post=True, default=UNSET, convert=converters.to_int_or_none, filters=True, sort=True
    )

    @classmethod
    def reach(cls, context: RequestContext) -> QuerySet[Any]:
        return Segment.objects.all()

    @classmethod
    def missing(cls, resource_id: str) -> errors.NetworkError:
        return errors.SegmentNotFound(segment_id=resource_id)


class SegmentViewSet(NounViewSet):
    noun = SegmentNoun

    def make(self, values: Values) -> str:
        return networks.add_segment(values).id

    def change(self, found: Segment, values: Values) -> None:
        standard.change(found, standard.columns(values, Segment), lazily=True)

    def remove(self, found: Segment) -> None:
        networks.remove_segment(found)


class NetworkSegmentRangeNoun(Tagged):
    member, plural = "network_segment_range", "network_segment_ranges"
    model = NetworkSegmentRange
    related = {**Tagged.related, "used": offerings.used_of_ranges}

    default = Field(filters=False)
    shared = flag(True, post=True, filters=False)
    network_type = Field(
        post=True, check=checks.one_of("vlan", "vxlan", "gre", "geneve"), filters=True
    )
    physical_network = Field(
        lambda row, ask: row["physical_network"] or "",
        needs="physical_network",
        post=True,
        default=UNSET,
        check=checks.text(64),
        filters=lambda values, context: Q(physical_network__in=values),
    )
    minimum = Field(post=True, put=True, convert=converters.to_int, check=_IDS)
    maximum = Field(post=True, put=True, convert=converters.to_int, check=_IDS)
    used = Field()
    available: Any = Field(
        lambda row, ask: offerings.available(row), needs=("minimum", "maximum", "used")
    )

    @classmethod
    def missing(cls, resource_id: str) -> errors.NetworkError:
        return errors.NetworkSegmentRangeNotFound(range_id=resource_id)


class NetworkSegmentRangeViewSet(NounViewSet):
    noun = NetworkSegmentRangeNoun

    def make(self, values: Values) -> str:
        return offerings.create_range(values).id

    def change(self, found: NetworkSegmentRange, values: Values) -> None:
        offerings.change_range(found, values)

    def remove(self, found: NetworkSegmentRange) -> None:
        offerings.remove_range(found)
