"""Networks and subnets."""

import pytest

from tests.network.conftest import refusal


def test_a_project_sees_its_own_networks_shared_ones_and_external_ones(net, admin, network, public):
    admin.make("network", name="shared", shared=True)
    admin.make("network", name="private")
    assert set(net.names("/networks")) == {"hers", "shared", "public"}
    assert set(net.as_("carol").names("/networks")) == {"shared", "public"}
    assert set(admin.names("/networks")) == {"hers", "shared", "private", "public"}


def test_another_projects_network_is_not_there(net, network):
    carol, path = net.as_("carol"), f"/networks/{network['id']}"
    for answer in (
        carol.get(path),
        carol.put(path, {"network": {"name": "mine"}}),
        carol.delete(path),
        carol.post("/ports", {"port": {"network_id": network["id"]}}),
    ):
        assert refusal(answer) == (404, "NetworkNotFound")


def test_provider_attributes_are_the_administrators(net, admin, network):
    path = f"/networks/{network['id']}"
    assert "provider:network_type" not in net.show(path)
    assert admin.show(path)["provider:network_type"] == "vxlan"


@pytest.mark.parametrize(
    "more",
    [{"shared": True}, {"router:external": True}, {"provider:network_type": "flat"}],
)
def test_what_only_an_administrator_may_give_a_network(net, more):
    answer = net.post("/networks", {"network": {"name": "n", **more}})
    assert refusal(answer) == (403, "PolicyNotAuthorized")


def test_a_reader_may_look_and_nothing_else(net, network):
    rita = net.as_("rita")
    assert rita.get(f"/networks/{network['id']}").status == 200
    assert rita.post("/networks", {"network": {}}).status == 403
    assert rita.put(f"/networks/{network['id']}", {"network": {"name": "x"}}).status == 403
    assert rita.delete(f"/networks/{network['id']}").status == 403


def test_a_network_with_ports_stays(net, network):
    port = net.make("port", network_id=network["id"])
    answer = net.delete(f"/networks/{network['id']}")
    assert refusal(answer) == (409, "NetworkInUse")
    assert port["id"] in answer.text
    net.delete(f"/ports/{port['id']}")
    assert net.delete(f"/networks/{network['id']}").status == 204


def test_a_network_takes_its_subnets_along(net, network, subnet):
    assert net.delete(f"/networks/{network['id']}").status == 204
    assert net.get(f"/subnets/{subnet['id']}").status == 404


def test_overlapping_subnets_are_refused(net, network, subnet):
    body = {"network_id": network["id"], "ip_version": 4, "cidr": "10.9.0.128/25"}
    answer = net.post("/subnets", {"subnet": body})
    assert refusal(answer) == (400, "InvalidInput")
    assert "overlaps with another subnet" in answer.text


def test_a_subnet_with_addresses_in_use_stays(net, network, subnet):
    net.make("port", network_id=network["id"])
    assert refusal(net.delete(f"/subnets/{subnet['id']}")) == (409, "SubnetInUse")


@pytest.mark.parametrize(
    ("more", "status", "kind"),
    [
        ({"cidr": "10.2.0.0/24", "gateway_ip": "10.2.0.0"}, 400, "InvalidInput"),
        ({"cidr": "10.2.0.0/31"}, 400, "InvalidInput"),
        ({"cidr": "nonsense"}, 400, "InvalidInput"),
        ({}, 400, "BadRequest"),
        ({"cidr": "fd00::/64"}, 400, "InvalidInput"),
        ({"cidr": "10.2.0.0/24", "ipv6_ra_mode": "slaac"}, 400, "InvalidInput"),
        (
            {"cidr": "10.2.0.0/24", "allocation_pools": [{"start": "10.3.0.1", "end": "10.3.0.9"}]},
            400,
            "OutOfBoundsAllocationPool",
        ),
        (
            {"cidr": "10.2.0.0/24", "allocation_pools": [{"start": "10.2.0.1", "end": "10.2.0.9"}]},
            409,
            "GatewayConflictWithAllocationPools",
        ),
    ],
)
def test_subnets_that_cannot_be(net, network, more, status, kind):
    body = {"network_id": network["id"], "ip_version": 4, **more}
    assert refusal(net.post("/subnets", {"subnet": body})) == (status, kind)


def test_the_gateway_is_kept_out_of_the_pools(net, network):
    made = net.make(
        "subnet", network_id=network["id"], ip_version=4, cidr="10.2.0.0/24", gateway_ip="10.2.0.9"
    )
    assert made["allocation_pools"] == [
        {"start": "10.2.0.1", "end": "10.2.0.8"},
        {"start": "10.2.0.10", "end": "10.2.0.254"},
    ]


