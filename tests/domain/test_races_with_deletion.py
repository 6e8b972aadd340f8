"""Ports and volumes that are given to a server whose deletion has begun meanwhile."""

import pytest

from compute.clients.network import network
from compute.domain import attachments, context, interfaces
from compute.models import BlockDevice, Server
from tests.api.servers import boot, elsewhere, settle
from tests.cast import HERS


@pytest.fixture
def server(cloud, api):
    return boot(api)


@pytest.fixture
def deletes_after(api, server, monkeypatch):
    """Have somebody delete the server right after a function was called."""

    def deletes_after(module, name, *, settles=True):
        function = getattr(module, name)

        def and_delete(*args, **more):
            found = function(*args, **more)
            assert api.delete(f"/servers/{server}").status == 204
            if settles:
                settle()
            return found

        monkeypatch.setattr(module, name, and_delete)

    return deletes_after


@pytest.mark.parametrize("settles", [True, False], ids=["deleted", "being deleted"])
def test_no_port_is_left_to_a_server_that_is_gone(api, server, deletes_after, settles):
    deletes_after(interfaces, "_chosen", settles=settles)
    answer = api.post(f"/servers/{server}/os-interface", {"interfaceAttachment": {}})
    assert answer.status == (404 if settles else 409), answer
    settle()
    assert Server.objects.get(uuid=server).deleted
    assert network().list_ports(context.cloud(), device_id=server) == []


def test_no_volume_is_kept_for_a_server_that_is_gone(api, server, deletes_after):
    volumes = f"/volume/v3/{HERS}/volumes"
    made = elsewhere(api, "POST", volumes, {"volume": {"size": 1}}).json["volume"]["id"]
    settle()
    deletes_after(attachments, "check_not_attached")
    body = {"volumeAttachment": {"volumeId": made}}
    answer = api.post(f"/servers/{server}/os-volume_attachments", body)
    assert answer.status == 404, answer
    assert not BlockDevice.objects.filter(volume_id=made).exists()
    shown = elsewhere(api, "GET", f"{volumes}/{made}").json["volume"]
    assert (shown["status"], shown["attachments"]) == ("available", [])
