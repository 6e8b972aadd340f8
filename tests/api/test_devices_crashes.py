"""A process that dies while devices come and go: another one goes on, and nothing is left over."""

import pytest

from compute.clients.base import Client
from compute.models import BlockDevice, Guest, Server, ServerEvent, Task
from compute.virt.fake import FakeDriver
from compute.work import runner
from compute.work.task import Work
from tests.api.servers import boot, elsewhere, settle
from tests.cast import HERS

ADMINS = "/volume/v3/40000000000000000000000000000003"


class Killed(BaseException):
    """The end of the process; nobody catches that."""


@pytest.fixture
def settle_mortally(monkeypatch):
    """Does all work there is, dying once after the n-th call from now; whether that came to be."""
    left = [0]

    def watch(owner, name):
        real = getattr(owner, name)

        def call(*args, **how):
            answer = real(*args, **how)
            left[0] -= 1
            if left[0] == 0:
                raise Killed
            return answer

        monkeypatch.setattr(owner, name, call)

    watch(Client, "_ask")
    watch(Work, "note")
    for name in ("attach_volume", "detach_volume", "attach_interface", "detach_interface"):
        watch(FakeDriver, name)

    def work(moment):
        left[0] = moment
        try:
            runner.drain()
        except Killed:
            died = True
            Task.objects.filter(state="running").update(
                state="queued", owner=None, lease_until=None
            )
        else:
            died = False
        left[0] = 0
        runner.drain()
        assert not Task.objects.exists()
        return died

    return work


@pytest.fixture
def server(cloud, api, root):
    body = {"quota_set": {"volumes": -1}}
    elsewhere(root, "PUT", f"{ADMINS}/os-quota-sets/{HERS}", body)
    return boot(api)


def volume(api, size=1):
    body = {"volume": {"size": size}}
    return elsewhere(api, "POST", f"/volume/v3/{HERS}/volumes", body).json["volume"]["id"]


def seen(api, volume_id):
    shown = elsewhere(api, "GET", f"/volume/v3/{HERS}/volumes/{volume_id}").json["volume"]
    return shown["status"], [each["server_id"] for each in shown["attachments"]]


def attach(api, server, data):
    body = {"volumeAttachment": {"volumeId": data}}
    return api.post(f"/servers/{server}/os-volume_attachments", body)


def results():
    return set(ServerEvent.objects.values_list("result", flat=True))


def every_moment(settle_mortally, again):
    """Ask anew and die one call later each time, until nobody dies."""
    for moment in range(1, 40):
        check = again()
        died = settle_mortally(moment)
        check()
        assert results() == {"Success"}
        if not died:
            assert moment > 2
            return
    pytest.fail("this never ends")


def test_attaching_and_detaching_a_volume(api, server, settle_mortally):
    def attached():
        data = volume(api)
        attach(api, server, data)
        return lambda: _is(data, "in-use", [server])

    def _is(data, status, servers):
        assert seen(api, data) == (status, servers)
        assert BlockDevice.objects.filter(volume_id=data).exists() == bool(servers)

    def detached():
        data = volume(api)
        attach(api, server, data)
        settle()
        api.delete(f"/servers/{server}/os-volume_attachments/{data}")
        return lambda: _is(data, "available", [])

    every_moment(settle_mortally, attached)
    every_moment(settle_mortally, detached)
    held = BlockDevice.objects.filter(volume_id__isnull=False).count()
    assert len(Guest.objects.get().notes["disks"]) == held + 1


def test_a_volume_that_is_attached_without_waiting(api, server, settle_mortally):
    def again():
        data = volume(api)
        body = {"volumeAttachment": {"volumeId": data}}
        api.post(f"/servers/{server}/os-volume_attachments", body, version="2.101")

        def check():
            assert seen(api, data) == ("in-use", [server])
            assert BlockDevice.objects.filter(volume_id=data).count() == 1

        return check

    every_moment(settle_mortally, again)


def test_swapping_a_volume(api, root, server, settle_mortally):
    def again():
        old, new = volume(api), volume(api, 2)
        attach(api, server, old)
        settle()
        status = {"os-reset_status": {"migration_status": "starting"}}
        elsewhere(root, "POST", f"{ADMINS}/volumes/{old}/action", status)
        body = {"volumeAttachment": {"volumeId": new}}
        root.put(f"/servers/{server}/os-volume_attachments/{old}", body)

        def check():
            assert (seen(api, old), seen(api, new)) == (("available", []), ("in-use", [server]))
            assert not BlockDevice.objects.filter(volume_id=old).exists()
            assert BlockDevice.objects.get(volume_id=new).volume_size == 2

        return check

    every_moment(settle_mortally, again)


def test_plugging_and_unplugging_a_port(api, server, settle_mortally):
    path = f"/servers/{server}/os-interface"

    def ports():
        return {each["port_id"] for each in api.get(path).json["interfaceAttachments"]}

    def plugged():
        made = api.post(path, {}).json["interfaceAttachment"]["port_id"]

        def check():
            assert made in ports()
            assert made in {each["port_id"] for each in Server.objects.get().interfaces}

        return check

    def unplugged():
        made = api.post(path, {}).json["interfaceAttachment"]["port_id"]
        settle()
        api.delete(f"{path}/{made}")

        def check():
            assert made not in ports()
            assert made not in {each["port_id"] for each in Server.objects.get().interfaces}

        return check

    for moment in (1, 2):
        check = plugged()
        settle_mortally(moment)
        check()
    every_moment(settle_mortally, unplugged)
