"""Fake drivers for the bad days: each is bad at one thing, always."""

from compute.domain.states import PowerState
from compute.virt.driver import (
    Build,
    BuildImpossible,
    Disk,
    Driver,
    DriverError,
    Guest,
    StillMoving,
)
from compute.virt.fake import FakeDriver
from compute.work import clock


class BuildFails(FakeDriver):
    """Builds fail here and are tried on another host."""

    name = "fake-build-fails"

    def spawn(self, guest: Guest, build: Build) -> None:
        raise DriverError("The hypervisor could not start the guest.")


class BuildAborts(FakeDriver):
    """Builds fail here in a way that no other host would mend."""

    name = "fake-build-aborts"

    def spawn(self, guest: Guest, build: Build) -> None:
        raise BuildImpossible("The guest cannot be built.")


class FinishMigrationFails(FakeDriver):
    """Guests that are resized or moved here do not start."""

    name = "fake-finish-migration-fails"

    def finish_migration(self, guest: Guest, build: Build) -> None:
        raise DriverError("The guest could not be started from the disks that were sent.")


class LiveMigrationFails(FakeDriver):
    """Guests cannot be moved away while they run."""

    name = "fake-live-migration-fails"

    def live_migrate(self, guest: Guest, destination: Driver) -> None:
        raise DriverError("The guest's memory changes faster than it can be copied.")


class LiveMigrationStuck(FakeDriver):
    """Guests that are moved away while they run never get there, unless somebody forces them."""

    name = "fake-live-migration-stuck"

    def live_migrate(self, guest: Guest, destination: Driver) -> None:
        if not self._row(guest).notes.get("forced"):
            raise StillMoving
        super().live_migrate(guest, destination)


class UnshelveFails(FakeDriver):
    """Guests that gave their host up do not come back to this one; new ones are built."""

    name = "fake-unshelve-fails"

    def spawn(self, guest: Guest, build: Build) -> None:
        if guest.vm_state == "shelved_offloaded":
            raise DriverError("The guest could not be started from its image.")
        super().spawn(guest, build)


class VolumesStay(FakeDriver):
    """Guests do not let go of volumes while they are there."""

    name = "fake-volumes-stay"

    def detach_volume(self, guest: Guest, disk: Disk) -> None:
        if self.power_state(guest) != PowerState.NOSTATE:
            raise DriverError(f"The guest does not let go of {disk.device_name}.")


class Slow(FakeDriver):
    """Everything takes ten times as long as it usually does, even where nothing else takes time."""

    name = "fake-slow"
    durations = {operation: 10 * seconds for operation, seconds in clock.DURATIONS.items()}


class PowerFails(FakeDriver):
    """Guests cannot be switched on, off or restarted."""

    name = "fake-power-fails"

    def power_on(self, guest: Guest) -> None:
        raise DriverError("The guest could not be started.")

    def power_off(self, guest: Guest) -> None:
        raise DriverError("The guest could not be stopped.")

    def reboot(self, guest: Guest, *, hard: bool) -> None:
        raise DriverError("The guest could not be restarted.")


class DestroyFails(FakeDriver):
    """Guests cannot be taken away."""

    name = "fake-destroy-fails"

    def destroy(self, guest: Guest) -> None:
        raise DriverError("The guest could not be destroyed.")
