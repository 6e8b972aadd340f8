"""Refusals: security groups."""

from cloud.network.errors.base import BadRequest, Conflict, InUse, InvalidInput, NotFound


class SecurityGroupNotFound(NotFound):
    text = "Security group {id} does not exist"


class SecurityGroupInUse(InUse):
    text = "Security Group {id} in use."


class SecurityGroupConflict(Conflict):
    text = "Error {reason} while attempting the operation."


class SecurityGroupCannotRemoveDefault(InUse):
    text = "Insufficient rights for removing default security group."


class SecurityGroupCannotUpdateDefault(InUse):
    text = "Updating default security group not allowed."


class SecurityGroupDefaultAlreadyExists(InUse):
    text = "Default security group already exists."


class SecurityGroupRuleNotFound(NotFound):
    text = "Security group rule {id} does not exist"


class SecurityGroupRuleExists(InUse):
    text = "Security group rule already exists. Rule id is {rule_id}."


class DuplicateSecurityGroupRuleInPost(InUse):
    text = "Duplicate Security Group Rule in POST."


class SecurityGroupNotSingleGroupRules(InvalidInput):
    text = "Only allowed to update rules for one security profile at a time"


class SecurityGroupInvalidPortRange(InvalidInput):
    text = "For TCP/UDP protocols, port_range_min must be <= port_range_max"


class SecurityGroupInvalidPortValue(InvalidInput):
    text = "Invalid value for port {port}"


class SecurityGroupInvalidIcmpValue(InvalidInput):
    text = "Invalid value for ICMP {field} ({attr}) {value}. It must be 0 to 255."


class SecurityGroupMissingIcmpType(InvalidInput):
    text = (
        "ICMP code (port-range-max) {value} is provided but ICMP type (port-range-min) is missing."
    )


class SecurityGroupEthertypeConflictWithProtocol(InvalidInput):
    text = "Invalid ethertype {ethertype} for protocol {protocol}."


class SecurityGroupInvalidProtocolForPort(InvalidInput):
    text = (
        "Ports cannot be specified for protocol {protocol}. "
        "Ports are only supported for {valid_port_protocols}."
    )


class SecurityGroupRuleInvalidProtocol(InvalidInput):
    text = (
        "Security group rule protocol {protocol} not supported. "
        "Only protocol values {values} and integer representations [0 to 255] are supported."
    )


class SecurityGroupRuleInvalidEtherType(InvalidInput):
    text = (
        "Security group rule for ethertype '{ethertype}' not supported. "
        "Allowed values are {values}."
    )


class SecurityGroupRuleParameterConflict(InvalidInput):
    text = "Conflicting value ethertype {ethertype} for CIDR {cidr}"


class SecurityGroupMultipleRemoteEntites(InvalidInput):
    text = (
        "Only one of remote_ip_prefix or remote_group_id or "
        "remote_address_group_id may be provided."
    )


class SecurityGroupProtocolRequiredWithPorts(InvalidInput):
    text = "Must also specify protocol if port range is given."


class AddressGroupNotFound(NotFound):
    text = "Address group {address_group_id} could not be found."


class AddressGroupInUse(InUse):
    text = "Address group {address_group_id} is in use on one or more security group rules."


class AddressesNotFound(NotFound):
    text = "Addresses {addresses} not found in the address group {address_group_id}."


class AddressesAlreadyExist(BadRequest):
    text = "Addresses {addresses} already exist in the address group {address_group_id}."


class DefaultSecurityGroupRuleNotFound(NotFound):
    text = "Default Security Group rule {id} does not exist"


class DefaultSecurityGroupRuleExists(InUse):
    text = "Default Security group rule already exists. Rule id is {rule_id}."
