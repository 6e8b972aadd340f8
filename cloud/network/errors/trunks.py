"""Refusals: trunks."""

from cloud.network.errors.base import InUse, NotFound


class TrunkNotFound(NotFound):
    text = "Trunk {trunk_id} could not be found."


class SubPortNotFound(NotFound):
    text = "SubPort {port_id} on trunk {trunk_id} could not be found."


class PortInUseAsTrunkParent(InUse):
    text = "Port {port_id} is currently a parent port for trunk {trunk_id}."


class PortInUseAsSubPort(InUse):
    text = "Port {port_id} is currently a subport for trunk {trunk_id}."


class ParentPortInUse(InUse):
    text = "Port {port_id} is currently in use and is not eligible for use as a parent port."


class TrunkPortInUse(InUse):
    text = "Port {port_id} is in use by another trunk."


class TrunkInUse(InUse):
    text = "Trunk {trunk_id} is currently in use."


class DuplicateSubPort(InUse):
    text = (
        "segmentation_type {segmentation_type} and segmentation_id "
        "{segmentation_id} already in use on trunk {trunk_id}."
    )


class TrunkDisabled(InUse):
    text = "Trunk {trunk_id} is currently disabled."
