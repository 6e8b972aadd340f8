"""A demo cloud of DevStack's shape: made once, never overwriting what a user changed."""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from compute.clients.errors import NeighbourFailed
from compute.clients.identity import identity
from compute.domain import context, enrolment, flavors
from compute.models import Flavor

LOG = logging.getLogger(__name__)

# fmt: off
FLAVORS = (
    # id, name, memory, cpus, disk
    ("c1", "cirros256",   256, 1,   1),
    ("1",  "m1.tiny",     512, 1,   1),
    ("2",  "m1.small",   2048, 1,  20),
    ("3",  "m1.medium",  4096, 2,  40),
    ("4",  "m1.large",   8192, 4,  80),
    ("5",  "m1.xlarge", 16384, 8, 160),
)
# fmt: on


def seed() -> None:
    """Fill what is empty: the neighbours that live in this process, flavors, hosts."""
    _neighbour("identity", _password(), settings.NEIGHBOURS)
    _flavors()
    try:
        admin = _admin_project()
    except NeighbourFailed as exc:
        # A Keystone elsewhere that does not answer yet: the next start finds the rest undone.
        LOG.warning("Networks and images wait for the project admin: %s", exc)
    else:
        _neighbour("network", admin)
        _neighbour("image", admin)
    _neighbour("volume")
    enrolment.seed()


def _neighbour(name: str, *args: Any) -> None:
    """Seed a neighbour, unless settings say that it lives elsewhere."""
    if name in settings.NEIGHBOURS:
        return
    try:
        fill: Callable[..., None] = import_string(f"cloud.{name}.seed.seed")
    except ModuleNotFoundError:
        LOG.warning("The %s service has nothing to seed", name)
        return
    fill(*args)


def _admin_project() -> str:
    """The project `admin`, which owns what everybody sees."""
    found = identity().projects(context.cloud(), name="admin")
    return str(found[0]["id"]) if found else "admin"


def _flavors() -> None:
    with transaction.atomic():
        if Flavor.objects.exists():
            return
        for flavor_id, name, memory, cpus, disk in FLAVORS:
            flavors.make(flavor_id=flavor_id, name=name, memory_mb=memory, vcpus=cpus, root_gb=disk)


def _password() -> str:
    """The seeded users' password: a demo's well-known one, unless settings have another."""
    return getattr(settings, "ADMIN_PASSWORD", "") or "password"
