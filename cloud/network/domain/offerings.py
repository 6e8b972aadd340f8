"""Flavors, service profiles and ranges of segment ids."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from cloud.network import errors
from cloud.network.domain import standard
from cloud.network.models import (
    Flavor,
    FlavorProfile,
    NetworkSegmentRange,
    Router,
    Segment,
    ServiceProfile,
)

Values = dict[str, Any]
SHOWN = 1000
_DRIVERS = "neutron.services.l3_router.service_providers."
# What makes routers: its name, and whether these are distributed and highly available.
PROVIDERS: dict[str, tuple[str, dict[str, bool]]] = {
    _DRIVERS + "dvrha.DvrHaDriver": ("dvrha", {"distributed": True, "ha": True}),
    _DRIVERS + "dvr.DvrDriver": ("dvr", {"distributed": True, "ha": False}),
    _DRIVERS + "ha.HaDriver": ("ha", {"distributed": False, "ha": True}),
    _DRIVERS + "single_node.SingleNodeDriver": ("single_node", {"distributed": False, "ha": False}),
}


def create_range(values: Values) -> NetworkSegmentRange:
    """Make a range that overlaps none of its kind."""
    with transaction.atomic():
        _check_range(values, None)
        found = standard.add(NetworkSegmentRange, standard.columns(values, NetworkSegmentRange))
        standard.tag(found.id, values["tags"])
        return found


def change_range(found: NetworkSegmentRange, values: Values) -> None:
    with transaction.atomic():
        merged = {
            key: values.get(key, getattr(found, key))
            for key in ("minimum", "maximum", "network_type", "physical_network")
        }
        _check_range(merged, found.id)
        standard.change(found, standard.columns(values, NetworkSegmentRange))


def _check_range(values: Values, own: str | None) -> None:
    least, most, kind = values["minimum"], values["maximum"], values["network_type"]
    if least > most:
        raise errors.InvalidInput(
            error_message=f"minimum ({least}) is greater than maximum ({most})"
        )
    if (kind == "vlan") != (values.get("physical_network") is not None):
        word = "requires" if kind == "vlan" else "does not take"
        raise errors.InvalidInput(error_message=f"network type {kind} {word} a physical network")
    other = (
        NetworkSegmentRange.objects.filter(
            network_type=kind,
            physical_network=values.get("physical_network"),
            minimum__lte=most,
            maximum__gte=least,
        )
        .exclude(id=own or "")
        .first()
    )
    if other is not None:
        raise errors.NetworkSegmentRangeOverlaps(range_id=other.id)


def remove_range(found: NetworkSegmentRange) -> None:
    with transaction.atomic():
        standard.discard(found)


def used_of_ranges(rows: list[Values], ask: Any) -> Mapping[str, dict[str, str]]:
    """Which ids of each range are taken, and by which projects."""
    found = {}
    for known in NetworkSegmentRange.objects.filter(id__in=[row["id"] for row in rows]):
        taken = Segment.objects.filter(
            network_type=known.network_type,
            physical_network=known.physical_network,
            segmentation_id__range=(known.minimum, known.maximum),
        ).values_list("segmentation_id", "network__project_id")
        found[known.id] = {str(number): project for number, project in taken}
    return found


def available(row: Values) -> list[int]:
    """The first free ids of a range; ranges of millions are not written out."""
    found: list[int] = []
    for number in range(row["minimum"], row["maximum"] + 1):
        if str(number) not in row["used"]:
            found.append(number)
        if len(found) == SHOWN:
            break
    return found


# Flavors


def create_flavor(values: Values) -> Flavor:
    """Make a flavor with its profiles."""
    with transaction.atomic():
        flavor = standard.add(Flavor, standard.columns(values, Flavor))
        for profile_id in values["service_profiles"]:
            join(flavor, profile_id)
        return flavor


def change_flavor(flavor: Flavor, values: Values) -> None:
    with transaction.atomic():
        if "service_profiles" in values:
            FlavorProfile.objects.filter(flavor=flavor).delete()
            for profile_id in values["service_profiles"]:
                join(flavor, profile_id)
        standard.change(flavor, standard.columns(values, Flavor))


def remove_flavor(flavor: Flavor) -> None:
    with transaction.atomic():
        if Router.objects.filter(flavor=flavor).exists():
            raise errors.FlavorInUse(flavor_id=flavor.id)
        FlavorProfile.objects.filter(flavor=flavor).delete()
        standard.discard(flavor)


def join(flavor: Flavor, profile_id: str) -> None:
    """Give a flavor a profile."""
    profile = ServiceProfile.objects.filter(id=profile_id).first()
    if profile is None:
        raise errors.ServiceProfileNotFound(sp_id=profile_id)
    try:
        with transaction.atomic():
            FlavorProfile.objects.create(flavor=flavor, service_profile=profile)
    except IntegrityError:
        raise errors.FlavorServiceProfileBindingExists(sp_id=profile_id, fl_id=flavor.id) from None


def part(flavor: Flavor, profile_id: str) -> None:
    gone, _ = FlavorProfile.objects.filter(flavor=flavor, service_profile_id=profile_id).delete()
    if not gone:
        raise errors.FlavorServiceProfileBindingNotFound(sp_id=profile_id, fl_id=flavor.id)


def check_router(flavor_id: str, values: Values) -> None:
    """Refuse a router that what stands behind its flavor does not make."""
    if not Flavor.objects.filter(id=flavor_id).exists():
        raise errors.FlavorNotFound(flavor_id=flavor_id)
    first = FlavorProfile.objects.filter(flavor_id=flavor_id).order_by("id").first()
    if first is None:
        raise errors.FlavorServiceProfileBindingNotFound(sp_id="", fl_id=flavor_id)
    profile = first.service_profile
    if not profile.enabled:
        raise errors.ServiceProfileDisabled
    name, makes = _provider(profile.driver)
    for key, made in makes.items():
        if values.get(key) is not None and values[key] != made:
            raise errors.InvalidInput(
                error_message=f"Provider {name} does not support {key}={values[key]}"
            )


def check_change(flavor_id: str, values: Values) -> None:
    """Refuse to make another kind of router than the flavor's of one that is there."""
    if values.get("distributed") is None and values.get("ha") is None:
        return
    try:
        check_router(flavor_id, values)
    except errors.InvalidInput:
        raise errors.InvalidInput(
            error_message="Changing the 'ha' and 'distributed' attributes on a router associated "
            "with a flavor is not supported"
        ) from None


def _provider(driver: str) -> tuple[str, dict[str, bool]]:
    if driver not in PROVIDERS:
        raise errors.ServiceProfileDriverNotFound(driver=driver)
    return PROVIDERS[driver]


def create_profile(values: Values) -> ServiceProfile:
    if values["driver"]:
        _provider(values["driver"])
    elif not values["metainfo"]:
        raise errors.ServiceProfileEmpty
    return standard.add(ServiceProfile, standard.columns(values, ServiceProfile))


def change_profile(profile: ServiceProfile, values: Values) -> None:
    with transaction.atomic():
        if values.get("driver"):
            _provider(values["driver"])
        _refuse_used(profile)
        standard.change(profile, standard.columns(values, ServiceProfile))


def remove_profile(profile: ServiceProfile) -> None:
    with transaction.atomic():
        _refuse_used(profile)
        standard.discard(profile)


def _refuse_used(profile: ServiceProfile) -> None:
    if FlavorProfile.objects.filter(service_profile=profile).exists():
        raise errors.ServiceProfileInUse(sp_id=profile.id)
