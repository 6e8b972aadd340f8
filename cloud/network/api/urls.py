"""The contents page of the Network service: every path, and the view behind it."""

import re
from typing import Any

from django.urls import URLPattern, re_path

from cloud.network.api.address_groups import (
    AddressGroupViewSet,
    DefaultSecurityGroupRuleViewSet,
)
from cloud.network.api.agents import AgentViewSet
from cloud.network.api.availability import (
    AvailabilityViewSet,
    AvailabilityZoneViewSet,
    FloatingIpPoolViewSet,
    ServiceProviderViewSet,
    TopologyViewSet,
)
from cloud.network.api.bindings import BindingViewSet
from cloud.network.api.conntrack_helpers import ConntrackHelperViewSet
from cloud.network.api.extensions import ExtensionViewSet
from cloud.network.api.flavors import FlavorViewSet, ServiceProfileViewSet
from cloud.network.api.floating_ips import FloatingIpViewSet
from cloud.network.api.metering import MeteringLabelRuleViewSet, MeteringLabelViewSet
from cloud.network.api.networks import NetworkViewSet
from cloud.network.api.port_forwardings import PortForwardingViewSet
from cloud.network.api.ports import PortViewSet
from cloud.network.api.qos import PolicyViewSet, RuleTypeViewSet, views_of
from cloud.network.api.quotas import QuotaViewSet
from cloud.network.api.rbac_policies import RbacPolicyViewSet
from cloud.network.api.routers import RouterViewSet
from cloud.network.api.security_groups import SecurityGroupRuleViewSet, SecurityGroupViewSet
from cloud.network.api.segments import NetworkSegmentRangeViewSet, SegmentViewSet
from cloud.network.api.subnet_pools import AddressScopeViewSet, SubnetPoolViewSet
from cloud.network.api.subnets import SubnetViewSet
from cloud.network.api.tags import TagViewSet
from cloud.network.api.trunks import TrunkViewSet
from cloud.network.api.versions import VersionViewSet, not_found
from cloud.network.domain.qos import KINDS
from versioned.routes import route

# Neutron: every path may end with the format, and with a slash.
_SUFFIX = r"(?:\.json)?/?"
MEMBER = {"get": "retrieve", "put": "update", "delete": "destroy"}
TAGS = {"get": "list", "post": "create", "put": "update", "delete": "clear"}


def row(path: str, viewset: Any, **methods: str) -> URLPattern:
    """One row below /v2.0."""
    path = f"/v2.0/{path}"
    pattern = route(_either_spelling(path) + _SUFFIX, viewset, **methods)
    pattern.callback.route = path  # type: ignore[attr-defined]
    return pattern


def _either_spelling(path: str) -> str:
    """Neutron: a collection's words are joined by dashes or underscores, as the client likes."""
    return re.sub(
        r"^(/v2\.0/(?:(?:qos|metering)/)?)([a-z_-]+)",
        lambda found: found[1] + re.sub("[_-]", "[_-]", found[2]),
        path,
    )


def noun(path: str, viewset: Any, *, new: bool = True) -> list[URLPattern]:
    """The two rows that most nouns have, and their tags."""
    kind = viewset.noun
    if kind.tagged:
        TagViewSet.nouns[path.rpartition("/")[2].replace("_", "-")] = kind
    everyone = {"get": "list"} | ({"post": "create"} if new else {})
    return [row(path, viewset, **everyone), row(path + "/{id}", viewset, **MEMBER)]


def rules(kind: Any) -> list[URLPattern]:
    """Rules of a QoS policy: below the policy, and by themselves."""
    below, alone = views_of(kind)
    path, alias = f"qos/policies/{{policy_id}}/{kind.name}_rules", kind.name.replace("_", "-")
    return [
        row(path, below, get="list", post="create"),
        row(path + "/{id}", below, **MEMBER),
        row(f"qos/alias-{alias}-rules/{{id}}", alone, **MEMBER),
    ]


