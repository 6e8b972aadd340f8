"""The driver interface: what a hypervisor has to be able to do for the life-cycle table.

A driver is made for one host.  It knows guests by their server's uuid; every method may be called
twice with the same effect, because the work behind it may be done again after a crash.  It never
sees a request and never raises an HTTP error.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from compute.domain.hardware.cells import HostCell
from compute.domain.states import PowerState
from compute.virt.streams import Stream


class Capability(StrEnum):
    """What not every driver can."""

    EVACUATE = "evacuate"
    MIGRATE_TO_SAME_HOST = "migrate to the same host"
    ATTACH_INTERFACE = "attach an interface"
    DEVICE_TAGGING = "tag devices"
    EXTEND_VOLUME = "extend an attached volume"
    MULTIATTACH = "attach a volume many times"
    TRUSTED_CERTS = "check trusted image certificates"
    SET_PASSWORD = "set the administrator's password"  # noqa: S105 - the name of a capability
    LIVE_MIGRATE = "migrate live"
    CRASH_DUMP = "trigger a crash dump"


class DriverError(Exception):
    """The hypervisor failed; a build is tried on another host."""

    # Drivers say nothing that users may not read.
    told_to_users = True


class BuildImpossible(DriverError):
    """The guest cannot be built on any host of this kind."""


class GuestMissing(DriverError):
    """The hypervisor does not know that guest."""


class Unsupported(DriverError):
    """This driver cannot do that."""


class StillMoving(Exception):
    """The guest's memory is still being copied; ask again in a while."""


class Guest(Protocol):
    """What a driver may know of a server."""

    uuid: str
    id: int
    name: str
    hostname: str
    vcpus: int
    memory_mb: int
    root_gb: int
    ephemeral_gb: int
    swap_mb: int
    image_ref: str
    config_drive: str
    metadata: Any
    user_data: str | None
    interfaces: Any
    vm_state: str

    @property
    def instance_name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class HostResources:
    """What a host has."""

    vcpus: int
    memory_mb: int
    local_gb: int
    hypervisor_type: str
    hypervisor_version: int
    cpu_info: Mapping[str, Any] = field(default_factory=dict)
    # (architecture, hypervisor, mode)
    supported_instances: Sequence[tuple[str, str, str]] = ()
    traits: frozenset[str] = frozenset()
    # Processors that one guest has for itself; `vcpus` are those that guests share.
    pcpus: int = 0
    cells: Sequence[HostCell] = ()
    # [{"address", "vendor_id", "product_id", "numa_node", "dev_type", "parent"}]
    devices: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk to boot with: local, or a volume with what Volume told of its connection."""

    device_name: str | None
    boot_index: int | None
    size_gb: int | None
    volume_id: str | None = None
    connection_info: Mapping[str, Any] | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Build:
    """What a guest is made with, beside what its server's row says."""

    disks: Sequence[Disk] = ()
    admin_password: str | None = None
    files: Sequence[Mapping[str, str]] = ()
    # What is on its config drive: (path, content); nothing when it has none.
    config_drive: Sequence[tuple[str, bytes]] = ()
    power_on: bool = True


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """A guest's figures, in the order in which its devices are."""

    state: str
    driver: str
    hypervisor: str | None
    hypervisor_os: str | None
    uptime: int | None
    config_drive: bool
    memory_maximum_mb: int
    memory_used_mb: int
    cpus: Sequence[Mapping[str, int]] = ()
    nics: Sequence[Mapping[str, Any]] = ()
    disks: Sequence[Mapping[str, int]] = ()


@dataclass(frozen=True, slots=True)
class ConsoleEndpoint:
    """Where a console really is; users get to it through a proxy, with a token."""

    host: str
    port: int
    tls_port: int | None = None
    internal_access_path: str | None = None


