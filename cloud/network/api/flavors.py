"""Flavors of services, and service profiles.  /v2.0/flavors"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from cloud.network import errors
from cloud.network.api import checks
from cloud.network.api.resource import Field, NetworkAsk, Noun, Rows
from cloud.network.api.standard import flag, name_field
from cloud.network.api.views import NounViewSet, Values
from cloud.network.domain import offerings
from cloud.network.models import Flavor, FlavorProfile, ServiceProfile
from middleware.context import RequestContext
from versioned.operation import operation

# Neutron: the types of the plug-ins that are loaded, the flavors' own among them.
SERVICE_TYPES = ("L3_ROUTER_NAT", "FLAVORS", "METERING", "QOS", "TRUNK", "DUMMY")


def _profiles(rows: Rows, ask: NetworkAsk) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {row["id"]: [] for row in rows}
    for joint in FlavorProfile.objects.filter(flavor_id__in=list(found)).order_by("id"):
        found[joint.flavor_id].append(joint.service_profile_id)
    return found


class FlavorNoun(Noun):
    member, plural, model = "flavor", "flavors", Flavor
    owned = False
    related = {"profiles": _profiles}

    id = Field(filters=True, sort=True)
    name = name_field()
    description = Field(
        post=True, put=True, default="", check=checks.text(1024), filters=True, sort=True
    )
    service_type = Field(post=True, check=checks.one_of(*SERVICE_TYPES), filters=True, sort=True)
    service_profiles = Field("profiles", post=True, put=True, default=[], check=checks.uuids)
    enabled = flag(post=True, put=True, sort=True)

    @classmethod
    def missing(cls, resource_id: str) -> errors.NetworkError:
        return errors.FlavorNotFound(flavor_id=resource_id)

    @classmethod
    def visible(cls, context: RequestContext) -> Q:
        return Q()


class FlavorViewSet(NounViewSet):
    noun = FlavorNoun

    def make(self, values: Values) -> str:
        return offerings.create_flavor(values).id

    def change(self, found: Flavor, values: Values) -> None:
        offerings.change_flavor(found, values)

    def remove(self, found: Flavor) -> None:
        offerings.remove_flavor(found)

    @operation(status=201)
    def join(self, request: Any, *, id: str) -> Any:
        """Give a flavor a service profile."""
        self.demand("create_flavor_service_profile", {})
        body = request.json if isinstance(request.json, dict) else {}
        item = body.get("service_profile")
        if not isinstance(item, dict) or not isinstance(item.get("id"), str):
            raise errors.HTTPBadRequest("Unable to find 'service_profile' in request body")
        offerings.join(self.fetch(id), item["id"])
        return {"service_profile": {"id": item["id"]}}

    @operation(status=204)
    def part(self, request: Any, *, id: str, profile_id: str) -> Any:
        """Take a service profile from a flavor."""
        self.demand("delete_flavor_service_profile", {})
        offerings.part(self.fetch(id), profile_id)


class ServiceProfileNoun(Noun):
    member, plural, model = "service_profile", "service_profiles", ServiceProfile
    owned = False

    id = Field(filters=True, sort=True)
    description = Field(
        post=True, put=True, default="", check=checks.text(1024), filters=True, sort=True
    )
    driver = Field(
        post=True, put=True, default="", check=checks.text(1024), filters=True, sort=True
    )
    metainfo = Field(post=True, put=True, default="", check=checks.text(), sort=True)
    enabled = flag(post=True, put=True, sort=True)

    @classmethod
    def missing(cls, resource_id: str) -> errors.NetworkError:
        return errors.ServiceProfileNotFound(sp_id=resource_id)


class ServiceProfileViewSet(NounViewSet):
    noun = ServiceProfileNoun

    def make(self, values: Values) -> str:
        return offerings.create_profile(values).id

    def change(self, found: ServiceProfile, values: Values) -> None:
        offerings.change_profile(found, values)

    def remove(self, found: ServiceProfile) -> None:
        offerings.remove_profile(found)
