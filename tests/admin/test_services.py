"""An administrator empties hosts and mends the work table, and the records say who it was."""

import pytest
from django.contrib.admin.models import LogEntry

from compute.models import Server, ServerAction, Service, Task
from compute.work import leases, queue
from tests.admin.test_site import site  # noqa: F401 - a fixture
from tests.api.servers import action, boot, settle, shown


def press(site, page, name, *rows, **more):  # noqa: F811
    ids = [row.pk for row in rows]
    answer = site.post(
        f"/admin/compute/{page}/", {"action": name, "_selected_action": ids, **more}, follow=True
    )
    assert answer.status_code == 200
    return answer.content.decode()


def service_of(server):
    host = Server.objects.get(uuid=server).host
    return Service.objects.get(binary="nova-compute", host=host)


@pytest.fixture
def server(cloud, api):
    return boot(api)


def test_a_host_is_drained(site, api, root, server):  # noqa: F811
    service = service_of(server)
    resting = boot(root, availability_zone=f"nova:{service.host}")
    action(root, resting, {"os-stop": None})
    settle()
    press(site, "service", "drain", service, reason="new memory")
    service.refresh_from_db()
    assert (service.disabled, service.disabled_reason) == (True, "new memory")
    settle()
    assert service not in (service_of(server), service_of(resting))
    assert [shown(root, each)["status"] for each in (server, resting)] == [
        "ACTIVE",
        "VERIFY_RESIZE",
    ]
    asked = ServerAction.objects.filter(server__uuid=server).latest("pk")
    entry = LogEntry.objects.filter(change_message="Moved away").latest("pk")
    assert asked.action == "live-migration"
    assert entry.user.get_username() == f"/default/{asked.user_id}"


def test_a_host_that_is_down_is_evacuated(site, api, server):  # noqa: F811
    service = service_of(server)
    assert "is still in use" in press(site, "service", "evacuate", service)
    press(site, "service", "force_down", service)
    press(site, "service", "evacuate", service)
    settle()
    assert service_of(server) != service
    assert shown(api, server)["status"] == "ACTIVE"
    entry = LogEntry.objects.filter(change_message="Evacuated").get()
    assert (entry.user.first_name, entry.object_id) == (
        "admin",
        str(Server.objects.get(uuid=server).pk),
    )


def test_a_service_says_how_many_servers_it_has(site, server):  # noqa: F811
    page = site.get("/admin/compute/service/").content.decode()
    host = service_of(server).host
    assert f'<a href="/admin/compute/server/?host={host}&amp;deleted=0">1</a>' in page


def test_a_servers_page_tells_its_story(site, api, root, server):  # noqa: F811
    action(root, server, {"migrate": None})
    settle()
    row = Server.objects.get(uuid=server)
    page = site.get(f"/admin/compute/server/{row.pk}/change/").content.decode()
    for told in ("compute_finish_resize (Success)", "migration", "finished", "/dev/vda"):
        assert told in page


def waiting(server):
    """A task of the server that waits for its time."""
    row = Task.objects.get(server_uuid=server)
    Task.objects.update(not_before="2100-01-01T00:00:00Z", attempts=3)
    return row


def test_work_that_waits_is_tried_at_once(site, api, server):  # noqa: F811
    action(api, server, {"os-stop": None})
    row = waiting(server)
    settle()
    assert shown(api, server)["status"] == "ACTIVE"
    press(site, "task", "retry", row)
    settle()
    assert shown(api, server)["status"] == "SHUTOFF"


def test_work_that_waits_is_given_up_and_its_server_set_free(site, api, server):  # noqa: F811
    action(api, server, {"os-stop": None})
    press(site, "task", "abandon", waiting(server))
    assert Server.objects.get(uuid=server).task_state is None
    asked = ServerAction.objects.filter(server__uuid=server).latest("pk")
    assert (asked.message, asked.finish_time is not None) == ("Error", True)
    event = asked.events.get()
    assert event.details == "The administrator admin gave 'stop' up."
    assert not Task.objects.filter(state=leases.QUEUED).exists()


def test_a_build_that_is_given_up_leaves_nothing(site, api, cloud):  # noqa: F811
    from tests.api.test_bad_days import held_by
    from tests.api.test_hardware import order

    server = order(api, "1").json["server"]["id"]
    press(site, "task", "abandon", Task.objects.get())
    settle()
    assert shown(api, server)["status"] == "ERROR"
    assert held_by(server) == ([], [], 0)


def test_work_that_is_being_done_is_left_alone(site, api, server):  # noqa: F811
    action(api, server, {"os-stop": None})
    Task.objects.update(state=leases.RUNNING, owner="elsewhere/1/x", lease_until="2100-01-01T00Z")
    row = Task.objects.get()
    for name in ("retry", "abandon"):
        assert "is being done" in press(site, "task", name, row)
    assert Task.objects.get().owner == "elsewhere/1/x"


def test_work_that_has_failed_is_forgotten_when_given_up(site, cloud):  # noqa: F811
    row = Task.objects.create(kind="stop", queue=queue.CONDUCTOR, state=leases.FAILED)
    press(site, "task", "abandon", row)
    assert not Task.objects.exists()
