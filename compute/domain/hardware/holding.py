"""What servers hold of hosts' processors, pages and devices: taken, handed over, let go."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from compute.domain.errors import NoValidHost
from compute.domain.hardware import cells, devices, fitting
from compute.domain.hardware.cells import HostCell, Topology
from compute.domain.hardware.devices import Device
from compute.domain.hardware.fitting import Limits
from compute.domain.hardware.pci import Need
from compute.models import Claim, Host


class Insufficient(NoValidHost):
    """A host that was chosen without asking the filters cannot give what is needed."""

    message = "Insufficient compute resources: {reason}."


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a guest needs beside amounts: a topology, and devices."""

    topology: Topology | None = None
    needs: Sequence[Need] = ()

    def __bool__(self) -> bool:
        return self.topology is not None or bool(self.needs)


@dataclass(slots=True)
class Machine:
    """What is left of a host."""

    cells: list[HostCell] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)

    def fit(self, topology: Topology, limits: Limits, needs: Sequence[Need]) -> Topology | None:
        return fitting.fit(self.cells, topology, limits, needs, self.devices)

    def choose(
        self, needs: Sequence[Need], topology: Topology | None
    ) -> list[tuple[Need, Device]] | None:
        near = topology.cells if topology is not None else ()
        return devices.choose(self.devices, needs, near, self.cells)


def machines(hosts: Iterable[Mapping[str, Any]]) -> dict[str, Machine]:
    """What is left of each host, by its name, from rows with "host", "cells" and "pci_devices"."""
    rows = list(hosts)
    held: dict[str, list[tuple[Any, Any]]] = defaultdict(list)
    claims = Claim.objects.filter(host__in=[row["host"] for row in rows])
    for host, topology, taken in claims.values_list("host", "topology", "devices"):
        held[host].append((topology, taken))
    return {row["host"]: _machine(row, held[row["host"]]) for row in rows}


def _machine(row: Mapping[str, Any], held: list[tuple[Any, Any]]) -> Machine:
    guests = [cells.topology(kept) for kept, _ in held if kept]
    taken = [device["address"] for _, given in held for device in given]
    return Machine(
        cells.in_use(row["cells"], guests), list(devices.free(row["pci_devices"], taken))
    )


def hold(consumer: str, host: str, wanted: Wanted) -> None:
    """Take what is wanted of the host, in the place of what the consumer holds; Insufficient."""
    with transaction.atomic():
        # Whoever else wants something of this host waits here.
        row = (
            Host.objects.select_for_update()
            .filter(host=host)
            .values("host", "cells", "pci_devices", "cpu_allocation_ratio", "ram_allocation_ratio")
            .get()
        )
        Claim.objects.filter(consumer=consumer).delete()
        if not wanted:
            return
        left = machines([row])[host]
        given = None
        if wanted.topology is not None:
            limits = Limits(row["cpu_allocation_ratio"], row["ram_allocation_ratio"])
            given = left.fit(wanted.topology, limits, wanted.needs)
            if given is None:
                raise Insufficient(
                    reason=(
                        "Requested instance NUMA topology cannot fit the given host NUMA topology"
                    )
                )
        chosen = left.choose(wanted.needs, given)
        if chosen is None:
            raise Insufficient(reason="Claim pci failed")
        Claim.objects.create(
            consumer=consumer,
            host=host,
            topology=given.kept() if given is not None else None,
            devices=_kept(chosen),
        )


def hold_more(consumer: str, host: str, needs: Sequence[Need]) -> None:
    """Take devices beside what the consumer holds of its host already; Insufficient."""
    with transaction.atomic():
        rows = Host.objects.select_for_update().filter(host=host)
        row = rows.values("host", "cells", "pci_devices").get()
        claim, _ = Claim.objects.get_or_create(consumer=consumer, defaults={"host": host})
        near = cells.topology(claim.topology) if claim.topology else None
        chosen = machines([row])[host].choose(needs, near)
        if chosen is None:
            raise Insufficient(reason="Claim pci failed")
        claim.devices = [*claim.devices, *_kept(chosen)]
        claim.save(update_fields=["devices"])


def drop_port(consumer: str, port_id: str) -> None:
    """Let the device go that a port was."""
    claim = Claim.objects.filter(consumer=consumer).first()
    if claim is not None:
        claim.devices = [row for row in claim.devices if row.get("port_id") != port_id]
        claim.save(update_fields=["devices"])


def _kept(chosen: Iterable[tuple[Need, Device]]) -> list[dict[str, Any]]:
    return [{**device, "alias": need.alias, "port_id": need.port_id} for need, device in chosen]


def keep(server_uuid: str, migration_uuid: str, host: str) -> None:
    """Let a migration hold what its server holds of the host; nothing held is kept, too."""
    if Claim.objects.filter(consumer=migration_uuid).exists():
        return
    if not Claim.objects.filter(consumer=server_uuid).update(consumer=migration_uuid):
        Claim.objects.create(consumer=migration_uuid, host=host)


def give_back(migration_uuid: str, server_uuid: str) -> None:
    """Let the server hold what the migration kept, and nothing of where it was going."""
    claim = Claim.objects.filter(consumer=migration_uuid).first()
    if claim is None:
        return
    with transaction.atomic():
        drop(server_uuid)
        if claim.topology is None and not claim.devices:
            claim.delete()
        else:
            Claim.objects.filter(pk=claim.pk).update(consumer=server_uuid)


def drop(consumer: str) -> None:
    """Let everything go that the consumer holds."""
    Claim.objects.filter(consumer=consumer).delete()


def topology_of(server_uuid: str) -> Topology | None:
    """Where on its host a server lies; None when it has no topology, or no host."""
    kept = Claim.objects.filter(consumer=server_uuid).values_list("topology", flat=True).first()
    return cells.topology(kept) if kept else None
