"""Flavors, service profiles and ranges of segment ids."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Min, QuerySet

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


# The highest id of a kind of network.
_HIGHEST = {"vlan": 4094, "vxlan": 2**24 - 1, "geneve": 2**24 - 1, "gre": 2**32 - 1}


def create_range(values: Values) -> NetworkSegmentRange:
    """Make a range that overlaps none of its kind."""
    with transaction.atomic():
        values = dict(values)
        if values["network_type"] != "vlan":
            # Neutron: takes no notice of what else it is given.
            values["physical_network"] = None
        elif not values.get("physical_network"):
            raise errors.InvalidInput(error_message="network type vlan requires a physical network")
        _check_range(values, None)
        return standard.add(NetworkSegmentRange, standard.columns(values, NetworkSegmentRange))


def change_range(found: NetworkSegmentRange, values: Values) -> None:
    with transaction.atomic():
        merged = {
            key: values.get(key, getattr(found, key))
            for key in ("minimum", "maximum", "network_type", "physical_network")
        }
        allocated = _allocated(found).aggregate(
            least=Min("segmentation_id"), most=Max("segmentation_id")
        )
        if allocated["least"] is not None and (
            merged["minimum"] > allocated["least"] or merged["maximum"] < allocated["most"]
        ):
            raise errors.NetworkSegmentRangeReferencedByProject(range_id=found.id)
        _check_range(merged, found.id)
        standard.change(found, standard.columns(values, NetworkSegmentRange))


def _check_range(values: Values, own: str | None) -> None:
    least, most, kind = values["minimum"], values["maximum"], values["network_type"]
    refuse: Any = errors.NetworkTunnelRangeError
    word, noun = "tunnel", f"{kind} identifier"
    if kind == "vlan":
        refuse, word, noun = errors.NetworkVlanRangeError, "VLAN", "VLAN tag"
    for number in (least, most):
        if number > _HIGHEST[kind]:
            raise refuse(range=f"{least}:{most}", error=f"{number} is not a valid {noun}")
    if most < least:
        raise refuse(
            range=f"{least}:{most}", error=f"End of {word} range is less than start of {word} range"
        )
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
    """Delete a range that no network has an id of."""
    with transaction.atomic():
        if _allocated(found).exists():
            raise errors.NetworkSegmentRangeReferencedByProject(range_id=found.id)
        standard.discard(found)


def _allocated(found: NetworkSegmentRange) -> QuerySet[Segment]:
    return Segment.objects.filter(
        network_type=found.network_type,
        physical_network=found.physical_network,
        segmentation_id__range=(found.minimum, found.maximum),
    )


def used_of_ranges(rows: list[Values], ask: Any) -> Mapping[str, dict[str, str]]:
    """Which ids of each range are taken, and by which projects."""
    found = {}
    for known in NetworkSegmentRange.objects.filter(id__in=[row["id"] for row in rows]):
        taken = _allocated(known).values_list("segmentation_id", "network__project_id")
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


def check_router(flavor_id: str | None, values: Values) -> None:
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
