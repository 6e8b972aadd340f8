"""Who may do what: Neutron's rules and defaults, in one table.

A rule is a set of alternatives; each is a word of WHO.  A rule about an attribute
("create_network:shared") is asked beside the one of its operation, when the attribute is given.
A rule that is not in the table is granted to whoever may do the operation.

# Neutron: has rules for the service types of subnets, but never asks them.
"""

from collections.abc import Callable, Mapping
from typing import Any

from middleware.context import RequestContext

Target = Mapping[str, Any]
Check = Callable[[RequestContext, Target], bool]


def _owns(role: str, key: str) -> Check:
    def check(context: RequestContext, target: Target) -> bool:
        owner = target.get(key)
        return role in context.roles and owner is not None and owner == context.project_id

    return check


def _shows(key: str) -> Check:
    return lambda context, target: bool(target.get(key))


# Neutron: ports of servers and shares go when those do, by the hand of their services, which send
# tokens of their own beside the user's.
_OF_SERVERS = ("compute:", "baremetal:", "manila:")

WHO: dict[str, Check] = {
    "admin": lambda context, target: context.is_admin,
    "service": lambda context, target: "service" in context.roles,
    "anybody": lambda context, target: "reader" in context.roles or context.is_admin,
    "manager": _owns("manager", "project_id"),
    "member": _owns("member", "project_id"),
    "reader": _owns("reader", "project_id"),
    "network manager": _owns("manager", "network_project_id"),
    "network member": _owns("member", "network_project_id"),
    "network reader": _owns("reader", "network_project_id"),
    "group member": _owns("member", "group_project_id"),
    "group reader": _owns("reader", "group_project_id"),
    "parent manager": _owns("manager", "parent_project_id"),
    "parent member": _owns("member", "parent_project_id"),
    "parent reader": _owns("reader", "parent_project_id"),
    "network shared": _shows("network_shared"),
    "shared": _shows("shared"),
    "external": _shows("router:external"),
    "not a network device": lambda context, target: (
        not str(target.get("device_owner") or "").startswith("network:")
    ),
    "one target": lambda context, target: target.get("target_tenant") != "*",
    "owner": lambda context, target: (
        context.is_admin or target.get("project_id") == context.project_id
    ),
    "not a server's": lambda context, target: (
        (
            "service" in context.service_roles
            or not str(target.get("device_owner") or "").startswith(_OF_SERVERS)
        )
        and any(WHO[word](context, target) for word in ("member", "network member"))
    ),
    "integrator": lambda context, target: "data_plane_integrator" in context.roles,
}


def _rules(table: str) -> dict[str, tuple[str, ...]]:
    rules: dict[str, tuple[str, ...]] = {}
    for line in filter(str.strip, table.splitlines()):
        names, _, people = line.partition("|")
        who = tuple(word.strip() for word in people.split(","))
        assert all(word in WHO for word in who), line
        for name in names.split():
            rules[name] = who
    return rules