class Driver(ABC):
    """One host's hypervisor."""

    name: ClassVar[str]
    capabilities: ClassVar[frozenset[Capability]] = frozenset()
    # Seconds that operations take here at least, whatever the clock says: see work.clock.DURATIONS.
    durations: ClassVar[Mapping[str, float]] = {}

    def __init__(self, host: str) -> None:
        self.host = host

    # The host
    @abstractmethod
    def resources(self) -> HostResources:
        """What the host has in all."""

    @abstractmethod
    def uptime(self, booted_at: datetime | None) -> str:
        """The host's uptime, in the words of uptime(1)."""

    @abstractmethod
    def power_states(self) -> dict[str, PowerState]:
        """Every guest that the hypervisor knows, by its server's uuid."""

    def guests(self) -> set[str]:
        """The uuids of all guests that the hypervisor knows."""
        return set(self.power_states())

    def connector(self) -> dict[str, Any]:
        """What Volume must know of the host to export a volume to it."""
        return {
            "host": self.host,
            "ip": "127.0.0.1",
            "initiator": f"iqn.1993-08.org.debian:01:{self.host}",
            "multipath": False,
            "platform": "x86_64",
            "os_type": "linux",
        }

    # A guest's beginning and end
    @abstractmethod
    def spawn(self, guest: Guest, build: Build) -> None:
        """Make the guest and start it; one that is there already is left as it is."""

    @abstractmethod
    def destroy(self, guest: Guest) -> None:
        """Take the guest and its disks away; one that is not there is no error."""

    # Power
    @abstractmethod
    def power_state(self, guest: Guest) -> PowerState:
        """NOSTATE when the hypervisor does not know it."""

    @abstractmethod
    def power_on(self, guest: Guest) -> None: ...

    @abstractmethod
    def power_off(self, guest: Guest) -> None: ...

    @abstractmethod
    def reboot(self, guest: Guest, *, hard: bool) -> None:
        """Restart it; hard also makes a guest anew that got lost."""

    @abstractmethod
    def pause(self, guest: Guest) -> None: ...

    @abstractmethod
    def unpause(self, guest: Guest) -> None: ...

    @abstractmethod
    def suspend(self, guest: Guest) -> None: ...

    @abstractmethod
    def resume(self, guest: Guest) -> None: ...

    # Repair
    @abstractmethod
    def rescue(self, guest: Guest, image_id: str, password: str | None) -> None: ...

    @abstractmethod
    def unrescue(self, guest: Guest) -> None: ...

    def trigger_crash_dump(self, guest: Guest) -> None:
        raise Unsupported("trigger_crash_dump")

    def set_admin_password(self, guest: Guest, password: str) -> None:
        raise Unsupported("set_admin_password")

    @abstractmethod
    def snapshot(self, guest: Guest) -> bytes:
        """The content of the guest's root disk, as an image is made of it."""

    # Looking at it
    @abstractmethod
    def console_output(self, guest: Guest) -> str:
        """Everything that the guest has written to its console."""

    @abstractmethod
    def console(self, guest: Guest, kind: str) -> ConsoleEndpoint:
        """Where the guest's vnc, spice, serial or mks console is."""

    @abstractmethod
    def console_stream(self, guest: Guest, kind: str) -> Stream:
        """A new connection to that console, for the proxy to carry."""

    @abstractmethod
    def diagnostics(self, guest: Guest) -> Diagnostics: ...

    # Devices
    @abstractmethod
    def attach_volume(self, guest: Guest, disk: Disk) -> None: ...

    @abstractmethod
    def detach_volume(self, guest: Guest, disk: Disk) -> None: ...

    def extend_volume(self, guest: Guest, disk: Disk, size_gb: int) -> None:
        raise Unsupported("extend_volume")

    @abstractmethod
    def attach_interface(self, guest: Guest, interface: Mapping[str, Any]) -> None: ...

    @abstractmethod
    def detach_interface(self, guest: Guest, interface: Mapping[str, Any]) -> None: ...

    # Moves
    @abstractmethod
    def migrate_off(self, guest: Guest, destination: str) -> None:
        """Stop the guest and send its disks; it stays here until the move is confirmed."""

    @abstractmethod
    def finish_migration(self, guest: Guest, build: Build) -> None:
        """Make the guest here from the disks that were sent, in its new size."""

    @abstractmethod
    def finish_revert(self, guest: Guest, *, power_on: bool) -> None:
        """Go back to the guest that stayed here."""

    def live_migrate(self, guest: Guest, destination: "Driver") -> None:
        """Move the running guest; afterwards it is there and no longer here.  StillMoving."""
        raise Unsupported("live_migrate")

    def force_live_migration(self, guest: Guest) -> None:
        """Have a move that is going on end the next time it is asked for."""
        raise Unsupported("force_live_migration")
