"""A process that dies at any moment of a move: the work is done again, and comes out the same.

Every call to a neighbour and to the driver is a moment; the process dies right after it.
"""

import pytest

from compute.agent import startup
from compute.clients.base import Client
from compute.clients.network import network
from compute.clients.placement import placement
from compute.domain import claims, context
from compute.models import Guest, Host, Migration, Server, Service, Task
from compute.virt.fake import FakeDriver
from compute.work import runner
from tests.api.servers import action, boot, elsewhere, settle, shown


class Killed(BaseException):
    """The process is gone; nobody catches that."""


@pytest.fixture
def mortal(monkeypatch):
    """`mortal(n)` lets the process die after the n-th call from now; 0 lets it live."""
    left = [0]

    def watch(owner, name):
        real = getattr(owner, name)

        def call(*args, **kwargs):
            answer = real(*args, **kwargs)
            left[0] -= 1
            if left[0] == 0:
                raise Killed
            return answer

        monkeypatch.setattr(owner, name, call)

    watch(Client, "_ask")
    for name in ("spawn", "destroy", "migrate_off", "finish_migration", "finish_revert"):
        watch(FakeDriver, name)
    watch(FakeDriver, "live_migrate")

    def at(moment):
        left[0] = moment

    at.left = left
    return at


def held(consumer):
    known = dict(Host.objects.values_list("uuid", "host"))
    allocations = placement().get_allocations(context.cloud(), consumer)["allocations"]
    return sorted(known[provider] for provider in allocations)


def check_whole(server):
    """One guest, one claim and one binding, all where the server is; no move holds anything."""
    row = Server.objects.get(uuid=server)
    assert row.task_state is None
    hosts = [row.host] if row.host else []
    assert held(server) == hosts
    assert list(Guest.objects.filter(server_uuid=server).values_list("host", flat=True)) == hosts
    ports = network().list_ports(context.cloud(), device_id=server)
    assert [port["binding:host_id"] for port in ports] == [row.host or ""]
    assert not any(held(move.uuid) for move in Migration.objects.filter(server=row))


def settle_though_killed(mortal, moment):
    """Whether the process died on the way."""
    mortal(moment)
    try:
        runner.drain()
    except Killed:
        died = True
        Task.objects.filter(state="running").update(state="queued", owner=None, lease_until=None)
    else:
        died = False
    mortal(0)
    runner.drain()
    return died


def at_every_moment(api, mortal, server, ask, check, back):
    for moment in range(1, 60):
        ask()
        died = settle_though_killed(mortal, moment)
        check()
        assert not Task.objects.exists()
        back()
        if not died:
            assert moment > 2, "nothing was ever interrupted"
            return
    raise AssertionError("the work never ends")


@pytest.fixture
def server(cloud, api):
    return boot(api)


def test_a_resize_survives(api, mortal, server):
    def back():
        assert action(api, server, {"revertResize": None}).status == 202
        settle()
        check_whole(server)

    at_every_moment(
        api,
        mortal,
        server,
        lambda: action(api, server, {"resize": {"flavorRef": "2"}}),
        lambda: shown(api, server)["status"] == "VERIFY_RESIZE" or pytest.fail("not resized"),
        back,
    )


@pytest.mark.parametrize("name", ["confirmResize", "revertResize"])
def test_the_end_of_a_resize_survives(api, root, mortal, server, name):
    def ask():
        action(root, server, {"migrate": None})
        settle()
        assert action(api, server, {name: None}).status in (202, 204)

    at_every_moment(api, mortal, server, ask, lambda: check_whole(server), lambda: None)


def test_a_live_migration_survives(api, root, mortal, server):
    body = {"os-migrateLive": {"host": None, "block_migration": "auto"}}
    at_every_moment(
        api,
        mortal,
        server,
        lambda: action(root, server, body, "2.34"),
        lambda: check_whole(server),
        lambda: None,
    )


def test_shelving_survives(api, mortal, server):
    def back():
        action(api, server, {"unshelve": None})
        settle()
        assert shown(api, server)["status"] == "ACTIVE"

    at_every_moment(
        api,
        mortal,
        server,
        lambda: action(api, server, {"shelve": None}),
        lambda: check_whole(server),
        back,
    )


def test_unshelving_survives(api, mortal, server):
    def ask():
        action(api, server, {"shelve": None})
        settle()
        action(api, server, {"unshelve": None})

    def check():
        check_whole(server)
        assert shown(api, server)["status"] == "ACTIVE"

    at_every_moment(api, mortal, server, ask, check, lambda: None)


def lose_host(root, server):
    """Evacuate the server from its host, which is down."""
    Service.objects.update(forced_down=False)
    Service.objects.filter(host=Server.objects.get(uuid=server).host).update(forced_down=True)
    assert action(root, server, {"evacuate": {}}, "2.14").status == 200


def begin_anew():
    startup.recover_hosts(["compute1", "compute2"])


def test_an_evacuation_survives(api, root, mortal, server):
    def check():
        begin_anew()
        settle()
        check_whole(server)

    at_every_moment(api, mortal, server, lambda: lose_host(root, server), check, lambda: None)


def test_what_a_host_clears_away_when_it_is_back_survives(api, root, mortal, server):
    def ask():
        lose_host(root, server)
        settle()
        begin_anew()

    at_every_moment(api, mortal, server, ask, lambda: check_whole(server), lambda: None)


def test_an_image_survives(api, mortal, server):
    made = []

    def ask():
        answer = action(api, server, {"createImage": {"name": "snap"}}, "2.45")
        made.append(answer.json["image_id"])

    def check():
        image = elsewhere(api, "GET", f"/image/v2/images/{made[-1]}").json
        assert image["status"] == "active"
        check_whole(server)

    at_every_moment(api, mortal, server, ask, check, lambda: None)


@pytest.mark.parametrize("steps", range(4))
@pytest.mark.parametrize("move", ["migrate", "os-migrateLive"])
def test_a_move_that_an_evacuation_overtakes_leaves_nothing(cloud, api, root, move, steps):
    server = boot(api)
    bodies = {
        "migrate": {"migrate": None},
        "os-migrateLive": {"os-migrateLive": {"host": None, "block_migration": "auto"}},
    }
    assert action(root, server, bodies[move], version="2.34").status == 202
    runner.drain(limit=steps)
    if Server.objects.get(uuid=server).task_state is None:
        settle()
        if move == "migrate":
            action(api, server, {"confirmResize": None})
            settle()
    host = Server.objects.get(uuid=server).host
    lost = Service.objects.filter(binary="nova-compute", host=host)
    lost.update(forced_down=True)
    assert action(root, server, {"evacuate": {}}, version="2.14").status == 200
    settle()
    lost.update(forced_down=False)
    begin_anew()
    settle()
    check_whole(server)
    assert not Migration.objects.filter(status__in=claims.UNDER_WAY).exists()


def test_a_move_whose_server_was_reset_is_over(cloud, api, root):
    server = boot(api)
    action(root, server, {"migrate": None})
    runner.drain(limit=1)
    assert action(root, server, {"os-resetState": {"state": "active"}}).status == 202
    settle()
    check_whole(server)
    assert Migration.objects.get().status == "error"
