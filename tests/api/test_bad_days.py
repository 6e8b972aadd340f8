"""What users see when a host has a bad day: one test for each of the fake drivers that have one."""

import pytest

from compute.models import Guest, Host, Migration, Server, Service
from compute.virt import registry
from compute.work import clock
from tests.api.servers import action, boot, elsewhere, settle, shown
from tests.api.test_server_actions_moves import held, host_of, other, port_hosts
from tests.api.test_volume_attachments import attach, detach, seen, volume


@pytest.fixture
def server(cloud, api):
    return boot(api)


@pytest.fixture
def bad(settings):
    """Gives hosts a driver: `bad("fake-power-fails")` everywhere, or on the hosts named."""

    def give(driver, *hosts):
        if not hosts:
            settings.COMPUTE_DRIVER = driver
        settings.COMPUTE_HOST_DRIVERS = dict.fromkeys(hosts, driver)

    return give


@pytest.fixture
def held_clock():
    clock.stop()
    yield clock
    clock.run()


def pass_time(seconds):
    clock.advance(seconds)
    settle()


def order(api):
    images = elsewhere(api, "GET", "/image/v2/images").json["images"]
    body = {"name": "one", "imageRef": images[0]["id"], "flavorRef": "1", "networks": "auto"}
    server = api.post("/servers", {"server": body}, version="2.37").json["server"]["id"]
    settle()
    return server


def fault(api, server):
    return shown(api, server)["fault"]["message"]


def last_action(api, server):
    """The newest action, with its steps and how they ended."""
    rows = api.get(f"/servers/{server}/os-instance-actions").json["instanceActions"]
    where = f"/servers/{server}/os-instance-actions/{rows[0]['request_id']}"
    row = api.get(where).json["instanceAction"]
    return row["action"], row["message"], {e["event"]: e["result"] for e in row["events"]}


def held_by(server):
    return held(server), port_hosts(server), Guest.objects.filter(server_uuid=server).count()


def test_a_build_that_fails_is_tried_on_another_host(cloud, api, bad):
    bad("fake-build-fails", "compute1")
    servers = [order(api) for _ in range(2)]
    assert [shown(api, server)["status"] for server in servers] == ["ACTIVE", "ACTIVE"]
    assert {host_of(server) for server in servers} == {"compute2"}
    assert Host.objects.get(host="compute1").failed_builds == 1


def test_a_build_that_fails_everywhere_leaves_nothing(cloud, api, bad):
    bad("fake-build-fails")
    server = order(api)
    assert shown(api, server)["status"] == "ERROR"
    assert fault(api, server) == (
        "Exceeded maximum number of retries. Exhausted all hosts available for retrying build "
        f"failures for instance {server}."
    )
    assert held_by(server) == ([], [], 0)


def test_a_build_that_aborts_is_tried_nowhere_else(cloud, api, bad):
    bad("fake-build-aborts")
    server = order(api)
    assert fault(api, server) == f"Build of instance {server} aborted: The guest cannot be built."
    assert held_by(server) == ([], [], 0)
    assert sum(Host.objects.values_list("failed_builds", flat=True)) == 1


def test_a_resize_that_does_not_end_is_an_error_and_recorded(api, root, server, bad):
    before = host_of(server)
    bad("fake-finish-migration-fails", other(before))
    assert action(api, server, {"resize": {"flavorRef": "2"}}).status == 202
    settle()
    assert shown(api, server)["status"] == "ERROR"
    assert Migration.objects.get().status == "error"
    name, message, steps = last_action(root, server)
    assert (name, message, steps["compute_finish_resize"]) == ("resize", "Error", "Error")
    assert api.delete(f"/servers/{server}").status == 204
    settle()
    assert held_by(server) == ([], [], 0)
    assert held(Migration.objects.get().uuid) == []


def test_a_server_that_does_not_come_back_is_offloaded_again(api, root, server, bad):
    action(api, server, {"shelve": None})
    settle()
    action(api, server, {"shelveOffload": None})
    settle()
    bad("fake-unshelve-fails")
    assert action(api, server, {"unshelve": None}).status == 202
    settle()
    assert shown(api, server)["status"] == "SHELVED_OFFLOADED"
    assert last_action(root, server)[:2] == ("unshelve", "Error")
    assert held(server) == []
    assert boot(api)


def live_migrate(root, server):
    body = {"os-migrateLive": {"host": None, "block_migration": "auto"}}
    assert action(root, server, body, version="2.34").status == 202
    settle()


