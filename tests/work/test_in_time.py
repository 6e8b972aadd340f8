"""What hosts do by themselves after a while, where settings say so."""

import pytest

from compute.models import Migration, Server, ServerAction, Task
from compute.work import clock, runner
from tests.api.servers import action, actions_of, boot, settle, shown


def later():
    """Do what was to be done after a while."""
    Task.objects.update(not_before=clock.now())
    runner.drain()


@pytest.fixture
def resized(cloud, api, settings):
    settings.RESIZE_CONFIRM_WINDOW = 60
    server = boot(api, flavor="1")
    assert action(api, server, {"resize": {"flavorRef": "2"}}).status == 202
    settle()
    assert shown(api, server)["status"] == "VERIFY_RESIZE"
    return server


@pytest.fixture
def rescued(cloud, api, settings):
    settings.RESCUE_TIMEOUT = 60
    server = boot(api)
    assert action(api, server, {"rescue": None}).status == 200
    settle()
    assert shown(api, server)["status"] == "RESCUE"
    return server


def test_a_resize_that_nobody_confirms_is_confirmed(api, resized):
    later()
    assert shown(api, resized)["status"] == "ACTIVE"
    assert Migration.objects.get().status == "confirmed"
    assert actions_of(api, resized)[0] == "confirmResize"
    made = ServerAction.objects.get(action="confirmResize")
    assert (made.user_id, made.project_id) == (None, None)
    assert made.request_id.startswith("req-")


def test_a_resize_that_was_reverted_is_let_be(api, resized):
    assert action(api, resized, {"revertResize": None}).status == 202
    later()
    assert shown(api, resized)["status"] == "ACTIVE"
    assert Migration.objects.get().status == "reverted"


def test_a_resize_whose_server_is_in_error_has_failed(api, resized):
    Server.objects.filter(uuid=resized).update(vm_state="error")
    later()
    assert Migration.objects.get().status == "error"


def test_a_resize_is_confirmed_once_its_source_is_there(api, resized, monkeypatch):
    from compute.domain import services

    with monkeypatch.context() as patch:
        patch.setattr(services, "host_is_up", lambda host: False)
        later()
    assert shown(api, resized)["status"] == "VERIFY_RESIZE"
    later()
    assert shown(api, resized)["status"] == "ACTIVE"


def test_without_a_window_a_resize_waits(cloud, api):
    server = boot(api, flavor="1")
    action(api, server, {"resize": {"flavorRef": "2"}})
    settle()
    later()
    assert shown(api, server)["status"] == "VERIFY_RESIZE"


def test_a_rescue_that_nobody_ends_is_ended(api, rescued):
    later()
    assert shown(api, rescued)["status"] == "ACTIVE"
    assert actions_of(api, rescued)[0] == "unrescue"


def test_the_next_rescue_has_its_own_time(api, rescued):
    task = Task.objects.get(kind="unrescue in time")
    action(api, rescued, {"unrescue": None})
    settle()
    action(api, rescued, {"rescue": None})
    settle()
    Task.objects.filter(pk=task.pk).update(not_before=clock.now())
    runner.drain()
    assert shown(api, rescued)["status"] == "RESCUE"


def test_a_shelved_server_leaves_its_host_after_a_while(cloud, api, settings):
    settings.SHELVED_OFFLOAD_TIME = 60
    server = boot(api)
    action(api, server, {"shelve": None})
    settle()
    assert shown(api, server)["status"] == "SHELVED"
    later()
    assert shown(api, server)["status"] == "SHELVED_OFFLOADED"
