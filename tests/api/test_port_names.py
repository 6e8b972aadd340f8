"""Names of ports: a server gives its own to its ports, and takes no port with another's."""

import pytest

from compute.models import Host
from tests.api.servers import boot, elsewhere, order, settle, shown
from tests.api.test_interfaces import plug, port, seen, unplug
from tests.cast import ELSEWHERE

EXHAUSTED = (
    "Exceeded maximum number of retries. Exhausted all hosts available for retrying build "
    "failures for instance {}."
)


def name_of(api, port_id):
    return seen(api, port_id).json["port"]["dns_name"]


def port_of(api, server):
    found = elsewhere(api, "GET", f"/network/v2.0/ports?device_id={server}").json["ports"]
    return found[0]["id"]


def fails(api, **asked):
    """Boot a server that is accepted and comes to nothing; its fault."""
    server = order(api, **asked)
    settle()
    found = shown(api, server)
    assert found["status"] == "ERROR"
    assert found["fault"]["message"] == EXHAUSTED.format(server)
    return server


def test_a_server_names_the_port_that_is_made_for_it(cloud, api, root):
    server = boot(api, name="Web One")
    assert name_of(root, port_of(root, server)) == "web-one"


def test_a_port_that_is_lent_has_the_name_as_long_as_it_is(cloud, api, root):
    server = boot(api, name="web")
    lent = port(api)
    assert plug(api, server, port_id=lent["id"]).status == 200
    settle()
    assert name_of(root, lent["id"]) == "web"
    assert unplug(api, server, lent["id"]).status == 202
    settle()
    assert name_of(root, lent["id"]) == ""


def test_a_port_with_the_servers_own_name_will_do(cloud, api):
    own = port(api, dns_name="web")
    server = boot(api, name="web", networks=[{"port": own["id"]}])
    assert shown(api, server)["status"] == "ACTIVE"


@pytest.mark.parametrize("version", ["2.1", "2.104"])
def test_a_port_with_another_name_fails_and_loses_it(cloud, api, root, version):
    Host.objects.exclude(host="compute1").delete()
    other = port(api, dns_name="other")
    server = fails(api, version=version, name="web", networks=[{"port": other["id"]}])
    left = seen(root, other["id"]).json["port"]
    assert (left["device_id"], left["dns_name"]) == ("", "")
    (action,) = api.get(f"/servers/{server}/os-instance-actions").json["instanceActions"]
    assert action["message"] is None


def test_a_port_that_has_lost_its_name_is_taken_by_the_next_host(cloud, api, root):
    other = port(api, dns_name="other")
    boot(api, name="web", networks=[{"port": other["id"]}])
    assert name_of(root, other["id"]) == "web"


def test_a_port_of_another_project_is_no_use_to_an_administrator_either(cloud, api, root):
    theirs = port(root, project_id=ELSEWHERE)
    fails(root, networks=[{"port": theirs["id"]}])
    assert seen(root, theirs["id"]).json["port"]["device_id"] == ""


def test_a_name_that_no_port_may_have_fails(cloud, api):
    fails(api, name="sérvér")
