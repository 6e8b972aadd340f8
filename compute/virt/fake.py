"""The fake driver: guests that exist in a table only, and behave.

Its rows survive the process, as real guests survive the restart of the service that made them.
"""

import struct
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from compute.domain.states import PowerState
from compute.models import Guest as Row
from compute.virt import config_drive, console, listener, machine
from compute.virt.driver import (
    Build,
    Capability,
    ConsoleEndpoint,
    Diagnostics,
    Disk,
    Driver,
    DriverError,
    Guest,
    GuestMissing,
    HostResources,
)
from compute.virt.streams import Rfb, Serial, Spice, Stream
from compute.work import clock
from versioned.prepared import Prepared, insert

_POWER = Prepared(
    lambda uuid, host: Row.objects.filter(server_uuid=uuid, host=host).values_list(
        "power_state", flat=True
    ),
    str,
    str,
)
_STATE_WORDS = {
    PowerState.NOSTATE: "pending",
    PowerState.RUNNING: "running",
    PowerState.PAUSED: "paused",
    PowerState.SHUTDOWN: "shutdown",
    PowerState.CRASHED: "crashed",
    PowerState.SUSPENDED: "suspended",
}

TRAITS = frozenset(
    {
        "COMPUTE_ACCELERATORS",
        "COMPUTE_DEVICE_TAGGING",
        "COMPUTE_IMAGE_TYPE_AMI",
        "COMPUTE_IMAGE_TYPE_QCOW2",
        "COMPUTE_IMAGE_TYPE_RAW",
        "COMPUTE_NET_ATTACH_INTERFACE",
        "COMPUTE_NET_ATTACH_INTERFACE_WITH_TAG",
        "COMPUTE_NODE",
        "COMPUTE_RESCUE_BFV",
        "COMPUTE_SOCKET_PCI_NUMA_AFFINITY",
        "COMPUTE_STORAGE_BUS_VIRTIO",
        "COMPUTE_TRUSTED_CERTS",
        "COMPUTE_VOLUME_ATTACH_WITH_TAG",
        "COMPUTE_VOLUME_EXTEND",
        "COMPUTE_VOLUME_MULTI_ATTACH",
        "HW_CPU_HYPERTHREADING",
        "HW_CPU_X86_SSE2",
        "HW_CPU_X86_VMX",
        "OWNER_NOVA",
    }
)


