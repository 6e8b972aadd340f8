"""Refusals: networks and segments."""

from cloud.network.errors.base import Conflict, InUse, InvalidInput, NetworkError, NotFound


class NetworkNotFound(NotFound):
    text = "Network {net_id} could not be found."


class NetworkInUse(InUse):
    text = (
        "Unable to complete operation on network {net_id}. "
        "There are one or more ports still in use on the network{ports}."
    )


class VlanIdInUse(InUse):
    text = (
        "Unable to create the network. "
        "The VLAN {vlan_id} on physical network {physical_network} is in use."
    )


class TunnelIdInUse(InUse):
    text = "Unable to create the network. The tunnel ID {tunnel_id} is in use."


class SegmentsSetInConjunctionWithProviders(InvalidInput):
    text = "Segments and provider values cannot both be set."


class SegmentsContainDuplicateEntry(InvalidInput):
    text = "Duplicate segment entry in request."


class FlatNetworkInUse(InUse):
    text = "Unable to create the flat network. Physical network {physical_network} is in use."


class InvalidSharedSetting(Conflict):
    text = (
        "Unable to reconfigure sharing settings for network {network}. "
        "Multiple projects are using it."
    )


class ExternalNetworkInUse(InUse):
    text = (
        "External network {net_id} cannot be updated to be made non-external, "
        "since it has existing gateway ports."
    )


class SegmentNotFound(NotFound):
    text = "Segment {segment_id} could not be found."


class SegmentInUse(InUse):
    text = "Segment '{segment_id}' cannot be deleted: {reason}."


class AvailabilityZoneNotFound(NotFound):
    text = "AvailabilityZone {availability_zone} could not be found."


class NetworkMTUSubnetConflict(Conflict):
    text = "MTU of {net_id} is not valid, subnet requires a minimum of {mtu}"


class DefaultExternalNetworkExists(Conflict):
    text = "A default external network already exists: {net_id}."


class NetworkSegmentRangeNotFound(NotFound):
    text = "Network Segment Range {range_id} could not be found."


class NetworkSegmentRangeOverlaps(Conflict):
    text = "Network segment range overlaps with range(s) with id {range_id}"


class NetworkSegmentRangeReferencedByProject(InUse):
    text = "Network Segment Range {range_id} is referenced by one or more project networks."


class NetworkTunnelRangeError(NetworkError):
    # Neutron: does not tell its framework of these two, which makes them 500.
    text = "Invalid network tunnel range: '{range}' - {error}."


class NetworkVlanRangeError(NetworkError):
    text = "Invalid network VLAN range: '{range}' - '{error}'."