def test_several_are_made_together_or_not_at_all(net):
    made = net.post("/networks", {"networks": [{"name": "a"}, {"name": "b"}]})
    assert [network["name"] for network in made.json["networks"]] == ["a", "b"]
    wrong = {"networks": [{"name": "c"}, {"name": "d", "availability_zone_hints": ["no"]}]}
    assert refusal(net.post("/networks", wrong)) == (404, "AvailabilityZoneNotFound")
    assert set(net.names("/networks")) == {"a", "b"}


def test_unknown_and_read_only_attributes_are_refused(net, network):
    unknown = net.post("/networks", {"network": {"colour": "red"}})
    assert unknown.error == "Unrecognized attribute(s) 'colour'"
    fixed = net.put(f"/networks/{network['id']}", {"network": {"status": "DOWN"}})
    assert fixed.error == "Cannot update read-only attribute status"
    assert net.post("/networks", raw="{").error == "Body contains invalid data"


def test_a_stale_revision_is_refused(net, network):
    path, body = f"/networks/{network['id']}", {"network": {"name": "x"}}
    revision = network["revision_number"]
    right = net.put(path, body, headers={"If-Match": f"revision_number={revision}"})
    assert right.json["network"]["revision_number"] == revision + 1
    stale = net.put(path, body, headers={"If-Match": f"revision_number={revision}"})
    assert refusal(stale) == (412, "RevisionNumberConstraintFailed")
    assert stale.error == f"Constrained to {revision}, but current revision is {revision + 1}"


def test_subnets_come_out_of_a_pool_without_overlap(net, network):
    pool = net.make("subnetpool", name="p", prefixes=["10.5.0.0/24"], default_prefixlen=26)
    wish = {"network_id": network["id"], "ip_version": 4, "subnetpool_id": pool["id"]}
    cidrs = [net.make("subnet", **wish)["cidr"] for _ in range(4)]
    assert cidrs == ["10.5.0.0/26", "10.5.0.64/26", "10.5.0.128/26", "10.5.0.192/26"]
    assert net.post("/subnets", {"subnet": wish}).status == 500
    assert refusal(net.delete(f"/subnetpools/{pool['id']}")) == (400, "SubnetPoolDeleteError")


def test_sharing_with_one_project_shows_the_network_to_it_alone(net, network):
    carol = net.as_("carol")
    policy = net.make(
        "rbac_policy",
        "rbac-policies",
        object_type="network",
        object_id=network["id"],
        action="access_as_shared",
        target_tenant="ca401000000000000000000000000002",
    )
    assert carol.names("/networks") == ["hers"]
    assert carol.show(f"/networks/{network['id']}")["shared"] is True
    carol.make("port", network_id=network["id"])
    in_use = net.delete(f"/rbac-policies/{policy['id']}")
    assert refusal(in_use) == (409, "RbacPolicyInUse")
    assert net.as_("rita").get("/rbac-policies").json["rbac_policies"] != []
    assert carol.get("/rbac-policies").json["rbac_policies"] == []


CAROL = "ca401000000000000000000000000002"


def shared(net, kind, thing, target, action="access_as_shared"):
    return net.make(
        "rbac_policy",
        "rbac-policies",
        object_type=kind,
        object_id=thing["id"],
        action=action,
        target_tenant=target,
    )["id"]


def test_an_external_network_stays_everybodys_while_routers_hang_on_it(admin, public):
    path = f"/rbac-policies?object_id={public['id']}&action=access_as_external"
    (wildcard,) = (row["id"] for row in admin.get(path).json["rbac_policies"])
    carol = admin.as_("carol")
    router = carol.make("router", name="r", external_gateway_info={"network_id": public["id"]})[
        "id"
    ]
    answer = admin.delete(f"/rbac-policies/{wildcard}")
    assert refusal(answer) == (409, "RbacPolicyInUse")
    assert "There are routers attached to this network" in answer.error
    body = {"rbac_policy": {"target_tenant": CAROL}}
    assert admin.put(f"/rbac-policies/{wildcard}", body).status == 200
    assert refusal(admin.delete(f"/rbac-policies/{wildcard}")) == (409, "RbacPolicyInUse")
    everybody = shared(admin, "network", public, "*", "access_as_external")
    assert admin.delete(f"/rbac-policies/{wildcard}").status == 204
    assert carol.delete(f"/routers/{router}").status == 204
    default = {"network": {"is_default": True}}
    assert admin.put(f"/networks/{public['id']}", default).status == 200
    answer = admin.delete(f"/rbac-policies/{everybody}")
    assert (answer.status, "Default external networks" in answer.error) == (409, True)
    assert admin.show(f"/networks/{public['id']}")["router:external"] is True