def test_a_live_migration_that_fails_leaves_the_guest_where_it_is(api, root, server, bad):
    before = host_of(server)
    bad("fake-live-migration-fails")
    live_migrate(root, server)
    assert (shown(api, server)["status"], host_of(server)) == ("ACTIVE", before)
    assert Migration.objects.get().status == "error"
    assert held_by(server) == ([before], [before], 1)
    assert last_action(root, server)[:2] == ("live-migration", "Error")


def moves_of(root, server):
    return root.get(f"/servers/{server}/migrations", version="2.23").json["migrations"]


def test_a_live_migration_that_is_stuck_goes_on_until_it_is_forced(
    api, root, server, bad, held_clock
):
    before = host_of(server)
    bad("fake-live-migration-stuck")
    live_migrate(root, server)
    for _ in range(3):
        pass_time(60)
    assert shown(api, server)["status"] == "MIGRATING"
    (move,) = moves_of(root, server)
    assert move["status"] == "running"
    assert 0 < move["memory_processed_bytes"] < move["memory_total_bytes"]
    where = f"/servers/{server}/migrations/{move['id']}/action"
    assert root.post(where, {"force_complete": None}, version="2.23").status == 202
    pass_time(60)
    assert (shown(api, server)["status"], host_of(server)) == ("ACTIVE", other(before))
    assert held_by(server) == ([other(before)], [other(before)], 1)


def test_a_live_migration_that_is_stuck_can_be_given_up(api, root, server, bad, held_clock):
    before = host_of(server)
    bad("fake-live-migration-stuck")
    live_migrate(root, server)
    pass_time(60)
    (move,) = moves_of(root, server)
    where = f"/servers/{server}/migrations/{move['id']}"
    assert root.delete(where, version="2.24").status == 202
    pass_time(60)
    assert (shown(api, server)["status"], host_of(server)) == ("ACTIVE", before)
    assert Migration.objects.get().status == "cancelled"
    assert held_by(server) == ([before], [before], 1)


def test_a_volume_that_the_guest_keeps_stays_attached(api, root, server, bad):
    data = volume(api)
    attach(api, server, data)
    settle()
    bad("fake-volumes-stay")
    assert detach(api, server, data).status == 202
    assert seen(api, data)["status"] == "detaching"
    settle()
    assert seen(api, data)["status"] == "in-use"
    rows = api.get(f"/servers/{server}/os-volume_attachments").json["volumeAttachments"]
    assert [row["volumeId"] for row in rows] == [data]
    assert last_action(root, server)[:2] == ("detach_volume", "Error")
    api.delete(f"/servers/{server}")
    settle()
    assert seen(api, data)["status"] == "available"


def test_a_slow_host_takes_its_time_where_nobody_else_does(cloud, api, bad, held_clock):
    Service.objects.filter(host="compute2").update(disabled=True)
    bad("fake-slow", "compute1")
    server = order(api)
    assert (shown(api, server)["status"], host_of(server)) == ("BUILD", "compute1")
    pass_time(29)
    assert shown(api, server)["status"] == "BUILD"
    pass_time(2)
    assert shown(api, server)["status"] == "ACTIVE"


def test_a_table_says_how_long_things_take(api, server, settings, held_clock):
    settings.COMPUTE_CLOCK = "manual"
    settings.COMPUTE_DURATIONS = {"power_off": 100}
    action(api, server, {"os-stop": None})
    settle()
    pass_time(99)
    assert shown(api, server, "2.16")["OS-EXT-STS:task_state"] == "powering-off"
    pass_time(2)
    assert shown(api, server)["status"] == "SHUTOFF"


def test_a_guest_that_cannot_be_switched_off_is_an_error(api, root, server, bad):
    bad("fake-power-fails")
    action(api, server, {"os-stop": None})
    settle()
    assert last_action(root, server)[:2] == ("stop", "Error")


def test_a_guest_that_cannot_be_taken_away_keeps_its_server(api, server, bad):
    bad("fake-destroy-fails")
    assert api.delete(f"/servers/{server}").status == 204
    settle()
    assert shown(api, server)["status"] == "ERROR"
    bad("fake")
    assert api.delete(f"/servers/{server}").status == 204
    settle()
    assert Server.objects.get(uuid=server).deleted
    assert held_by(server) == ([], [], 0)


def test_every_driver_with_a_bad_day_is_tested_here():
    with open(__file__) as file:
        text = file.read()
    assert [name for name in registry.DRIVERS if f'"{name}"' not in text] == []