RULES = _rules(
    # operation or attribute | whoever may
    """
    create_network update_network delete_network                          | admin, member
    get_network                                   | admin, reader, service, shared, external
    create_network:port_security_enabled update_network:port_security_enabled | admin, member
    create_network:shared update_network:shared                           | admin
    create_network:router:external update_network:router:external         | admin
    create_network:is_default update_network:is_default                   | admin
    create_network:segments update_network:segments get_network:segments  | admin
    create_network:provider:network_type create_network:provider:physical_network | admin
    create_network:provider:segmentation_id                               | admin
    update_network:provider:network_type update_network:provider:physical_network | admin
    update_network:provider:segmentation_id                               | admin
    get_network:provider:network_type get_network:provider:physical_network | admin
    get_network:provider:segmentation_id                                  | admin
    get_network_ip_availability                                           | admin, service

    create_subnet                                                 | admin, network member
    update_subnet delete_subnet                                   | admin, member, network member
    get_subnet                     | admin, reader, network reader, shared, external, service
    create_subnet:segment_id update_subnet:segment_id get_subnet:segment_id | admin

    create_subnetpool update_subnetpool delete_subnetpool                 | admin, member
    get_subnetpool                                                | admin, reader, shared
    create_subnetpool:shared create_subnetpool:is_default                 | admin
    update_subnetpool:is_default                                          | admin
    add_prefixes remove_prefixes                                          | admin, member
    create_address_scope update_address_scope delete_address_scope        | admin, member
    get_address_scope                                             | admin, reader, shared
    create_address_scope:shared update_address_scope:shared               | admin

    create_port                         | admin, service, network member, network shared
    update_port                                                   | admin, service, member
    delete_port                                           | admin, service, not a server's
    get_port                                      | admin, service, reader, network reader
    create_port:device_id update_port:device_id                   | admin, service, member
    create_port:binding:vnic_type update_port:binding:vnic_type   | admin, service, member
    create_port:device_owner        | not a network device, admin, service, network member
    update_port:device_owner        | not a network device, admin, service, network member
    create_port:mac_address                               | admin, service, network member
    update_port:mac_address                               | admin, service, network manager
    create_port:fixed_ips                 | admin, service, network member, network shared
    create_port:fixed_ips:subnet_id       | admin, service, network member, network shared
    create_port:fixed_ips:ip_address                      | admin, service, network member
    update_port:fixed_ips                                 | admin, service, network member
    update_port:fixed_ips:ip_address                      | admin, service, network member
    update_port:fixed_ips:subnet_id       | admin, service, network member, network shared
    create_port:port_security_enabled                     | admin, service, network member
    update_port:port_security_enabled                     | admin, service, network member
    create_port:binding:host_id update_port:binding:host_id               | admin, service
    create_port:binding:profile update_port:binding:profile               | service
    create_port:allowed_address_pairs                     | admin, service, network member
    update_port:allowed_address_pairs                     | admin, service, network member
    create_port:allowed_address_pairs:ip_address          | admin, service, network member
    create_port:allowed_address_pairs:mac_address         | admin, service, network member
    update_port:allowed_address_pairs:ip_address          | admin, service, network member
    update_port:allowed_address_pairs:mac_address         | admin, service, network member
    create_port:hints update_port:hints get_port:hints                    | admin
    create_port:trusted update_port:trusted get_port:trusted              | admin
    update_port:data_plane_status                                         | admin, integrator
    get_port:binding:vif_type get_port:binding:vif_details                | admin, service
    get_port:binding:host_id get_port:binding:profile                     | admin, service
    get_port:resource_request                                             | admin
    get_port_binding                                                      | admin, service
    create_port_binding update_port_binding delete_port_binding activate  | service

    create_router update_router delete_router                             | admin, member
    get_router                                                            | admin, reader
    create_router:distributed create_router:ha get_router:distributed get_router:ha | admin
    update_router:distributed update_router:ha                            | admin
    create_router:external_gateway_info update_router:external_gateway_info | admin, member
    create_router:external_gateway_info:network_id                        | admin, member
    update_router:external_gateway_info:network_id                        | admin, member
    create_router:external_gateway_info:enable_snat                       | admin
    update_router:external_gateway_info:enable_snat                       | admin
    create_router:external_gateway_info:external_fixed_ips                | admin
    update_router:external_gateway_info:external_fixed_ips                | admin
    add_router_interface remove_router_interface                          | admin, member
    add_extraroutes remove_extraroutes                                    | admin, member
    create_router_conntrack_helper update_router_conntrack_helper  | admin, parent member
    delete_router_conntrack_helper                                 | admin, parent member
    get_router_conntrack_helper                                    | admin, parent reader

    create_floatingip update_floatingip delete_floatingip                 | admin, member
    create_floatingip:floating_ip_address                                 | admin, manager
    get_floatingip get_floatingip_pool                                    | admin, reader
    create_floatingip_port_forwarding update_floatingip_port_forwarding | admin, parent member
    delete_floatingip_port_forwarding                              | admin, parent member
    get_floatingip_port_forwarding                                 | admin, parent reader

    create_security_group update_security_group delete_security_group     | admin, member
    get_security_group                                            | admin, reader, shared
    create_security_group_rule delete_security_group_rule         | admin, group member
    get_security_group_rule                                       | admin, group reader
    create_default_security_group_rule delete_default_security_group_rule | admin
    get_default_security_group_rule                                       | anybody
    create_address_group update_address_group delete_address_group        | admin, member
    add_addresses remove_addresses                                        | admin, member
    get_address_group                                             | admin, reader, shared

    create_trunk update_trunk delete_trunk add_subports remove_subports   | admin, member
    get_trunk get_subports                                                | admin, reader

    create_rbac_policy update_rbac_policy delete_rbac_policy              | admin, member
    get_rbac_policy                                                       | admin, reader
    create_rbac_policy:target_tenant update_rbac_policy:target_tenant     | admin, one target

    create_policy update_policy delete_policy                             | admin, manager
    get_policy                                                    | admin, reader, shared
    create_policy_bandwidth_limit_rule update_policy_bandwidth_limit_rule | admin, parent manager
    delete_policy_bandwidth_limit_rule create_policy_dscp_marking_rule    | admin, parent manager
    update_policy_dscp_marking_rule delete_policy_dscp_marking_rule       | admin, parent manager
    create_policy_minimum_bandwidth_rule                                  | admin, parent manager
    update_policy_minimum_bandwidth_rule                                  | admin, parent manager
    delete_policy_minimum_bandwidth_rule                                  | admin, parent manager
    create_policy_minimum_packet_rate_rule                                | admin, parent manager
    update_policy_minimum_packet_rate_rule                                | admin, parent manager
    delete_policy_minimum_packet_rate_rule                                | admin, parent manager
    create_policy_packet_rate_limit_rule                                  | admin, parent manager
    update_policy_packet_rate_limit_rule                                  | admin, parent manager
    delete_policy_packet_rate_limit_rule                                  | admin, parent manager
    get_policy_bandwidth_limit_rule get_policy_dscp_marking_rule          | admin, parent reader
    get_policy_minimum_bandwidth_rule                                     | admin, parent reader
    get_policy_minimum_packet_rate_rule                                   | admin, parent reader
    get_policy_packet_rate_limit_rule                                     | admin, parent reader
    get_rule_type get_service_provider get_availability_zone              | anybody

    create_metering_label delete_metering_label                           | admin, manager
    create_metering_label_rule delete_metering_label_rule                 | admin, manager
    get_metering_label get_metering_label_rule                            | admin, reader

    get_network_tags                                              | admin, reader, shared
    get_subnet_tags                                | admin, reader, network reader, shared
    get_port_tags                                          | admin, reader, network reader
    get_router_tags get_floatingip_tags get_trunk_tags                    | admin, reader
    get_security_group_tags get_subnetpool_tags get_policy_tags   | admin, reader, shared
    get_network_segment_range_tags create_network_segment_range_tags      | admin
    update_network_segment_range_tags delete_network_segment_range_tags   | admin
    create_network_tags update_network_tags delete_network_tags           | admin, member
    create_subnet_tags update_subnet_tags delete_subnet_tags | admin, member, network member
    create_port_tags update_port_tags                                     | admin, member
    delete_port_tags                                       | admin, member, network member
    create_router_tags update_router_tags delete_router_tags              | admin, member
    create_floatingip_tags update_floatingip_tags delete_floatingip_tags  | admin, member
    create_trunk_tags update_trunk_tags delete_trunk_tags                 | admin, member
    create_security_group_tags update_security_group_tags                 | admin, member
    delete_security_group_tags                                            | admin, member
    create_subnetpool_tags update_subnetpool_tags delete_subnetpool_tags  | admin, member
    create_policy_tags update_policy_tags delete_policy_tags              | admin, manager

    get_quota                                                             | admin, manager
    update_quota delete_quota                                             | admin
    get_agent update_agent delete_agent                                   | admin
    get_dhcp-networks create_dhcp-network delete_dhcp-network get_dhcp-agents | admin
    get_l3-routers create_l3-router delete_l3-router get_l3-agents        | admin
    get_segment create_segment update_segment delete_segment              | admin
    get_network_segment_range create_network_segment_range                | admin
    update_network_segment_range delete_network_segment_range             | admin
    get_flavor                                                            | anybody
    create_flavor update_flavor delete_flavor                             | admin
    get_service_profile create_service_profile                            | admin
    update_service_profile delete_service_profile                         | admin
    create_flavor_service_profile delete_flavor_service_profile           | admin
    get_auto_allocated_topology                                           | admin, reader
    delete_auto_allocated_topology                                        | admin, member
    """
)


def foreign_scope(context: RequestContext) -> str | None:
    """What a token is of when it is not of a project, for which alone every rule here is."""
    if context.system_scope:
        return "system"
    return "domain" if context.domain_id else None


def grants(
    context: RequestContext, rule: str, target: Target, *, unknown: str | None = None
) -> bool:
    """Whether `rule` is granted to the caller for `target`.

    What is not in the table is granted to whom `unknown` names, or to everybody.
    """
    who = RULES.get(rule, (unknown,) if unknown else None)
    return who is None or any(WHO[word](context, target) for word in who)


def allows(context: RequestContext, rule: str, target: Target) -> bool:
    """Whether it is granted, and to a token of a project."""
    if rule in RULES and foreign_scope(context) is not None:
        return False
    return grants(context, rule, target)
