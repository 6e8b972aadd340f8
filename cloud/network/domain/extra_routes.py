"""Routes of routers to what lies behind hosts on their networks."""

from ipaddress import ip_address
from typing import Any

from django.db import transaction

from cloud.network import errors
from cloud.network.domain import addresses, standard
from cloud.network.models import FixedIp, Router

Values = dict[str, Any]

MANY_ROUTES = 30


def check(router: Router, routes: list[Values]) -> None:
    """Refuse routes over hosts that the router does not reach."""
    if len(routes) > MANY_ROUTES:
        raise errors.RoutesExhausted(router_id=router.id, quota=MANY_ROUTES)
    if not routes:
        return
    mine = FixedIp.objects.filter(port__device_id=router.id).select_related("subnet")
    held = {fixed.address for fixed in mine}
    nets = [addresses.block(fixed.subnet) for fixed in mine]
    for route in routes:
        hop = ip_address(route["nexthop"])
        if not any(hop in net for net in nets):
            raise errors.InvalidRoutes(
                routes=routes, reason="the nexthop is not connected with router"
            )
        if str(hop) in held:
            raise errors.InvalidRoutes(routes=routes, reason="the nexthop is used by router")


def add(router: Router, more: list[Values]) -> None:
    """Add routes, beside those that are there."""
    with transaction.atomic():
        routes = router.routes + [route for route in more if route not in router.routes]
        check(router, routes)
        _write(router, routes)


def remove(router: Router, gone: list[Values]) -> None:
    """Take routes out; those that are not there are overlooked."""
    with transaction.atomic():
        _write(router, [route for route in router.routes if route not in gone])


def _write(router: Router, routes: list[Values]) -> None:
    # Neutron: what changes nothing is no revision.
    if routes != router.routes:
        standard.change(router, {"routes": routes})
