"""The clock that clouds have unless told otherwise: hardly any time, but enough to be met."""

import pytest

from compute.models import Task
from compute.work import clock, runner
from tests.api.servers import action, boot, elsewhere, settle


def test_a_second_image_is_refused_while_the_first_is_made(cloud, api, settings):
    settings.COMPUTE_CLOCK = "brief"
    server = boot(api)
    first = action(api, server, {"createImage": {"name": "one"}}, "2.45")
    settle()
    second = action(api, server, {"createImage": {"name": "two"}}, "2.45")
    assert (first.status, second.status) == (202, 409)
    assert second.error == (
        f"Cannot 'createImage' instance {server} while it is in task_state image_pending_upload"
    )
    Task.objects.update(not_before=clock.now())
    runner.drain()
    image = elsewhere(api, "GET", f"/image/v2/images/{first.json['image_id']}").json
    assert image["status"] == "active"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"reboot": {"type": "SOFT"}}, "REBOOT"),
        ({"reboot": {"type": "HARD"}}, "HARD_REBOOT"),
        ({"changePassword": {"adminPass": "secret"}}, "PASSWORD"),
        ({"rebuild": {"imageRef": None}}, "REBUILD"),
    ],
    ids=lambda each: each if isinstance(each, str) else None,
)
def test_what_leaves_no_other_trace_can_be_seen_under_way(cloud, api, settings, body, status):
    settings.COMPUTE_CLOCK = "brief"
    server = boot(api)
    if "rebuild" in body:
        body = {
            "rebuild": {"imageRef": api.get(f"/servers/{server}").json["server"]["image"]["id"]}
        }
    assert action(api, server, body).status == 202
    settle()
    assert api.get(f"/servers/{server}").json["server"]["status"] == status
    Task.objects.update(not_before=clock.now())
    runner.drain()
    assert api.get(f"/servers/{server}").json["server"]["status"] == "ACTIVE"
