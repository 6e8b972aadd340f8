"""What the neighbours can say that the domain wants to tell apart."""

from compute.domain.errors import (
    BadRequest,
    ComputeError,
    Conflict,
    Forbidden,
    ImageNotFound,
    NotFound,
    VolumeNotFound,
)

__all__ = ["ImageNotFound", "VolumeNotFound"]


class NeighbourFailed(ComputeError):
    """A neighbour answered with something that nobody expected of it."""

    message = "The {service} service answered {status}: {reason}"


class ImageNotAuthorized(Forbidden):
    message = "Not authorized for image {image_id}."


class ImageQuotaExceeded(Forbidden):
    message = "Quota exceeded or out of space for image {image_id} in the image service."


class NetworkNotFound(NotFound):
    message = "Network {network_id} could not be found."


class PortNotFound(NotFound):
    message = "Port id {port_id} could not be found."


class PortInUse(Conflict):
    message = "Port {port_id} is still in use."


class PortLimitExceeded(Forbidden):
    message = "Maximum number of ports exceeded"


class NoMoreFixedIps(BadRequest):
    message = "No fixed IP addresses available for network: {network_id}"


class FixedIpAlreadyInUse(BadRequest):
    message = "Fixed IP address {address} is already in use on instance {server_id}."


class InvalidAddress(BadRequest):
    """Network's own words: the fixed IP does not fit the network."""


class AddressInUse(InvalidAddress):
    """Network's own words: another port has the fixed IP."""


class MacAddressInUse(Conflict):
    """Network's own words: the mac is taken on that network."""


class SecurityGroupNotFound(NotFound):
    message = "Security group {security_group_id} not found."


class FloatingIpNotFound(NotFound):
    message = "Floating IP not found for ID {floating_ip_id}."


class AutoAllocationFailed(BadRequest):
    message = "Unable to automatically allocate a network for project {project_id}"


class SnapshotNotFound(NotFound):
    message = "Snapshot {snapshot_id} could not be found."


class VolumeAttachmentNotFound(NotFound):
    message = "Volume attachment {attachment_id} could not be found."


class VolumeTypeNotFound(NotFound):
    message = "Volume type {id_or_name} could not be found."


class InvalidVolume(BadRequest):
    message = "Invalid volume: {reason}"


class VolumeQuotaExceeded(Forbidden):
    """Volume's own words: a limit of the project is reached."""


class ProjectNotFound(NotFound):
    message = "Project ID {project_id} is not a valid project."


class ProviderNotFound(NotFound):
    message = "No resource provider with uuid {provider_id} found"


class ClaimConflict(Conflict):
    """Somebody else took the resources, or changed the consumer, in between."""

    message = "Failed to update allocations for consumer {consumer_id}. Error: {reason}"
