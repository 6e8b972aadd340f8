"""Which driver a host has: settings' COMPUTE_DRIVER, or COMPUTE_HOST_DRIVERS by host."""

from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string

from compute.virt.driver import Driver

DRIVERS = {
    "fake": "compute.virt.fake.FakeDriver",
    "fake-build-fails": "compute.virt.bad_days.BuildFails",
    "fake-build-aborts": "compute.virt.bad_days.BuildAborts",
    "fake-finish-migration-fails": "compute.virt.bad_days.FinishMigrationFails",
    "fake-live-migration-fails": "compute.virt.bad_days.LiveMigrationFails",
    "fake-live-migration-stuck": "compute.virt.bad_days.LiveMigrationStuck",
    "fake-unshelve-fails": "compute.virt.bad_days.UnshelveFails",
    "fake-volumes-stay": "compute.virt.bad_days.VolumesStay",
    "fake-slow": "compute.virt.bad_days.Slow",
    "fake-power-fails": "compute.virt.bad_days.PowerFails",
    "fake-destroy-fails": "compute.virt.bad_days.DestroyFails",
}


def driver(host: str) -> Driver:
    """The driver of a host."""
    by_host: dict[str, str] = getattr(settings, "COMPUTE_HOST_DRIVERS", {})
    name = by_host.get(host) or getattr(settings, "COMPUTE_DRIVER", "fake")
    return _driver(name, host)


@lru_cache(maxsize=20_000)
def _driver(name: str, host: str) -> Driver:
    made = import_string(DRIVERS.get(name, name))(host)
    if not isinstance(made, Driver):
        raise TypeError(f"{name} is no driver.")
    return made
