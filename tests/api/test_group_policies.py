"""What server groups refuse where the scheduler is not asked, and to servers that move."""

import pytest

from compute.models import Migration, Server
from tests.api.servers import action, elsewhere, settle, shown

VIOLATED = {
    "anti-affinity": "Anti-affinity instance group policy was violated",
    "affinity": "Affinity instance group policy was violated",
}
# The other host of two that the policy forbids beside a member on compute1.
FORBIDDEN = {"anti-affinity": "compute1", "affinity": "compute2"}


@pytest.fixture
def boot_in(cloud, root):
    """A function that boots a server of a group onto a host; its id."""
    image = elsewhere(root, "GET", "/image/v2/images").json["images"][0]["id"]

    def boot(group, host):
        asked = {
            "name": "one",
            "imageRef": image,
            "flavorRef": "1",
            "networks": "none",
            "availability_zone": f"nova:{host}",
        }
        body = {"server": asked, "os:scheduler_hints": {"group": group}}
        answer = root.post("/servers", body, version="2.37")
        assert answer.status == 202, answer
        settle()
        return answer.json["server"]["id"]

    return boot


def group_of(root, policy, **rules):
    body = {"server_group": {"name": "g", "policy": policy, **({"rules": rules} if rules else {})}}
    return root.post("/os-server-groups", body, version="2.64").json["server_group"]["id"]


def steps_of(root, server):
    latest = root.get(f"/servers/{server}/os-instance-actions").json["instanceActions"][0]
    path = f"/servers/{server}/os-instance-actions/{latest['request_id']}"
    told = root.get(path, version="2.84").json["instanceAction"]
    return told["message"], [(e["event"], e["result"], e["details"]) for e in told["events"]]


@pytest.mark.parametrize("policy", VIOLATED)
def test_a_build_that_is_forced_onto_a_host_ends_in_error(root, boot_in, policy):
    group = group_of(root, policy)
    first = boot_in(group, "compute1")
    assert shown(root, first)["status"] == "ACTIVE"
    server = boot_in(group, FORBIDDEN[policy])
    seen = shown(root, server)
    assert (seen["status"], seen["fault"]["message"]) == ("ERROR", VIOLATED[policy])
    assert (seen["OS-EXT-SRV-ATTR:host"], seen["OS-EXT-AZ:availability_zone"]) == (None, "")
    assert shown(root, server, "2.3")["OS-EXT-SRV-ATTR:root_device_name"] is None
    assert steps_of(root, server) == (
        None,
        [("compute__do_build_and_run_instance", "Success", None)],
    )


def test_as_many_as_the_rule_says_may_be_on_a_host(root, boot_in):
    group = group_of(root, "anti-affinity", max_server_per_host=2)
    made = [boot_in(group, "compute1") for _ in range(3)]
    assert [shown(root, server)["status"] for server in made] == ["ACTIVE", "ACTIVE", "ERROR"]


@pytest.mark.parametrize("body", [{"migrate": None}, {"resize": {"flavorRef": "2"}}])
def test_the_only_server_of_an_affinity_group_stays_where_it_is(root, boot_in, body):
    server = boot_in(group_of(root, "affinity"), "compute1")
    assert action(root, server, body).status == 202
    settle()
    seen = shown(root, server)
    assert (seen["status"], seen["OS-EXT-SRV-ATTR:host"]) == ("ACTIVE", "compute1")
    assert Migration.objects.get(server__uuid=server).status == "error"


def test_an_old_live_migration_is_refused_by_the_filters_at_once(root, boot_in):
    server = boot_in(group_of(root, "affinity"), "compute1")
    body = {"os-migrateLive": {"host": None, "block_migration": "auto"}}
    answer = action(root, server, body, version="2.33")
    reason = "No valid host was found. There are not enough hosts available."
    assert (answer.status, answer.error) == (400, reason)
    assert action(root, server, body, version="2.34").status == 202
    settle()
    assert shown(root, server)["OS-EXT-SRV-ATTR:host"] == "compute1"


@pytest.mark.parametrize("version", ["2.29", "2.30", "2.67"])
def test_a_forced_live_migration_that_violates_a_policy_is_an_error(root, boot_in, version):
    group = group_of(root, "anti-affinity")
    server, _ = boot_in(group, "compute1"), boot_in(group, "compute2")
    asked = {"host": "compute2", "block_migration": "auto"}
    if version != "2.29":
        asked["force"] = True
    answer = action(root, server, {"os-migrateLive": asked}, version=version)
    if version == "2.67":
        assert answer.status == 202
        settle()
    else:
        assert answer.status == 500
        assert answer.error.endswith("<class 'nova.exception.MigrationError'>")
    seen = shown(root, server)
    assert (seen["status"], seen["OS-EXT-SRV-ATTR:host"]) == ("ERROR", "compute1")
    assert seen["fault"]["message"] == VIOLATED["anti-affinity"]
    conductor = (
        "conductor_live_migrate_instance" if version == "2.67" else "conductor_migrate_server"
    )
    checked = "compute_check_can_live_migrate_destination"
    assert steps_of(root, server) == (
        "Error",
        [
            (checked, "Error", VIOLATED["anti-affinity"]),
            (conductor, "Error", f"Migration error: {VIOLATED['anti-affinity']}"),
        ],
    )
    move = Migration.objects.get(server__uuid=server)
    assert (move.status, move.dest_compute, move.dest_node) == ("error", "compute2", None)


def test_a_forced_evacuation_that_violates_a_policy_fails_on_its_host(root, boot_in):
    group = group_of(root, "anti-affinity")
    server, _ = boot_in(group, "compute1"), boot_in(group, "compute2")
    down = {"host": "compute1", "binary": "nova-compute", "forced_down": True}
    assert root.put("/os-services/force-down", down, version="2.11").status == 200
    body = {"evacuate": {"host": "compute2", "force": True}}
    assert action(root, server, body, version="2.29").status == 200
    settle()
    seen = shown(root, server)
    assert (seen["status"], seen["OS-EXT-SRV-ATTR:host"]) == ("ERROR", "compute1")
    assert seen["fault"]["message"] == VIOLATED["anti-affinity"]
    assert Migration.objects.get(server__uuid=server).status == "failed"


def test_a_host_comes_back_when_the_servers_that_left_it_are_deleted(root, boot_in):
    server = boot_in(group_of(root, "anti-affinity"), "compute1")
    down = {"host": "compute1", "binary": "nova-compute", "forced_down": True}
    assert root.put("/os-services/force-down", down, version="2.11").status == 200
    assert action(root, server, {"evacuate": {}}, version="2.14").status == 200
    settle()
    up = {**down, "forced_down": False}
    assert root.put("/os-services/force-down", up, version="2.11").status == 400
    assert root.delete(f"/servers/{server}").status == 204
    settle()
    assert not Server.objects.filter(uuid=server, deleted=False).exists()
    assert root.put("/os-services/force-down", up, version="2.11").status == 200