class FakeDriver(Driver):
    """Simulates a host of 64 processors, 256 GiB of memory and 4 TB of disk."""

    name = "fake"
    capabilities = frozenset(Capability)

    # The host
    def resources(self) -> HostResources:
        shared, dedicated = machine.processors()
        return HostResources(
            vcpus=len(shared),
            pcpus=machine.set_apart(),
            memory_mb=machine.CELLS * machine.CELL_MEMORY_MB,
            local_gb=4_000,
            hypervisor_type="fake",
            hypervisor_version=1_000,
            cpu_info={
                "arch": "x86_64",
                "model": "Nehalem",
                "vendor": "Intel",
                "features": ["pge", "clflush", "vmx"],
                "topology": {"cores": 16, "threads": 2, "sockets": 2, "cells": 2},
            },
            supported_instances=(("x86_64", "fake", "hvm"), ("x86_64", "kvm", "hvm")),
            traits=TRAITS,
            cells=machine.cells(shared, dedicated),
            devices=machine.devices(),
        )

    def uptime(self, booted_at: datetime | None) -> str:
        now = clock.now()
        minutes = int((now - (booted_at or now)).total_seconds() // 60)
        days, rest = divmod(minutes, 24 * 60)
        return (
            f" {now:%H:%M:%S} up {days} days, {rest // 60:2d}:{rest % 60:02d},  6 users,"
            "  load average: 0.21, 0.12, 0.14"
        )

    def power_states(self) -> dict[str, PowerState]:
        rows = Row.objects.filter(host=self.host).values_list("server_uuid", "power_state")
        return {uuid: PowerState(state) for uuid, state in rows}

    # A guest's beginning and end
    def spawn(self, guest: Guest, build: Build) -> None:
        if build.config_drive:
            config_drive.make(self.host, guest.uuid, build.config_drive)
        state = PowerState.RUNNING if build.power_on else PowerState.SHUTDOWN
        insert(
            [
                Row(
                    server_uuid=guest.uuid,
                    host=self.host,
                    power_state=state,
                    booted_at=clock.now(),
                    notes={
                        "boots": 1,
                        "disks": [disk.device_name for disk in build.disks],
                    },
                )
            ],
            unique=("server_uuid", "host"),
        )

    def destroy(self, guest: Guest) -> None:
        Row.objects.filter(server_uuid=guest.uuid, host=self.host).delete()
        config_drive.remove(self.host, guest.uuid)

    # Power
    def power_state(self, guest: Guest) -> PowerState:
        row = _POWER.first(guest.uuid, self.host)
        return PowerState(row) if row is not None else PowerState.NOSTATE

    def power_on(self, guest: Guest) -> None:
        self._boot(guest)

    def power_off(self, guest: Guest) -> None:
        self._set(guest, PowerState.SHUTDOWN)

    def reboot(self, guest: Guest, *, hard: bool) -> None:
        if hard:
            self.spawn(guest, Build())
        self._boot(guest)

    def pause(self, guest: Guest) -> None:
        self._set(guest, PowerState.PAUSED)

    def unpause(self, guest: Guest) -> None:
        self._set(guest, PowerState.RUNNING)

    def suspend(self, guest: Guest) -> None:
        self._set(guest, PowerState.SUSPENDED)

    def resume(self, guest: Guest) -> None:
        self._set(guest, PowerState.RUNNING)

    # Repair
    def rescue(self, guest: Guest, image_id: str, password: str | None) -> None:
        self._boot(guest, rescued_from=image_id)

    def unrescue(self, guest: Guest) -> None:
        self._boot(guest, rescued_from=None)

    def trigger_crash_dump(self, guest: Guest) -> None:
        row = self._row(guest)
        self._note(row, crash_dumps=row.notes.get("crash_dumps", 0) + 1)

    def set_admin_password(self, guest: Guest, password: str) -> None:
        self._row(guest)

    def snapshot(self, guest: Guest) -> bytes:
        self._row(guest)
        return qcow2(guest.root_gb or 1, label=guest.uuid)

    # Looking at it
    def console_output(self, guest: Guest) -> str:
        row = self._row(guest)
        return console.boot_log(
            hostname=guest.hostname,
            uuid=guest.uuid,
            vcpus=guest.vcpus,
            memory_mb=guest.memory_mb,
            root_gb=guest.root_gb,
            interfaces=list(guest.interfaces),
            boots=min(row.notes.get("boots", 1), 16),
        )

    def console(self, guest: Guest, kind: str) -> ConsoleEndpoint:
        self._row(guest)
        number = guest.id % 1000
        if kind == "spice-direct":
            return ConsoleEndpoint("127.0.0.1", listener.spice_port(), tls_port=6900 + number)
        return ConsoleEndpoint("127.0.0.1", (10000 if kind == "serial" else 5900) + number)

    def console_stream(self, guest: Guest, kind: str) -> Stream:
        self._row(guest)
        if kind == "serial":
            return Serial(self.console_output(guest))
        if kind.startswith("spice"):
            return Spice()
        return Rfb(guest.name)

    def diagnostics(self, guest: Guest) -> Diagnostics:
        row = self._row(guest)
        state = PowerState(row.power_state)
        uptime = int((clock.now() - row.booted_at).total_seconds())
        busy = state == PowerState.RUNNING
        return Diagnostics(
            state=_STATE_WORDS[state],
            # Nova: clients know of no driver called "fake", so it says it is libvirt.
            driver="libvirt",
            hypervisor="kvm",
            hypervisor_os="ubuntu",
            uptime=uptime if busy else 0,
            config_drive=bool(guest.config_drive),
            memory_maximum_mb=guest.memory_mb,
            memory_used_mb=guest.memory_mb // 4 if busy else 0,
            cpus=[
                {"id": cpu, "time": 17_300_000_000 + uptime * 1_000_000, "utilisation": 15}
                for cpu in range(guest.vcpus)
            ],
            nics=[
                {
                    "mac_address": interface.get("mac_address"),
                    "rx_octets": 2_070_139,
                    "rx_errors": 0,
                    "rx_drop": 0,
                    "rx_packets": 26_701,
                    "rx_rate": 300,
                    "tx_octets": 140_208,
                    "tx_errors": 0,
                    "tx_drop": 0,
                    "tx_packets": 662,
                    "tx_rate": 600,
                }
                for interface in guest.interfaces
            ],
            disks=[
                {
                    "read_bytes": 262_144,
                    "read_requests": 112,
                    "write_bytes": 5_778_432,
                    "write_requests": 488,
                    "errors_count": 0,
                }
                for _ in row.notes.get("disks") or [None]
            ],
        )

    # Devices
    def attach_volume(self, guest: Guest, disk: Disk) -> None:
        row = self._row(guest)
        names = [name for name in row.notes.get("disks", []) if name != disk.device_name]
        self._note(row, disks=[*names, disk.device_name])

    def detach_volume(self, guest: Guest, disk: Disk) -> None:
        row = self._rows(guest).first()
        if row is not None:
            names = [name for name in row.notes.get("disks", []) if name != disk.device_name]
            self._note(row, disks=names)

    def extend_volume(self, guest: Guest, disk: Disk, size_gb: int) -> None:
        self._row(guest)

    def attach_interface(self, guest: Guest, interface: Mapping[str, Any]) -> None:
        self._row(guest)

    def detach_interface(self, guest: Guest, interface: Mapping[str, Any]) -> None:
        self._row(guest)

    # Moves
    def migrate_off(self, guest: Guest, destination: str) -> None:
        self._rows(guest).update(power_state=PowerState.SHUTDOWN)

    def finish_migration(self, guest: Guest, build: Build) -> None:
        self.spawn(guest, build)
        state = PowerState.RUNNING if build.power_on else PowerState.SHUTDOWN
        self._rows(guest).update(power_state=state)

    def finish_revert(self, guest: Guest, *, power_on: bool) -> None:
        self.spawn(guest, Build(power_on=power_on))
        state = PowerState.RUNNING if power_on else PowerState.SHUTDOWN
        self._rows(guest).update(power_state=state)

    def live_migrate(self, guest: Guest, destination: Driver) -> None:
        here = self._rows(guest).first()
        if here is None:
            if guest.uuid in destination.guests():
                return
            raise GuestMissing(guest.uuid)
        if destination.host == self.host:
            raise DriverError("A guest cannot be migrated to the host on which it runs.")
        Row.objects.filter(server_uuid=guest.uuid, host=destination.host).delete()
        config_drive.move(self.host, destination.host, guest.uuid)
        here.notes.pop("forced", None)
        self._rows(guest).update(host=destination.host, notes=here.notes)

    def force_live_migration(self, guest: Guest) -> None:
        row = self._rows(guest).first()
        if row is not None:
            self._note(row, forced=True)

    # Rows
    def _rows(self, guest: Guest) -> Any:
        return Row.objects.filter(server_uuid=guest.uuid, host=self.host)

    def _row(self, guest: Guest) -> Row:
        row = self._rows(guest).first()
        if row is None:
            raise GuestMissing(f"{guest.instance_name} is not on {self.host}.")
        return row

    def _set(self, guest: Guest, state: PowerState) -> None:
        if not self._rows(guest).update(power_state=state):
            raise GuestMissing(f"{guest.instance_name} is not on {self.host}.")

    def _boot(self, guest: Guest, **notes: Any) -> None:
        row = self._row(guest)
        row.power_state, row.booted_at = PowerState.RUNNING, clock.now()
        row.notes = {**row.notes, "boots": row.notes.get("boots", 1) + 1, **notes}
        row.save(update_fields=["power_state", "booted_at", "notes"])

    def _note(self, row: Row, **notes: Any) -> None:
        row.notes = {**row.notes, **notes}
        row.save(update_fields=["notes"])


def qcow2(size_gb: int, *, label: str) -> bytes:
    """A valid and empty qcow2 image; two with different labels differ in their checksums."""
    bits = 12 if size_gb < 16 else 16
    cluster, size = 1 << bits, size_gb * 1024**3
    l1_entries = -(-size // (1 << (2 * bits - 3)))
    l1_clusters = -(-l1_entries * 8 // cluster)
    # Cluster 0 holds the header, 1 the table of reference counts, 2 its only block, then level 1.
    header = struct.pack(
        ">4sIQIIQIIQQIIQ",
        *(b"QFI\xfb", 2, 0, 0, bits, size, 0, l1_entries, 3 * cluster, cluster, 1, 0, 0),
    )
    note = b"kilonova " + label.encode()
    counts = struct.pack(">H", 1) * (3 + l1_clusters)
    return b"".join(
        [
            (header + bytes(8) + note).ljust(cluster, b"\0"),
            struct.pack(">Q", 2 * cluster).ljust(cluster, b"\0"),
            counts.ljust(cluster, b"\0"),
            bytes(l1_clusters * cluster),
        ]
    )
