"""Refusals: ports and addresses."""

from cloud.network.errors.base import BadRequest, Conflict, InUse, InvalidInput, NotFound


class PortNotFound(NotFound):
    text = "Port {port_id} could not be found."


class PortInUse(InUse):
    text = (
        "Unable to complete operation on port {port_id} for network {net_id}. "
        "Port already has an attached device {device_id}."
    )


class ServicePortInUse(InUse):
    text = "Port {port_id} cannot be deleted directly via the port API: {reason}."


class PortBound(InUse):
    text = (
        "Unable to complete operation on port {port_id}, port is already bound, "
        "port type: {vif_type}, old_mac {old_mac}, new_mac {new_mac}."
    )


class MacAddressInUse(InUse):
    text = "Unable to complete operation for network {net_id}. The mac address {mac} is in use."


class UnsupportedPortDeviceOwner(Conflict):
    text = "Operation {op} is not supported for device_owner {device_owner} on port {port_id}."


class IpAddressGenerationFailureNoMatchingSubnet(Conflict):
    text = (
        "No valid service subnet for the given device owner, network {network_id}, "
        "service type {service_type}."
    )


class AllocationOnAutoAddressSubnet(BadRequest):
    text = (
        "IPv6 address {ip} cannot be directly assigned to a port on subnet {subnet_id} "
        "as the subnet is configured for automatic addresses"
    )


class IpAddressAlreadyAllocated(Conflict):
    text = "IP address {ip} already allocated in subnet {subnet_id}"


class IpAddressInUse(InUse):
    text = (
        "Unable to complete operation for network {net_id}. The IP address {ip_address} is in use."
    )


class InvalidIpForNetwork(BadRequest):
    text = (
        "IP address {ip_address} is not a valid IP for any of the subnets on the specified network."
    )


class InvalidIpForSubnet(BadRequest):
    text = "IP address {ip_address} is not a valid IP for the specified subnet."


class IpAddressGenerationFailure(Conflict):
    text = "No more IP addresses available on network {net_id}."


class IpAddressGenerationFailureForSubnet(Conflict):
    text = "No more IP addresses available for subnet {subnet_id}."


class PortBindingNotFound(NotFound):
    text = "Binding for port {port_id} for host {host} could not be found."


class PortBindingAlreadyActive(Conflict):
    text = "Binding for port {port_id} on host {host} is already active."


class PortBindingAlreadyExists(Conflict):
    text = "Binding for port {port_id} on host {host} already exists."


class AddressPairAndPortSecurityRequired(Conflict):
    text = "Port Security must be enabled in order to have allowed address pairs on a port."


class AllowedAddressPairsMissingIP(InvalidInput):
    text = "AllowedAddressPair must contain ip_address"


class AllowedAddressPairExhausted(BadRequest):
    text = "The number of allowed address pair exceeds the maximum {quota}."


class DuplicateAddressPairInRequest(InvalidInput):
    text = (
        "Request contains duplicate address pair: "
        "mac_address {mac_address} ip_address {ip_address}."
    )


class PortSecurityPortHasSecurityGroup(InUse):
    text = "Port has security group associated. Cannot disable port security or IP address until security group is removed."  # noqa: E501


class PortSecurityAndIPRequiredForSecurityGroups(BadRequest):
    text = (
        "Port security must be enabled and port must have an IP "
        "address in order to use security groups."
    )
