"""Fake drivers for the bad days: each fails at one thing, always."""

from compute.virt.driver import (
    Build,
    BuildImpossible,
    Driver,
    DriverError,
    Guest,
)
from compute.virt.fake import FakeDriver


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
