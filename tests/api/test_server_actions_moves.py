"""Servers that move: migrated, shelved, evacuated; and what Placement, Network and Volume hold."""

import pytest

from compute.agent import startup
from compute.clients.network import network
from compute.clients.placement import placement
from compute.domain import context, service_control
from compute.domain.errors import ComputeError
from compute.models import Guest, Host, Migration, Server, Service
from compute.virt import registry
from compute.work import clock, queue, runner
from tests.api.servers import action, boot, elsewhere, settle, shown


@pytest.fixture
def server(cloud, api):
    return boot(api)


@pytest.fixture
def held_clock(settings):
    settings.COMPUTE_CLOCK = "manual"
    clock.stop()
    yield clock
    clock.run()


def host_of(server):
    return Server.objects.get(uuid=server).host


def held(consumer):
    """The hosts on which a consumer holds something."""
    known = dict(Host.objects.values_list("uuid", "host"))
    allocations = placement().get_allocations(context.cloud(), consumer)["allocations"]
    return sorted(known[provider] for provider in allocations)


def other(host):
    return "compute2" if host == "compute1" else "compute1"


def port_hosts(server):
    ports = network().list_ports(context.cloud(), device_id=server)
    return [port["binding:host_id"] for port in ports]


def test_a_move_holds_each_place_once(api, root, server):
    before = host_of(server)
    assert action(root, server, {"migrate": None}).status == 202
    settle()
    move = Migration.objects.get()
    assert (move.migration_type, move.status) == ("migration", "finished")
    assert (held(server), held(move.uuid)) == ([other(before)], [before])
    assert port_hosts(server) == [other(before)]
    action(api, server, {"revertResize": None})
    settle()
    assert (held(server), held(move.uuid)) == ([before], [])
    assert (host_of(server), port_hosts(server)) == (before, [before])


def test_a_move_without_another_host_changes_nothing(api, root, server):
    Service.objects.filter(host=other(host_of(server))).update(disabled=True)
    assert action(api, server, {"resize": {"flavorRef": "2"}}).status == 202
    settle()
    assert shown(api, server)["status"] == "ACTIVE"
    assert held(server) == [host_of(server)]
    # Nova: that it was tried is kept.
    move = Migration.objects.get()
    assert (move.status, move.source_compute, move.dest_compute, held(move.uuid)) == (
        "error", host_of(server), None, []
    )  # fmt: skip


def test_a_host_for_a_migration_is_named_by_administrators(root, api, server):
    mandy = api.as_("mandy")
    where = {"migrate": {"host": other(host_of(server))}}
    assert action(mandy, server, where, version="2.56").status == 403
    answer = action(root, server, {"migrate": {"host": "nowhere"}}, version="2.56")
    assert (answer.status, answer.error) == (400, "Compute host nowhere could not be found.")
    answer = action(root, server, {"migrate": {"host": host_of(server)}}, version="2.56")
    assert answer.error == "Cannot migrate to the host where the server exists."
    assert action(root, server, where, version="2.56").status == 202


def test_a_running_server_moves(root, server):
    before = host_of(server)
    body = {"os-migrateLive": {"host": None, "block_migration": "auto"}}
    assert action(root, server, body, version="2.34").status == 202
    settle()
    assert host_of(server) == other(before)
    assert shown(root, server)["status"] == "ACTIVE"
    move = Migration.objects.get()
    assert (move.status, held(move.uuid), held(server)) == ("completed", [], [other(before)])


def start_live(root, server):
    body = {"os-migrateLive": {"host": None, "block_migration": "auto"}}
    assert action(root, server, body, version="2.34").status == 202
    settle()
    return Migration.objects.get().pk


def test_a_live_migration_is_seen_and_stopped(root, server, held_clock):
    before = host_of(server)
    number = start_live(root, server)
    assert shown(root, server)["status"] == "MIGRATING"
    moves = root.get(f"/servers/{server}/migrations", version="2.23").json["migrations"]
    assert [move["status"] for move in moves] == ["running"]
    one = root.get(f"/servers/{server}/migrations/{number}", version="2.80").json["migration"]
    assert one["dest_compute"] == other(before)
    answer = root.delete(f"/servers/{server}/migrations/{number}", version="2.24")
    assert answer.status == 202
    settle()
    assert (shown(root, server)["status"], host_of(server)) == ("ACTIVE", before)
    assert (Migration.objects.get().status, held(server)) == ("cancelled", [before])


