"""What users see while an action takes its time: task states, statuses, images that fill."""

import pytest

from compute.clients.placement import placement
from compute.domain import context
from compute.models import Guest, Migration, Server
from compute.work import clock
from tests.api.servers import action, boot, elsewhere, settle, shown


@pytest.fixture
def server(cloud, api, settings):
    made = boot(api)
    settings.COMPUTE_CLOCK = "manual"
    clock.stop()
    yield made
    clock.run()


def pass_time(seconds):
    clock.advance(seconds)
    settle()


def task_state(server):
    return Server.objects.get(uuid=server).task_state


def test_an_image_is_queued_until_its_bytes_come(api, server):
    image_id = action(api, server, {"createImage": {"name": "snap"}}, "2.45").json["image_id"]
    assert task_state(server) == "image_snapshot_pending"
    settle()
    assert task_state(server) == "image_pending_upload"
    path = f"/image/v2/images/{image_id}"
    assert elsewhere(api, "GET", path).json["status"] == "queued"
    answer = action(api, server, {"createImage": {"name": "two"}})
    assert answer.error.endswith("while it is in task_state image_pending_upload")
    pass_time(60)
    assert (task_state(server), elsewhere(api, "GET", path).json["status"]) == (None, "active")


def test_nobody_misses_an_image_that_was_deleted_meanwhile(api, server):
    image_id = action(api, server, {"createImage": {"name": "snap"}}, "2.45").json["image_id"]
    settle()
    assert elsewhere(api, "DELETE", f"/image/v2/images/{image_id}").status == 204
    pass_time(60)
    assert shown(api, server)["status"] == "ACTIVE"
    assert task_state(server) is None


def test_a_refused_action_leaves_no_image(api, server):
    action(api, server, {"os-stop": None})
    assert action(api, server, {"createImage": {"name": "snap"}}).status == 409
    assert not elsewhere(api, "GET", "/image/v2/images?name=snap").json["images"]


def test_a_resize_is_seen(api, server):
    action(api, server, {"resize": {"flavorRef": "2"}})
    settle()
    assert (shown(api, server)["status"], task_state(server)) == ("RESIZE", "resize_migrating")
    pass_time(60)
    assert task_state(server) == "resize_finish"
    pass_time(60)
    assert shown(api, server)["status"] == "VERIFY_RESIZE"
    action(api, server, {"revertResize": None})
    settle()
    assert shown(api, server)["status"] == "REVERT_RESIZE"


def test_a_shelved_server_uploads_first(api, server):
    action(api, server, {"shelve": None})
    settle()
    assert task_state(server) == "shelving"
    pass_time(60)
    assert task_state(server) == "shelving_image_pending_upload"
    pass_time(60)
    assert shown(api, server)["status"] == "SHELVED_OFFLOADED"


def test_a_server_may_be_deleted_in_the_middle(api, server):
    action(api, server, {"resize": {"flavorRef": "2"}})
    settle()
    assert api.delete(f"/servers/{server}").status == 204
    pass_time(60)
    pass_time(60)
    assert api.get(f"/servers/{server}").status == 404
    for consumer in (server, Migration.objects.get().uuid):
        assert not placement().get_allocations(context.cloud(), consumer)["allocations"]
    assert not Guest.objects.filter(server_uuid=server).exists()


def test_a_live_migration_ends_with_its_server(api, root, server):
    body = {"os-migrateLive": {"host": None, "block_migration": "auto"}}
    action(root, server, body, "2.34")
    settle()
    assert api.delete(f"/servers/{server}").status == 204
    pass_time(60)
    pass_time(60)
    assert not Guest.objects.filter(server_uuid=server).exists()
    for consumer in (server, Migration.objects.get().uuid):
        assert not placement().get_allocations(context.cloud(), consumer)["allocations"]