urlpatterns = [
    route("/?", VersionViewSet, get="list"),
    route("/v2.0/", VersionViewSet, get="resources"),
    *noun("networks", NetworkViewSet),
    *noun("subnets", SubnetViewSet),
    *noun("ports", PortViewSet),
    row("ports/{id}/bindings", BindingViewSet, get="list", post="create"),
    row(
        "ports/{id}/bindings/{host}", BindingViewSet, get="retrieve", put="update", delete="destroy"
    ),
    row("ports/{id}/bindings/{host}/activate", BindingViewSet, put="activate"),
    *noun("routers", RouterViewSet),
    row("routers/{id}/add_router_interface", RouterViewSet, put="add_router_interface"),
    row("routers/{id}/remove_router_interface", RouterViewSet, put="remove_router_interface"),
    row("routers/{id}/add_extraroutes", RouterViewSet, put="add_extraroutes"),
    row("routers/{id}/remove_extraroutes", RouterViewSet, put="remove_extraroutes"),
    *noun("routers/{router_id}/conntrack_helpers", ConntrackHelperViewSet),
    *noun("floatingips", FloatingIpViewSet),
    *noun("floatingips/{floatingip_id}/port_forwardings", PortForwardingViewSet),
    row("floatingip_pools", FloatingIpPoolViewSet, get="list"),
    *noun("security-groups", SecurityGroupViewSet),
    *noun("security-group-rules", SecurityGroupRuleViewSet),
    *noun("default-security-group-rules", DefaultSecurityGroupRuleViewSet),
    *noun("address-groups", AddressGroupViewSet),
    row("address-groups/{id}/add_addresses", AddressGroupViewSet, put="add_addresses"),
    row("address-groups/{id}/remove_addresses", AddressGroupViewSet, put="remove_addresses"),
    *noun("subnetpools", SubnetPoolViewSet),
    row("subnetpools/{id}/add_prefixes", SubnetPoolViewSet, put="add_prefixes"),
    row("subnetpools/{id}/remove_prefixes", SubnetPoolViewSet, put="remove_prefixes"),
    *noun("address-scopes", AddressScopeViewSet),
    *noun("trunks", TrunkViewSet),
    row("trunks/{id}/add_subports", TrunkViewSet, put="add_subports"),
    row("trunks/{id}/remove_subports", TrunkViewSet, put="remove_subports"),
    row("trunks/{id}/get_subports", TrunkViewSet, get="get_subports"),
    *noun("rbac-policies", RbacPolicyViewSet),
    *noun("qos/policies", PolicyViewSet),
    *(pattern for kind in KINDS.values() for pattern in rules(kind)),
    row("qos/rule-types", RuleTypeViewSet, get="list"),
    row("qos/rule-types/{type}", RuleTypeViewSet, get="retrieve"),
    *noun("segments", SegmentViewSet),
    *noun("network_segment_ranges", NetworkSegmentRangeViewSet),
    *noun("metering/metering-labels", MeteringLabelViewSet),
    *noun("metering/metering-label-rules", MeteringLabelRuleViewSet),
    *noun("agents", AgentViewSet, new=False),
    row("agents/{id}/dhcp-networks", AgentViewSet, get="networks", post="add_network"),
    row("agents/{id}/dhcp-networks/{network_id}", AgentViewSet, delete="remove_network"),
    row("agents/{id}/l3-routers", AgentViewSet, get="routers", post="add_router"),
    row("agents/{id}/l3-routers/{router_id}", AgentViewSet, delete="remove_router"),
    row("networks/{network_id}/dhcp-agents", AgentViewSet, get="of_network"),
    row("routers/{router_id}/l3-agents", AgentViewSet, get="of_router"),
    *noun("flavors", FlavorViewSet),
    row("flavors/{id}/service_profiles", FlavorViewSet, post="join"),
    row("flavors/{id}/service_profiles/{profile_id}", FlavorViewSet, delete="part"),
    *noun("service_profiles", ServiceProfileViewSet),
    row("service-providers", ServiceProviderViewSet, get="list"),
    row("availability_zones", AvailabilityZoneViewSet, get="list"),
    row("network-ip-availabilities", AvailabilityViewSet, get="list"),
    row("network-ip-availabilities/{id}", AvailabilityViewSet, get="retrieve"),
    row("auto-allocated-topology/{project_id}", TopologyViewSet, get="retrieve", delete="destroy"),
    row("quotas", QuotaViewSet, get="list", post="create"),
    row("quotas/tenant", QuotaViewSet, get="tenant"),
    row("quotas/project", QuotaViewSet, get="own_project"),
    row("quotas/{project_id}", QuotaViewSet, get="retrieve", put="update", delete="destroy"),
    row("quotas/{project_id}/default", QuotaViewSet, get="defaults"),
    row("quotas/{project_id}/details", QuotaViewSet, get="details"),
    row("extensions", ExtensionViewSet, get="list"),
    row("extensions/{alias}", ExtensionViewSet, get="retrieve"),
    row(
        "{resource}/{id}/tags", TagViewSet, get="list", post="create", put="update", delete="clear"
    ),
    row("{resource}/{id}/tags/{tag}", TagViewSet, get="retrieve", put="add", delete="destroy"),
    row(
        "qos/{resource}/{id}/tags",
        TagViewSet,
        get="list",
        post="create",
        put="update",
        delete="clear",
    ),
    row("qos/{resource}/{id}/tags/{tag}", TagViewSet, get="retrieve", put="add", delete="destroy"),
    re_path(r"^.*$", not_found),
]
