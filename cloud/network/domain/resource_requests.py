"""What a port under a QoS policy asks of Placement: guaranteed bandwidth and packet rates."""

from typing import Any
from uuid import NAMESPACE_OID, uuid5

from cloud.network.models import QosRule

Values = dict[str, Any]
# kind of rule -> direction -> resource class
CLASSES = {
    "minimum_bandwidth": {
        "egress": "NET_BW_EGR_KILOBIT_PER_SEC",
        "ingress": "NET_BW_IGR_KILOBIT_PER_SEC",
    },
    "minimum_packet_rate": {
        "egress": "NET_PACKET_RATE_EGR_KILOPACKET_PER_SEC",
        "ingress": "NET_PACKET_RATE_IGR_KILOPACKET_PER_SEC",
        "any": "NET_PACKET_RATE_KILOPACKET_PER_SEC",
    },
}


def of_ports(rows: list[Values]) -> dict[str, Values]:
    """The resource request of each port that has one; no query when none is under a policy."""
    policies = {row["id"]: row["qos_policy_id"] or row["network__qos_policy_id"] for row in rows}
    wanted = {policy for policy in policies.values() if policy}
    if not wanted:
        return {}
    rules: dict[str, list[QosRule]] = {}
    for rule in QosRule.objects.filter(policy_id__in=wanted, kind__in=list(CLASSES)):
        rules.setdefault(rule.policy_id, []).append(rule)
    found = {}
    for row in rows:
        groups = _groups(row, rules.get(policies[row["id"]] or "", []))
        if groups:
            found[row["id"]] = {
                "request_groups": groups,
                "same_subtree": [group["id"] for group in groups],
            }
    return found


def _groups(row: Values, rules: list[QosRule]) -> list[Values]:
    vnic = "CUSTOM_VNIC_TYPE_" + row["vnic_type"].upper().replace("-", "_")
    physical = row["network__physical_network"]
    groups = []
    for kind, classes in CLASSES.items():
        resources = {
            classes[rule.values["direction"]]: next(
                value for key, value in rule.values.items() if key.startswith("min_")
            )
            for rule in rules
            if rule.kind == kind
        }
        # Neutron: bandwidth is only guaranteed on networks that are wired to a physical one.
        if not resources or (kind == "minimum_bandwidth" and not physical):
            continue
        required = [vnic]
        if kind == "minimum_bandwidth":
            required.insert(0, "CUSTOM_PHYSNET_" + physical.upper().replace("-", "_"))
        group = str(uuid5(NAMESPACE_OID, f"{row['id']} {kind}"))
        groups.append({"id": group, "required": required, "resources": resources})
    return groups
