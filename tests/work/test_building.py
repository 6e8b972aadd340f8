"""From the 202 to ACTIVE, or to ERROR with nothing left behind."""

import pytest

from compute.domain import deleting
from compute.models import Host, Server, ServerAction, ServerEvent, ServerFault, Service, Task
from compute.work import clock, runner
from tests.work.conftest import HER, NOTHING, fresh, held

pytestmark = pytest.mark.django_db

EVENT = "compute__do_build_and_run_instance"


def test_a_server_becomes_active(order):
    server = order()
    assert (server.vm_state, server.task_state) == ("building", "scheduling")
    runner.drain()
    server = fresh(server)
    assert (server.vm_state, server.task_state, server.power_state) == ("active", None, 1)
    assert server.launched_at
    assert server.root_device_name == "/dev/vda"
    assert (server.node, server.availability_zone) == (server.host, "nova")
    (address,) = server.addresses["private"]
    assert address["OS-EXT-IPS:type"] == "fixed"
    here = [server.host]
    assert held(server) == {"guests": here, "claims": here, "ports": here, "volumes": []}
    event = ServerEvent.objects.get(action__server=server)
    assert (event.event, event.result, event.host) == (EVENT, "Success", server.host)
    assert event.action.action == "create"
    assert event.finish_time >= event.start_time
    assert not Task.objects.exists()


def test_servers_spread(order):
    many = order(min_count=4, max_count=4)
    runner.drain()
    hosts = [fresh(server).host for server in many]
    assert sorted(hosts) == ["compute1", "compute1", "compute2", "compute2"]


def test_without_networks_there_are_no_addresses(order):
    server = order(networks="none")
    runner.drain()
    assert fresh(server).addresses == {}
    assert held(server)["ports"] == []


def test_no_host_is_a_fault_and_not_an_answer(order):
    Service.objects.filter(binary="nova-compute").update(disabled=True)
    server = order()
    runner.drain()
    server = fresh(server)
    assert (server.vm_state, server.task_state, server.host) == ("error", None, None)
    fault = ServerFault.objects.get(server=server)
    assert fault.message == "No valid host was found. There are not enough hosts available."
    event = ServerEvent.objects.get()
    assert (event.event, event.result) == ("conductor_schedule_and_build_instances", "Error")
    assert event.details == fault.message
    assert "NoValidHost" in event.traceback
    assert ServerAction.objects.get().message == "Error"
    assert held(server) == NOTHING


def test_more_than_a_host_has_is_no_valid_host(order):
    server = order()
    Server.objects.filter(pk=server.pk).update(memory_mb=10**8)
    runner.drain()
    assert ServerFault.objects.get(server=server).message == "No valid host was found. "


def test_a_build_that_fails_is_tried_on_another_host(order, settings):
    settings.COMPUTE_HOST_DRIVERS = {"compute1": "fake-build-fails"}
    many = order(min_count=3, max_count=3)
    runner.drain()
    for server in map(fresh, many):
        assert (server.vm_state, server.host) == ("active", "compute2")
        there = ["compute2"]
        assert held(server) == {"guests": there, "claims": there, "ports": there, "volumes": []}
    assert Host.objects.get(host="compute1").failed_builds > 0
    tried = ServerEvent.objects.filter(host="compute1").first()
    assert (tried.event, tried.result, tried.details) == (EVENT, "Success", None)


def test_a_build_that_fails_everywhere_ends_in_error(order, settings):
    settings.COMPUTE_DRIVER = "fake-build-fails"
    server = order()
    runner.drain()
    server = fresh(server)
    assert (server.vm_state, server.task_state, server.host) == ("error", None, None)
    assert ServerFault.objects.get(server=server).message == (
        "Exceeded maximum number of retries. Exhausted all hosts available for retrying build "
        f"failures for instance {server.uuid}."
    )
    steps = ServerEvent.objects.values_list("event", "host", "result")
    assert sorted(steps) == [(EVENT, "compute1", "Success"), (EVENT, "compute2", "Success")]
    assert ServerAction.objects.get().message is None
    assert server.root_device_name == "/dev/vda"
    assert held(server) == NOTHING


