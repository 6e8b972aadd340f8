"""Refusals: subnets, pools and scopes."""

from cloud.network.errors.base import (
    BadRequest,
    Conflict,
    InUse,
    InvalidInput,
    NetworkError,
    NotFound,
    OverQuota,
)


class SubnetNotFound(NotFound):
    text = "Subnet {subnet_id} could not be found."


class SubnetInUse(InUse):
    text = (
        "Unable to complete operation on subnet {subnet_id}: "
        "One or more ports have an IP allocation from this subnet."
    )


class InvalidSubnetServiceType(InvalidInput):
    text = "Subnet service type {service_type} does not correspond to a valid device owner."


class InvalidInputSubnetServiceType(InvalidInput):
    text = "Subnet service type {service_type} is not a string."


class SubnetsNotAllAssociatedWithSegments(BadRequest):
    text = (
        "All of the subnets on network '{network_id}' must either all be associated with segments "
        "or all not associated with any segment."
    )


class SubnetSegmentAssociationChangeNotAllowed(BadRequest):
    text = (
        "A subnet that is already associated with a segment cannot have its segment association "
        "changed."
    )


class NoUpdateSubnetWhenMultipleSegmentsOnNetwork(BadRequest):
    text = (
        "The network '{network_id}' has multiple segments, it is only possible to associate an "
        "existing subnet with a segment on networks with a single segment."
    )


class NetworkIdsDontMatch(BadRequest):
    text = (
        "The subnet's network id, '{subnet_network}', doesn't match the network_id of segment "
        "'{segment_id}'"
    )


class NeutronDbObjectDuplicateEntry(Conflict):
    text = (
        "Failed to create a duplicate {object_type}: for attribute(s) {attributes} with value(s) "
        "{values}"
    )


class InvalidAllocationPool(BadRequest):
    text = "The allocation pool {pool} is not valid."


class OutOfBoundsAllocationPool(BadRequest):
    text = "The allocation pool {pool} spans beyond the subnet cidr {subnet_cidr}."


class OverlappingAllocationPools(Conflict):
    text = "Found overlapping allocation pools: {pool_1} {pool_2} for subnet {subnet_cidr}."


class GatewayConflictWithAllocationPools(InUse):
    text = "Gateway ip {ip_address} conflicts with allocation pool {pool}."


class GatewayIpInUse(InUse):
    text = "Current gateway ip {ip_address} already in use by port {port_id}. Unable to update."


class DNSNameServersExhausted(BadRequest):
    text = (
        "Unable to complete operation for {subnet_id}. "
        "The number of DNS nameservers exceeds the limit {quota}."
    )


class HostRoutesExhausted(BadRequest):
    text = (
        "Unable to complete operation for {subnet_id}. "
        "The number of host routes exceeds the limit {quota}."
    )


class SubnetPoolNotFound(NotFound):
    text = "Subnet pool {subnetpool_id} could not be found."


class SubnetPoolDeleteError(BadRequest):
    text = "Unable to delete subnet pool: {reason}."


class SubnetPoolQuotaExceeded(OverQuota):
    text = "Per-project subnet pool prefix quota exceeded."


class SubnetAllocationError(NetworkError):
    # Neutron: this one has no status of its own, and so is a 500.
    text = "Failed to allocate subnet: {reason}."


class EmptySubnetPoolPrefixList(BadRequest):
    text = "Empty subnet pool prefix list."


class PrefixVersionMismatch(BadRequest):
    text = "Cannot mix IPv4 and IPv6 prefixes in a subnet pool."


class UnsupportedMinSubnetPoolPrefix(BadRequest):
    text = "Prefix '{prefix}' not supported in IPv{version} pool."


class IllegalSubnetPoolPrefixBounds(BadRequest):
    text = "Illegal prefix bounds: {prefix_type}={prefixlen}, {base_prefix_type}={base_prefixlen}."


class IllegalSubnetPoolPrefixUpdate(BadRequest):
    text = "Illegal update to prefixes: {msg}."


class IllegalSubnetPoolUpdate(BadRequest):
    text = "Illegal subnetpool update : {reason}."


class MinPrefixSubnetAllocationError(BadRequest):
    text = (
        "Unable to allocate subnet with prefix length {prefixlen}, "
        "minimum allowed prefix is {min_prefixlen}."
    )


class MaxPrefixSubnetAllocationError(BadRequest):
    text = (
        "Unable to allocate subnet with prefix length {prefixlen}, "
        "maximum allowed prefix is {max_prefixlen}."
    )


class NetworkSubnetPoolAffinityError(BadRequest):
    text = "Subnets hosted on the same network must be allocated from the same subnet pool."


class AddressScopeNotFound(NotFound):
    text = "Address scope {address_scope_id} could not be found."


class AddressScopeInUse(InUse):
    text = (
        "Unable to complete operation on address scope {address_scope_id}. "
        "There are one or more subnet pools in use on the address scope."
    )


class AddressScopeUpdateError(BadRequest):
    text = "Unable to update address scope {address_scope_id} : {reason}."


class AddressScopePrefixConflict(Conflict):
    text = (
        "Failed to associate address scope: subnetpools "
        "within an address scope must have unique prefixes."
    )


class IllegalSubnetPoolAssociationToAddressScope(BadRequest):
    text = (
        "Illegal subnetpool association: subnetpool {subnetpool_id} "
        "cannot be associated with address scope {address_scope_id}."
    )


class IllegalSubnetPoolIpVersionAssociationToAddressScope(BadRequest):
    text = (
        "Illegal subnetpool association: subnetpool {subnetpool_id} cannot associate with "
        "address scope {address_scope_id} because subnetpool ip_version is not {ip_version}."
    )