def test_a_live_migration_is_forced_to_its_end(root, server, held_clock):
    before = host_of(server)
    number = start_live(root, server)
    path = f"/servers/{server}/migrations/{number}/action"
    assert root.post(path, {"force_complete": None}, version="2.21").status == 404
    assert root.post(path, {"force_complete": None}, version="2.22").status == 202
    settle()
    assert host_of(server) == other(before)


def test_an_older_live_migration_refuses_at_once(root, server):
    body = {
        "os-migrateLive": {
            "host": host_of(server),
            "block_migration": False,
            "disk_over_commit": False,
        }
    }
    answer = action(root, server, body)
    assert answer.status == 400
    assert answer.error.startswith(f"Unable to migrate instance ({server}) to current host")


def test_a_server_is_shelved_and_comes_back(api, root, server):
    assert action(api, server, {"shelve": None}).status == 202
    settle()
    seen = shown(root, server)
    assert seen["status"] == "SHELVED_OFFLOADED"
    assert seen["OS-EXT-SRV-ATTR:host"] is None
    assert held(server) == []
    images = elsewhere(api, "GET", "/image/v2/images?name=one-shelved").json["images"]
    assert [image["status"] for image in images] == ["active"]
    assert action(api, server, {"unshelve": None}).status == 202
    settle()
    assert shown(api, server)["status"] == "ACTIVE"
    assert held(server) == [host_of(server)]
    assert not elsewhere(api, "GET", "/image/v2/images?name=one-shelved").json["images"]


def test_a_shelved_server_keeps_its_host_for_a_while(api, root, server, settings):
    settings.SHELVED_OFFLOAD_TIME = -1
    action(api, server, {"shelve": None})
    settle()
    assert shown(api, server)["status"] == "SHELVED"
    asked = {"unshelve": {"availability_zone": "nova"}}
    assert "must be SHELVED_OFFLOADED" in action(api, server, asked, version="2.77").error
    assert action(api, server, {"shelveOffload": None}).status == 403
    assert action(root, server, {"shelveOffload": None}).status == 202
    settle()
    assert shown(api, server)["status"] == "SHELVED_OFFLOADED"


def test_unshelving_goes_to_the_host_that_is_named(api, root, server):
    action(api, server, {"shelve": None})
    settle()
    where = {"unshelve": {"host": "compute2"}}
    assert action(api, server, where, version="2.91").status == 403
    assert action(root, server, where, version="2.91").status == 202
    settle()
    assert host_of(server) == "compute2"


@pytest.mark.parametrize("others", ["disabled", "all disabled"])
def test_a_live_migration_that_nobody_takes_is_refused_and_kept(root, server, others):
    for host in ("compute1", "compute2"):
        if others == "all disabled" or host != host_of(server):
            service = {"host": host, "binary": "nova-compute"}
            assert root.put("/os-services/disable", service).status == 200
    body = {"os-migrateLive": {"host": None, "block_migration": "auto"}}
    answer = action(root, server, body, version="2.33")
    reason = "" if others == "all disabled" else "There are not enough hosts available."
    assert (answer.status, answer.error) == (400, f"No valid host was found. {reason}")
    (move,) = root.get("/os-migrations", version="2.23").json["migrations"]
    assert (move["status"], move["source_node"], move["dest_compute"]) == ("error", None, None)
    asked = root.get(f"/servers/{server}/os-instance-actions").json["instanceActions"]
    assert next((a["action"], a["message"]) for a in asked) == ("live-migration", "Error")
    assert shown(root, server)["status"] == "ACTIVE"


def test_a_lost_host_is_evacuated(root, server):
    before = host_of(server)
    answer = action(root, server, {"evacuate": {}}, version="2.14")
    assert (answer.status, answer.error) == (400, f"Compute service of {before} is still in use.")
    Service.objects.filter(host=before).update(forced_down=True)
    answer = action(root, server, {"evacuate": {"adminPass": "p", "onSharedStorage": False}})
    assert (answer.status, answer.json) == (200, {"adminPass": "p"})
    settle()
    assert (host_of(server), shown(root, server)["status"]) == (other(before), "ACTIVE")
    # Nova: until the lost host has forgotten it.
    assert held(server) == ["compute1", "compute2"]