def test_what_others_lean_on_stays_shared(net, network):
    carol = net.as_("carol")
    group = net.make("security_group", name="g")
    pool = net.make("subnetpool", name="p", prefixes=["10.5.0.0/24"], default_prefixlen=26)
    addresses = net.make("address_group", name="a", addresses=["10.0.0.0/8"])
    scope = net.make("address_scope", name="s", ip_version=4)
    policies = [
        shared(net, kind, thing, CAROL)
        for kind, thing in (
            ("security_group", group),
            ("subnetpool", pool),
            ("address_group", addresses),
            ("address_scope", scope),
        )
    ]
    place = carol.make("network", name="carols")["id"]
    carol.make("subnet", network_id=place, ip_version=4, subnetpool_id=pool["id"])
    carol.make("port", network_id=place, security_groups=[group["id"]])
    own = carol.make("security_group", name="own")["id"]
    carol.make(
        "security_group_rule",
        security_group_id=own,
        direction="ingress",
        remote_address_group_id=addresses["id"],
    )
    carol.make("subnetpool", name="c", prefixes=["10.6.0.0/24"], address_scope_id=scope["id"])
    for policy in policies:
        answer = net.delete(f"/rbac-policies/{policy}")
        assert refusal(answer) == (409, "RbacPolicyInUse"), answer
        assert answer.error.endswith(f"Details: project_id={CAROL}")
    everybody = shared(net.as_("root"), "subnetpool", pool, "*")
    assert net.delete(f"/rbac-policies/{policies[1]}").status == 204
    assert refusal(net.as_("root").delete(f"/rbac-policies/{everybody}"))[0] == 409


def test_a_pool_is_shared_with_those_who_see_its_scope(net):
    scope = net.make("address_scope", name="s", ip_version=4)
    pool = net.make("subnetpool", name="p", prefixes=["10.5.0.0/24"], address_scope_id=scope["id"])
    wish = {
        "object_type": "subnetpool",
        "object_id": pool["id"],
        "action": "access_as_shared",
        "target_tenant": CAROL,
    }
    answer = net.post("/rbac-policies", {"rbac_policy": wish})
    assert (answer.status, "doesn't have access to associated" in answer.error) == (400, True)
    shared(net, "address_scope", scope, CAROL)
    assert net.post("/rbac-policies", {"rbac_policy": wish}).status == 201


def test_subnets_need_an_mtu_that_their_version_allows(net):
    small = net.make("network", name="small", mtu=67)
    wish = {"network_id": small["id"], "ip_version": 4, "cidr": "10.9.0.0/24"}
    answer = net.post("/subnets", {"subnet": wish})
    assert refusal(answer) == (409, "NetworkMTUSubnetConflict")
    assert answer.error == f"MTU of {small['id']} is not valid, subnet requires a minimum of 68"
    wish |= {"ip_version": 6, "cidr": "fd00::/64"}
    path = f"/networks/{small['id']}"
    assert net.put(path, {"network": {"mtu": 1279}}).status == 200
    assert net.post("/subnets", {"subnet": wish}).error.endswith("requires a minimum of 1280")
    assert net.put(path, {"network": {"mtu": 1280}}).status == 200
    assert net.post("/subnets", {"subnet": wish}).status == 201
    assert net.put(path, {"network": {"mtu": 1279}}).error.endswith("requires a minimum of 1280")


def test_lengths_of_a_pools_prefixes_are_texts(net):
    pool = net.make("subnetpool", name="p", prefixes=["10.5.0.0/24"], default_prefixlen=26)
    assert (pool["default_prefixlen"], pool["min_prefixlen"]) == ("26", "8")
    assert net.names("/subnetpools?default_prefixlen=26") == ["p"]
    assert net.names("/subnetpools?default_prefixlen=27") == []


def test_subnets_are_looked_for_by_whether_their_network_is_shared(net, admin, network, subnet):
    assert [row["id"] for row in net.get("/subnets?shared=False").json["subnets"]] == [subnet["id"]]
    assert net.get("/subnets?shared=True").json["subnets"] == []
    before = net.show(f"/networks/{network['id']}")["revision_number"]
    policy = shared(admin, "network", network, "*")
    assert net.show(f"/networks/{network['id']}")["revision_number"] == before + 1
    assert net.get("/subnets?shared=False").json["subnets"] == []
    assert [row["id"] for row in net.get("/subnets?shared=True").json["subnets"]] == [subnet["id"]]
    assert admin.delete(f"/rbac-policies/{policy}").status == 204
    assert net.show(f"/networks/{network['id']}")["revision_number"] == before + 2


def test_a_network_without_subnets_has_no_addresses_and_is_listed(admin, network):
    path = f"/network-ip-availabilities?network_id={network['id']}"
    (found,) = admin.get(path).json["network_ip_availabilities"]
    assert (found["total_ips"], found["subnet_ip_availability"]) == (0, [])
    assert admin.show(f"/network-ip-availabilities/{network['id']}") == found
    assert admin.get(f"{path}&ip_version=4").json["network_ip_availabilities"] == []
