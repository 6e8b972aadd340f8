"""Availability zones of networks and routers: there is one."""

from cloud.network import errors

ZONE = "nova"


def check(hints: list[str]) -> None:
    """Refuse hints at zones that are not there."""
    for hint in hints:
        if hint != ZONE:
            raise errors.AvailabilityZoneNotFound(availability_zone=hint)
