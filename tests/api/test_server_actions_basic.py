"""Actions of servers through HTTP: what they answer, and what has become of the server then."""

import pytest

from compute.models import Migration, Server
from tests.api.servers import action, actions_of, boot, elsewhere, settle, shown


@pytest.fixture
def server(cloud, api):
    return boot(api)


def test_a_console_tells_its_last_lines(api, server):
    text = action(api, server, {"os-getConsoleOutput": {"length": 3}}).json["output"]
    assert len(text.split("\n")) == 3
    assert len(action(api, server, {"os-getConsoleOutput": {}}).json["output"]) > len(text)


def test_a_password_is_changed(api, server):
    assert action(api, server, {"changePassword": {"adminPass": "x"}}).status == 202
    settle()
    assert shown(api, server)["status"] == "ACTIVE"
    assert actions_of(api, server)[0] == "changePassword"


def test_a_lock_stops_its_owner_and_not_the_administrator(api, root, server):
    assert action(api, server, {"lock": {"locked_reason": "mine"}}, version="2.73").status == 202
    seen = shown(api, server, "2.73")
    assert (seen["locked"], seen["locked_reason"]) == (True, "mine")
    answer = action(api, server, {"os-stop": None})
    assert (answer.status, answer.error) == (409, f"Instance {server} is locked")
    assert action(api, server, {"unlock": None}).status == 202
    assert action(root, server, {"lock": None}).status == 202
    assert action(api, server, {"unlock": None}).status == 403
    assert action(root, server, {"unlock": None}).status == 202


def test_rescue_and_back(api, server):
    answer = action(api, server, {"rescue": {"adminPass": "secret"}})
    assert (answer.status, answer.json) == (200, {"adminPass": "secret"})
    settle()
    assert shown(api, server)["status"] == "RESCUE"
    assert action(api, server, {"unrescue": None}).status == 202
    settle()
    assert shown(api, server)["status"] == "ACTIVE"


def test_a_state_is_reset_by_administrators(api, root, server):
    assert action(api, server, {"os-resetState": {"state": "error"}}).status == 403
    assert action(root, server, {"os-resetState": {"state": "error"}}).status == 202
    assert shown(api, server)["status"] == "ERROR"


def test_a_rebuild_changes_what_it_names(api, server):
    image = shown(api, server)["image"]["id"]
    body = {
        "rebuild": {"imageRef": image, "name": "anew", "adminPass": "p", "metadata": {"a": "b"}}
    }
    answer = action(api, server, body)
    assert answer.status == 202
    told = answer.json["server"]
    assert (told["status"], told["name"], told["adminPass"]) == ("REBUILD", "anew", "p")
    settle()
    seen = shown(api, server)
    assert (seen["status"], seen["name"], seen["metadata"]) == ("ACTIVE", "anew", {"a": "b"})


def test_a_stopped_server_is_rebuilt_and_stays_off(api, server):
    action(api, server, {"os-stop": None})
    settle()
    action(api, server, {"rebuild": {"imageRef": shown(api, server)["image"]["id"]}})
    settle()
    assert shown(api, server)["status"] == "SHUTOFF"


def test_an_image_is_made_of_a_server(api, server):
    answer = action(api, server, {"createImage": {"name": "snap", "metadata": {"mine": "yes"}}})
    assert answer.status == 202
    image_id = answer.headers["Location"].rsplit("/", 1)[1]
    settle()
    image = elsewhere(api, "GET", f"/image/v2/images/{image_id}").json
    assert (image["status"], image["name"], image["mine"]) == ("active", "snap", "yes")
    assert image["size"] > 0
    assert image["instance_uuid"] == server
    again = action(api, server, {"createImage": {"name": "two"}}, version="2.45")
    assert list(again.json) == ["image_id"]


def test_an_image_is_of_the_format_that_hosts_write(api, server):
    Server.objects.update(image_properties={"disk_format": "iso", "container_format": "bare"})
    image_id = action(api, server, {"createImage": {"name": "snap"}}, "2.45").json["image_id"]
    settle()
    image = elsewhere(api, "GET", f"/image/v2/images/{image_id}").json
    assert (image["status"], image["disk_format"]) == ("active", "qcow2")


def test_a_resize_goes_elsewhere_and_is_confirmed(api, root, server):
    before = Server.objects.get(uuid=server).host
    assert action(api, server, {"resize": {"flavorRef": "2"}}).status == 202
    settle()
    assert shown(api, server)["status"] == "VERIFY_RESIZE"
    assert shown(root, server)["OS-EXT-SRV-ATTR:host"] != before
    assert Migration.objects.get().status == "finished"
    assert action(api, server, {"confirmResize": None}).status == 204
    settle()
    seen = shown(api, server, "2.47")
    assert (seen["status"], seen["flavor"]["original_name"]) == ("ACTIVE", "m1.small")
    assert Migration.objects.get().status == "confirmed"


def test_a_resize_is_reverted(api, server):
    before = Server.objects.get(uuid=server).host
    action(api, server, {"resize": {"flavorRef": "2"}})
    settle()
    assert action(api, server, {"revertResize": None}).status == 202
    settle()
    seen = shown(api, server)
    assert (seen["status"], seen["flavor"]["id"]) == ("ACTIVE", "1")
    assert Server.objects.get(uuid=server).host == before
    assert Migration.objects.get().status == "reverted"
