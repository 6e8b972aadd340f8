"""Where servers are asked to be: zones that aggregates make, and hosts by their names."""

import pytest

from compute.models import Server
from tests.api.servers import action, boot, order, settle, shown
from tests.api.test_bad_days import fault


@pytest.fixture
def east(cloud, root):
    """A zone with the second of two hosts."""
    made = root.post("/os-aggregates", {"aggregate": {"name": "one", "availability_zone": "east"}})
    aggregate = made.json["aggregate"]["id"]
    root.post(f"/os-aggregates/{aggregate}/action", {"add_host": {"host": "compute2"}})
    return aggregate


def place(root, server):
    seen = shown(root, server)
    return seen["status"], seen["OS-EXT-SRV-ATTR:host"], seen["OS-EXT-AZ:availability_zone"]


def disable(root, host):
    root.put("/os-services/disable", {"host": host, "binary": "nova-compute"})


def test_a_zone_that_an_aggregate_makes_is_kept_to(east, api, root):
    assert place(root, boot(api, availability_zone="east")) == ("ACTIVE", "compute2", "east")
    disable(root, "compute2")
    server = order(api, availability_zone="nova:", name="one")
    settle()
    assert place(root, server) == ("ACTIVE", "compute1", "nova")


def test_the_default_zone_is_wherever_there_is_room(east, api, root):
    server = order(api, availability_zone="nova")
    disable(root, "compute1")
    settle()
    assert place(root, server) == ("ACTIVE", "compute2", "east")


def test_a_zone_without_hosts_has_no_valid_host(east, api, root):
    server = order(api, availability_zone="east")
    root.post(f"/os-aggregates/{east}/action", {"remove_host": {"host": "compute2"}})
    settle()
    assert place(root, server)[0] == "ERROR"
    # Nova: Placement knows of none, so that nothing is said of too few hosts.
    assert fault(api, server) == "No valid host was found. "


@pytest.mark.parametrize("zone", ["bad:", "nova:", ":", "::", "nova::"])
def test_a_host_without_a_name_is_none_and_needs_no_rights(api, root, cloud, zone):
    assert place(root, boot(api, availability_zone=zone))[2] == "nova"


def test_a_zone_that_is_not_there_is_refused(api, cloud):
    body = {"name": "one", "flavorRef": "1", "networks": "none", "availability_zone": "bad"}
    body["imageRef"] = "11111111-1111-4111-8111-111111111111"
    answer = api.post("/servers", {"server": body}, version="2.37")
    assert answer.status == 400
    assert not Server.objects.exists()


@pytest.mark.parametrize(
    ("zone", "named"),
    [("nova:nohost", "host: nohost node: None "), ("nova::nonode", "host: None node: nonode ")],
)
def test_a_host_that_is_not_there_is_named(api, root, cloud, zone, named):
    server = order(root, availability_zone=zone)
    settle()
    said = f"No valid host was found. No such host - {named}"
    assert fault(root, server) == said


def test_a_server_does_not_leave_the_zone_that_it_asked_for(east, api, root):
    server = boot(api, availability_zone="east")
    assert action(root, server, {"migrate": None}).status == 202
    settle()
    assert place(root, server) == ("ACTIVE", "compute2", "east")
