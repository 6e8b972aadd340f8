"""Services and hosts that come into being: their rows, and what Placement must know of them."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction

from compute.domain import services
from compute.domain.hardware import devices
from compute.models import Host, Service
from compute.virt import registry
from compute.virt.driver import HostResources
from compute.work import clock
from compute.work.transports import is_distributed

# Stable ids make it easy to find one's way in a demo cloud.
_NAMESPACE = uuid.UUID("5f8d1f0e-7f3c-4c39-9a15-2f6e8b1f2b10")
_AT_ONCE = 100


def register(binary: str, host: str) -> Service:
    """The service's row, made when it is not there."""
    service, _ = Service.objects.get_or_create(
        binary=binary,
        host=host,
        defaults={
            "uuid": str(uuid.uuid5(_NAMESPACE, f"{binary}@{host}")),
            "version": services.SERVICE_VERSION,
            "last_seen_up": clock.now(),
        },
    )
    return service


def enrol(names: Sequence[str]) -> None:
    """Make those hosts that are not there; what is there stays as users changed it."""
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        with transaction.atomic():
            known = set(Host.objects.filter(host__in=some).values_list("host", flat=True))
            for name in some:
                if name not in known:
                    _make(name)


def _make(name: str) -> None:
    resources = registry.driver(name).resources()
    host = Host.objects.create(
        uuid=str(uuid.uuid5(_NAMESPACE, name)),
        host=name,
        node=name,
        host_ip=_address(Host.objects.count() + 1),
        booted_at=clock.now(),
        **_reported(resources),
    )
    register(services.COMPUTE, name)
    services.register_host(host)


def _reported(resources: HostResources) -> dict[str, Any]:
    """The columns that a driver's report fills."""
    return {
        "hypervisor_type": resources.hypervisor_type,
        "hypervisor_version": resources.hypervisor_version,
        "vcpus": resources.vcpus,
        "pcpus": resources.pcpus,
        "memory_mb": resources.memory_mb,
        "local_gb": resources.local_gb,
        "cpu_info": dict(resources.cpu_info),
        "supported_instances": [list(each) for each in resources.supported_instances],
        "traits": sorted(resources.traits),
        "cells": [cell.kept() for cell in resources.cells],
        "pci_devices": devices.handed_out(resources.devices),
    }


def refresh(names: Sequence[str]) -> None:
    """Read again what the drivers of known hosts report, and tell Placement what has changed."""
    for host in Host.objects.filter(host__in=names):
        reported = _reported(registry.driver(host.host).resources())
        changed = [name for name, value in reported.items() if getattr(host, name) != value]
        if not changed:
            continue
        for name in changed:
            setattr(host, name, reported[name])
        with transaction.atomic():
            host.touch()
            host.save(update_fields=[*changed, "updated_at"])
            services.register_host(host)


def _address(number: int) -> str:
    """An address of the loopback network for the number-th host."""
    return f"127.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def seed() -> None:
    """The services and hosts of a cloud in one process, made when there are none.

    Services that are processes of their own enrol themselves.
    """
    if is_distributed():
        return
    with transaction.atomic():
        if not Service.objects.exists():
            register(services.SCHEDULER, services.CONTROLLER)
            register(services.CONDUCTOR, services.CONTROLLER)
        is_empty = not Host.objects.exists()
    if is_empty:
        enrol(names_of("compute", int(getattr(settings, "COMPUTE_HOSTS", 2))))


def names_of(name: str, count: int) -> list[str]:
    """The names of `count` hosts that one process plays."""
    return [f"{name}{number}" for number in range(1, count + 1)]