def test_an_evacuation_that_comes_to_nothing_leaves_the_claim_as_it_was(root, server, monkeypatch):
    before = host_of(server)

    def refuse(*_):
        raise ComputeError("no")

    monkeypatch.setattr(type(registry.driver(other(before))), "spawn", refuse)
    Service.objects.filter(host=before).update(forced_down=True)
    assert action(root, server, {"evacuate": {}}, version="2.14").status == 200
    settle()
    assert (host_of(server), shown(root, server)["status"]) == (before, "ERROR")
    assert held(server) == [before]


def test_a_lost_host_takes_its_claims_along_when_it_is_deleted(root, server):
    before = host_of(server)
    service = Service.objects.get(host=before)
    service_control.change(service, forced_down=True)
    assert action(root, server, {"evacuate": {}}, version="2.14").status == 200
    settle()
    assert root.delete(f"/os-services/{service.uuid}", version="2.53").status == 204
    assert held(server) == [other(before)]
    assert [row["name"] for row in placement().providers(context.cloud())] == [other(before)]


def test_a_host_that_is_back_lets_nothing_go_of_a_server_on_its_way_back(root, server, held_clock):
    def evacuate_from(host):
        Service.objects.update(forced_down=False, last_seen_up=clock.now())
        Service.objects.filter(host=host).update(forced_down=True)
        assert action(root, server, {"evacuate": {}}, version="2.14").status == 200

    def pass_time():
        for _ in range(5):
            settle()
            held_clock.advance(60)

    before = host_of(server)
    evacuate_from(before)
    pass_time()
    evacuate_from(other(before))
    startup.recover_hosts([before])
    runner.drain(queues=[queue.SCHEDULER])
    settle()
    assert held(server) == ["compute1", "compute2"]
    pass_time()
    assert (host_of(server), shown(root, server)["status"]) == (before, "ACTIVE")
    assert before in held(server)
    assert Guest.objects.filter(server_uuid=server, host=before).exists()
    assert Migration.objects.get(source_compute=before).status == "completed"


def test_a_lost_host_is_not_up_before_its_service_has_begun_anew(root, server):
    before = host_of(server)
    service = Service.objects.get(host=before)
    path, up = f"/os-services/{service.uuid}", {"forced_down": False}
    assert root.put(path, {"forced_down": True}, version="2.53").status == 200
    assert action(root, server, {"evacuate": {}}, version="2.14").status == 200
    settle()
    move = Migration.objects.get()
    assert (move.status, held(server)) == ("done", ["compute1", "compute2"])
    answer = root.put(path, up, version="2.53")
    assert (answer.status, "`done` evacuation" in answer.error) == (400, True)
    assert Guest.objects.filter(server_uuid=server).count() == 2
    service_control.restart(service)
    settle()
    move.refresh_from_db()
    assert (move.status, held(move.uuid), held(server)) == ("completed", [], [other(before)])
    assert Guest.objects.get(server_uuid=server).host == other(before)
    assert root.put(path, up, version="2.53").status == 200


def test_what_a_deleted_server_held_of_a_lost_host_is_free_at_once(api, root, server):
    Service.objects.filter(host=host_of(server)).update(forced_down=True)
    assert action(root, server, {"evacuate": {}}, version="2.14").status == 200
    settle()
    assert api.delete(f"/servers/{server}").status == 204
    settle()
    move = Migration.objects.get()
    assert (move.status, held(move.uuid), held(server)) == ("done", [], [])
    startup.recover_hosts([str(move.source_compute)])
    settle()
    assert not Guest.objects.filter(server_uuid=server).exists()


def test_an_evacuated_server_is_off_from_2_95(root, server):
    Service.objects.filter(host=host_of(server)).update(forced_down=True)
    assert action(root, server, {"evacuate": {}}, version="2.95").status == 200
    settle()
    assert shown(root, server)["status"] == "SHUTOFF"


def test_a_shelved_server_takes_its_image_along_when_it_goes(api, server):
    action(api, server, {"shelve": None})
    settle()
    assert api.delete(f"/servers/{server}").status == 204
    settle()
    assert not elsewhere(api, "GET", "/image/v2/images?name=one-shelved").json["images"]


def test_a_server_that_waits_for_its_confirmation_is_deleted_everywhere(api, server):
    action(api, server, {"resize": {"flavorRef": "2"}})
    settle()
    move = Migration.objects.get()
    assert api.delete(f"/servers/{server}").status == 204
    settle()
    assert (held(server), held(move.uuid)) == ([], [])
    assert Migration.objects.get().status == "confirmed"
