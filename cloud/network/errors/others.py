"""Refusals: everything else."""

from cloud.network.errors.base import (
    BadRequest,
    Conflict,
    InUse,
    InvalidInput,
    NotFound,
    ServiceUnavailable,
)


class RbacPolicyNotFound(NotFound):
    text = "RBAC policy of type {object_type} with ID {id} not found"


class RbacPolicyInUse(Conflict):
    text = "RBAC policy on object {object_id} cannot be removed because other objects depend on it.\nDetails: {details}"  # noqa: E501


class InvalidActionForType(BadRequest):
    text = (
        "Invalid action '{action}' for object type '{object_type}'. Valid actions: {valid_actions}"
    )


class DuplicateRbacPolicy(Conflict):
    text = "An RBAC policy already exists with those values."


class QosPolicyNotFound(NotFound):
    text = "QoS policy {policy_id} could not be found."


class QosPolicyInUse(InUse):
    text = "QoS Policy {policy_id} is used by {object_type} {object_id}."


class QoSPolicyDefaultAlreadyExists(Conflict):
    text = "A default QoS policy exists for project {project_id}."


class QosRuleNotFound(NotFound):
    text = "QoS rule {rule_id} for policy {policy_id} could not be found."


class QoSRulesConflict(Conflict):
    text = (
        "Rule {new_rule_type} conflicts with rule {rule_id} which "
        "already exists in QoS Policy {policy_id}."
    )


class QoSRuleParameterConflict(Conflict):
    text = (
        "Unable to add the rule with value {rule_value} to the policy {policy_id} as the "
        "existing rule of type {existing_rule} has value {existing_value}."
    )


class MeteringLabelNotFound(NotFound):
    text = "Metering label '{label_id}' does not exist."


class MeteringLabelRuleNotFound(NotFound):
    text = "Metering label rule '{rule_id}' does not exist."


class MeteringLabelRuleOverlaps(Conflict):
    text = "Metering label rule with remote_ip_prefix {remote_ip_prefix} overlaps another"


class AgentNotFound(NotFound):
    text = "Agent {id} could not be found."


class NetworkHostedByDHCPAgent(Conflict):
    text = "The network {network_id} has been already hosted by the DHCP Agent {agent_id}."


class NetworkNotHostedByDhcpAgent(Conflict):
    text = "The network {network_id} is not hosted by the DHCP Agent {agent_id}."


class InvalidDHCPAgent(NotFound):
    text = "Agent {id} is not a valid DHCP Agent or has been disabled"


class InvalidL3Agent(Conflict):
    text = "Agent {id} is not a L3 Agent or has been disabled"


class RouterNotHostedByL3Agent(Conflict):
    text = "The router {router_id} is not hosted by L3 agent {agent_id}."


class FlavorNotFound(NotFound):
    text = "Flavor {flavor_id} could not be found."


class FlavorInUse(InUse):
    text = "Flavor {flavor_id} is used by some service instance."


class ServiceProfileNotFound(NotFound):
    text = "Service Profile {sp_id} could not be found."


class ServiceProfileInUse(InUse):
    text = "Service Profile {sp_id} is used by some service instance."


class ServiceProfileEmpty(InvalidInput):
    text = "Service Profile needs either a driver or metainfo."


class ServiceProfileDisabled(ServiceUnavailable):
    text = "Service Profile is not enabled."


class ServiceProfileDriverNotFound(NotFound):
    text = "Service Profile driver {driver} could not be found."


class FlavorServiceProfileBindingExists(Conflict):
    text = "Service Profile {sp_id} is already associated with flavor {fl_id}."


class FlavorServiceProfileBindingNotFound(NotFound):
    text = "Service Profile {sp_id} is not associated with flavor {fl_id}."


class AutoAllocationFailure(Conflict):
    text = "Deployment error: {reason}."


class RbacObjectNotFound(NotFound):
    text = "Object {id} not found."


class AutoAllocatedTopologyNotFound(NotFound):
    text = "Auto-allocated topology of project {project_id} could not be found."
