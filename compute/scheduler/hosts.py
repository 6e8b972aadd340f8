"""What filters and weighers may know of a host, loaded for all candidates in a few queries."""

import json
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from django.conf import settings
from django.db.models import TextField
from django.db.models.functions import Cast

from compute.domain import services, usage, zones
from compute.domain.hardware import holding
from compute.domain.hardware.holding import Machine, Wanted
from compute.models import Aggregate, Host, Server, Service
from compute.scheduler.request import Request

_COLUMNS = (
    "host",
    "node",
    "uuid",
    "vcpus",
    "memory_mb",
    "local_gb",
    "reserved_vcpus",
    "reserved_memory_mb",
    "reserved_disk_gb",
    "cpu_allocation_ratio",
    "ram_allocation_ratio",
    "disk_allocation_ratio",
    "host_ip",
    "hypervisor_type",
    "hypervisor_version",
    "failed_builds",
)


@dataclass
class HostState:
    """A host as it stands; names are Nova's, because users' JSON filters and specs use them."""

    host: str
    nodename: str
    uuid: str
    vcpus_total: int = 0
    vcpus_used: int = 0
    total_usable_ram_mb: int = 0
    free_ram_mb: int = 0
    total_usable_disk_gb: int = 0
    free_disk_mb: int = 0
    disk_mb_used: int = 0
    num_instances: int = 0
    num_io_ops: int = 0
    failed_builds: int = 0
    cpu_allocation_ratio: float = 1.0
    ram_allocation_ratio: float = 1.0
    disk_allocation_ratio: float = 1.0
    host_ip: str = ""
    hypervisor_type: str = ""
    hypervisor_version: int = 0
    cpu_info: Mapping[str, Any] = field(default_factory=dict)
    supported_instances: list[list[str]] = field(default_factory=list)
    is_up: bool = True
    is_disabled: bool = False
    aggregates: list[dict[str, str]] = field(default_factory=list)
    # What is left of its cells and devices; empty when nobody has asked for any.
    machine: Machine = field(default_factory=Machine)

    @property
    def hypervisor_hostname(self) -> str:
        return self.nodename

    @property
    def zone(self) -> str:
        """The availability zone; a host in none is in the default one."""
        named = self.aggregate_values("availability_zone")
        return min(named) if named else zones.default_zone()

    @cached_property
    def servers(self) -> frozenset[str]:
        """The uuids of the servers on it, asked for only when a filter wants to know."""
        here = Server.objects.filter(host=self.host, deleted=False)
        return frozenset(here.values_list("uuid", flat=True))

    @cached_property
    def metadata(self) -> dict[str, set[str]]:
        """What the host's aggregates say, comma-separated values taken apart."""
        found: dict[str, set[str]] = defaultdict(set)
        for aggregate in self.aggregates:
            for name, value in aggregate.items():
                found[name].update(part.strip() for part in str(value).split(","))
        return dict(found)

    def consume(self, request: Request) -> None:
        """Take off what a server gets that is about to be built here."""
        self.vcpus_used += request.vcpus
        self.free_ram_mb -= request.memory_mb
        disk_mb = (request.root_gb + request.ephemeral_gb) * 1024
        self.free_disk_mb -= disk_mb
        self.disk_mb_used += disk_mb
        self.num_instances += 1
        self.num_io_ops += 1

    def aggregate_values(self, name: str) -> set[str]:
        """The values of one key in the host's aggregates, as they were written."""
        return {str(each[name]) for each in self.aggregates if name in each}

    def least(self, name: str, default: float) -> float:
        """The smallest number that an aggregate gives, else the default."""
        numbers = []
        for value in self.aggregate_values(name):
            try:
                numbers.append(float(value))
            except ValueError:
                return default
        return min(numbers, default=default)


def load(uuids: Iterable[str] | None = None, wanted: Wanted | None = None) -> list[HostState]:
    """The hosts of these providers, all when None; with cells and devices if any are wanted."""
    rows = Host.objects.all()
    if uuids is not None:
        rows = rows.filter(uuid__in=list(uuids))
    hosts = list(
        rows.order_by("pk").values(
            *_COLUMNS,
            cpu_info_text=Cast("cpu_info", TextField()),
            supported_text=Cast("supported_instances", TextField()),
        )
    )
    names = [host["host"] for host in hosts]
    computes = Service.objects.filter(binary=services.COMPUTE)
    up = services.up_hosts()
    disabled = set(computes.filter(disabled=True).values_list("host", flat=True))
    groups = _aggregates()
    used = usage.host_usage(names)
    states = [_state(host, up, disabled, groups.get(host["host"], []), used) for host in hosts]
    _add_machines(states, wanted)
    return states


def _add_machines(states: list[HostState], wanted: Wanted | None) -> None:
    """Hosts with devices are known to the PCI weigher whoever asks; few clouds have any."""
    rows = Host.objects.filter(host__in=[state.host for state in states])
    if not wanted:
        if not getattr(settings, "PCI_DEVICE_SPEC", ()):
            return
        rows = rows.exclude(pci_devices=[])
    found = holding.machines(rows.values("host", "cells", "pci_devices"))
    for state in states:
        if state.host in found:
            state.machine = found[state.host]


def _aggregates() -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    rows = Aggregate.objects.filter(members__isnull=False).values_list("members__host", "metadata")
    for host, metadata in rows:
        found[host].append(metadata or {})
    return found


@lru_cache(maxsize=256)
def _parsed(text: str) -> Any:
    """What drivers report is the same for most hosts."""
    return json.loads(text)


def _state(
    host: Mapping[str, Any],
    up: Container[str],
    disabled: Container[str],
    aggregates: list[dict[str, str]],
    used: Mapping[str, Mapping[str, int]],
) -> HostState:
    name = host["host"]
    mine = used.get(name, usage.NOTHING)
    disk_used = mine["local_gb_used"] + host["reserved_disk_gb"]
    return HostState(
        host=name,
        nodename=host["node"],
        uuid=host["uuid"],
        vcpus_total=host["vcpus"],
        vcpus_used=mine["vcpus_used"] + host["reserved_vcpus"],
        total_usable_ram_mb=host["memory_mb"],
        free_ram_mb=host["memory_mb"] - mine["memory_mb_used"] - host["reserved_memory_mb"],
        total_usable_disk_gb=host["local_gb"],
        free_disk_mb=(host["local_gb"] - disk_used) * 1024,
        disk_mb_used=disk_used * 1024,
        num_instances=mine["running_vms"],
        num_io_ops=mine["io_ops"],
        failed_builds=host["failed_builds"],
        cpu_allocation_ratio=host["cpu_allocation_ratio"],
        ram_allocation_ratio=host["ram_allocation_ratio"],
        disk_allocation_ratio=host["disk_allocation_ratio"],
        host_ip=host["host_ip"],
        hypervisor_type=host["hypervisor_type"],
        hypervisor_version=host["hypervisor_version"],
        cpu_info=_parsed(host["cpu_info_text"]),
        supported_instances=_parsed(host["supported_text"]),
        is_up=name in up,
        is_disabled=name in disabled,
        aggregates=aggregates,
    )
