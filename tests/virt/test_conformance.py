"""What every driver has to do, asked of each of them."""

import pytest

from compute.domain.states import PowerState
from compute.virt import registry
from compute.virt.driver import Build, Disk, DriverError, GuestMissing
from compute.virt.fake import qcow2
from tests.domain.servers import server

pytestmark = pytest.mark.django_db

DRIVERS = ["fake"]


@pytest.fixture(params=DRIVERS)
def driver(request, settings):
    settings.COMPUTE_DRIVER = request.param
    return registry.driver("compute1")


@pytest.fixture
def guest(driver):
    row = server(interfaces=[{"mac_address": "fa:16:3e:00:00:01", "fixed_ips": []}])
    driver.spawn(row, Build(disks=[Disk("/dev/vda", 0, 1)]))
    return row


def test_a_host_says_what_it_has(driver):
    has = driver.resources()
    assert min(has.vcpus, has.memory_mb, has.local_gb) > 0
    assert "load average" in driver.uptime(None)


def test_a_guest_runs_once_it_is_spawned(driver, guest):
    assert driver.power_state(guest) == PowerState.RUNNING
    assert driver.guests() == {guest.uuid}


def test_spawning_twice_makes_one_guest(driver, guest):
    driver.power_off(guest)
    driver.spawn(guest, Build())
    assert driver.guests() == {guest.uuid}
    assert driver.power_state(guest) == PowerState.SHUTDOWN


def test_destroying_twice_is_no_error(driver, guest):
    driver.destroy(guest)
    driver.destroy(guest)
    assert driver.guests() == set()
    assert driver.power_state(guest) == PowerState.NOSTATE


@pytest.mark.parametrize(
    ("there", "state", "back"),
    [
        ("power_off", PowerState.SHUTDOWN, "power_on"),
        ("pause", PowerState.PAUSED, "unpause"),
        ("suspend", PowerState.SUSPENDED, "resume"),
    ],
)
def test_power_goes_there_and_back(driver, guest, there, state, back):
    getattr(driver, there)(guest)
    assert driver.power_state(guest) == state
    getattr(driver, back)(guest)
    assert driver.power_state(guest) == PowerState.RUNNING


def test_a_lost_guest_is_missing_and_a_hard_reboot_brings_it_back(driver, guest):
    driver.destroy(guest)
    with pytest.raises(GuestMissing):
        driver.power_off(guest)
    with pytest.raises(GuestMissing):
        driver.reboot(guest, hard=False)
    driver.reboot(guest, hard=True)
    assert driver.power_state(guest) == PowerState.RUNNING


def test_the_console_tells_of_every_boot(driver, guest):
    first = driver.console_output(guest)
    assert first == driver.console_output(guest)
    assert len(first.splitlines()) > 20
    driver.reboot(guest, hard=False)
    assert driver.console_output(guest).startswith(first)
    assert driver.console_output(guest).count("login:") == 2


def test_diagnostics_list_the_devices(driver, guest):
    found = driver.diagnostics(guest)
    assert found.state == "running"
    assert [len(found.cpus), len(found.nics), len(found.disks)] == [1, 1, 1]
    driver.attach_volume(guest, Disk("/dev/vdb", None, 1, volume_id="v"))
    assert len(driver.diagnostics(guest).disks) == 2
    driver.detach_volume(guest, Disk("/dev/vdb", None, 1, volume_id="v"))
    assert len(driver.diagnostics(guest).disks) == 1


def test_a_guest_moves(driver, guest):
    there = registry.driver("compute2")
    driver.migrate_off(guest, "compute2")
    there.finish_migration(guest, Build())
    assert driver.power_state(guest) == PowerState.SHUTDOWN
    assert there.power_state(guest) == PowerState.RUNNING
    there.destroy(guest)
    driver.finish_revert(guest, power_on=True)
    driver.live_migrate(guest, there)
    driver.live_migrate(guest, there)
    assert (driver.guests(), there.guests()) == (set(), {guest.uuid})


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("fake-build-fails", lambda d, s: d.spawn(s, Build())),
        ("fake-build-aborts", lambda d, s: d.spawn(s, Build())),
        ("fake-finish-migration-fails", lambda d, s: d.finish_migration(s, Build())),
        ("fake-live-migration-fails", lambda d, s: d.live_migrate(s, d)),
        ("fake-power-fails", lambda d, s: d.power_off(s)),
        ("fake-destroy-fails", lambda d, s: d.destroy(s)),
    ],
)
def test_a_bad_day_is_bad(name, call, settings):
    settings.COMPUTE_HOST_DRIVERS = {"compute9": name}
    with pytest.raises(DriverError):
        call(registry.driver("compute9"), server())


def test_snapshots_are_qcow2_images_that_differ():
    first, second = qcow2(1, label="a"), qcow2(1, label="b")
    assert first[:4] == b"QFI\xfb"
    assert int.from_bytes(first[24:32]) == 1024**3
    assert first != second