def test_a_build_that_is_hopeless_is_not_tried_again(order, settings):
    settings.COMPUTE_DRIVER = "fake-build-aborts"
    server = order()
    runner.drain()
    assert ServerFault.objects.get(server=server).message == (
        f"Build of instance {server.uuid} aborted: The guest cannot be built."
    )
    assert ServerEvent.objects.count() == 1
    assert held(server) == NOTHING


def test_a_forced_host_is_not_given_up_for_another(order, settings):
    settings.COMPUTE_HOST_DRIVERS = {"compute1": "fake-build-fails"}
    server = order(forced_host="compute1")
    runner.drain()
    server = fresh(server)
    assert (server.vm_state, server.host) == ("error", None)
    assert ServerFault.objects.get(server=server).message == (
        "The hypervisor could not start the guest."
    )


def test_a_server_is_deleted_with_all_it_held(order):
    server = order()
    runner.drain()
    deleting.delete(HER, fresh(server))
    assert fresh(server).task_state == "deleting"
    deleting.delete(HER, fresh(server))
    runner.drain()
    server = fresh(server)
    assert (server.vm_state, server.deleted) == ("deleted", True)
    assert server.deleted_at
    assert server.terminated_at
    assert held(server) == NOTHING
    actions = ServerAction.objects.filter(server=server, action="delete")
    assert [each.events.get().event for each in actions] == ["compute_terminate_instance"]


def test_a_server_without_a_host_is_deleted_at_once(order):
    server = order()
    deleting.delete(HER, fresh(server))
    assert fresh(server).deleted
    runner.drain()
    assert held(server) == NOTHING


def test_a_delete_while_the_guest_is_made_wins(order, settings):
    settings.COMPUTE_CLOCK = "manual"
    clock.stop()
    try:
        server = order()
        runner.drain()
        assert fresh(server).task_state == "spawning"
        assert held(server)["ports"]
        deleting.delete(HER, fresh(server))
        runner.drain()
        clock.advance(60)
        runner.drain()
        assert fresh(server).deleted
        assert held(server) == NOTHING
        assert not Task.objects.exists()
    finally:
        clock.run()


def test_a_server_whose_host_is_down_is_deleted_without_it(order):
    server = order()
    runner.drain()
    Service.objects.filter(host=fresh(server).host).update(forced_down=True)
    deleting.delete(HER, fresh(server))
    assert fresh(server).deleted
    runner.drain()
    assert held(server) == NOTHING


def test_a_softly_deleted_server_comes_back_or_is_reclaimed(order, settings):
    settings.RECLAIM_INSTANCE_INTERVAL = 60
    server = order()
    runner.drain()
    deleting.delete(HER, fresh(server))
    runner.drain()
    assert (fresh(server).vm_state, fresh(server).power_state) == ("soft-delete", 4)
    deleting.restore(HER, fresh(server))
    runner.drain()
    assert (fresh(server).vm_state, fresh(server).power_state) == ("active", 1)
    deleting.delete(HER, fresh(server))
    runner.drain()
    Task.objects.update(not_before=clock.now())
    runner.drain()
    assert fresh(server).deleted
    assert held(server) == NOTHING


def test_a_server_boots_from_a_volume_that_goes_with_it(order):
    root = {
        "boot_index": 0,
        "source_type": "image",
        "destination_type": "volume",
        "uuid": order.__closure__[0].cell_contents,
        "volume_size": 1,
        "delete_on_termination": True,
    }
    server = order(image_id="", block_devices=[root], uses_older_block_devices=False)
    runner.drain()
    assert fresh(server).vm_state == "active", ServerFault.objects.values()
    assert len(held(server)["volumes"]) == 1
    device = server.block_devices.get()
    assert device.attachment_id
    assert device.connection_info
    deleting.delete(HER, fresh(server))
    runner.drain()
    assert held(server) == NOTHING
    from compute.clients.volume import volume
    from tests.work.conftest import CLOUD

    assert volume().list(CLOUD) == []
