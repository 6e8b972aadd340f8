"""Security groups: the default one, duplicates, quotas."""

import pytest

from cloud.network.models import SecurityGroup
from cloud.network.seed import seed
from tests.cast import ADMINS, HERS
from tests.network.conftest import refusal


@pytest.fixture
def group(net):
    return net.make("security_group", name="web")


def rule(group, **more):
    return {"security_group_id": group["id"], "direction": "ingress", **more}


def test_every_project_has_a_default_group_when_it_first_looks(net, admin):
    (group,) = net.get("/security-groups").json["security_groups"]
    assert group["name"] == "default"
    kinds = [(each["direction"], each["ethertype"]) for each in group["security_group_rules"]]
    assert sorted(kinds) == [
        ("egress", "IPv4"), ("egress", "IPv6"), ("ingress", "IPv4"), ("ingress", "IPv6"),
    ]  # fmt: skip
    (again,) = net.get("/security-groups").json["security_groups"]
    assert again["id"] == group["id"]
    assert refusal(net.delete(f"/security-groups/{group['id']}")) == (
        409,
        "SecurityGroupCannotRemoveDefault",
    )
    assert admin.delete(f"/security-groups/{group['id']}").status == 204


@pytest.mark.parametrize(
    ("query", "status"),
    [("x=1", 400), ("sort_key=x", 400), ("limit=-1", 400)],
)
def test_a_look_that_is_refused_makes_no_default_group(net, admin, query, status):
    assert net.get(f"/security-groups?{query}").status == status
    assert SecurityGroup.objects.count() == 0


def test_there_is_no_second_default_group(net, group):
    expected = (409, "SecurityGroupDefaultAlreadyExists")
    assert (
        refusal(net.post("/security-groups", {"security_group": {"name": "default"}})) == expected
    )
    renamed = net.put(f"/security-groups/{group['id']}", {"security_group": {"name": "default"}})
    assert refusal(renamed) == expected


def test_a_name_has_blanks_around_it_if_the_request_has(net):
    assert net.make("security_group", name="  web ")["name"] == "  web "


def test_a_new_group_lets_everything_out(net, group):
    rules = [(each["direction"], each["ethertype"]) for each in group["security_group_rules"]]
    assert rules == [("egress", "IPv4"), ("egress", "IPv6")]


def test_a_rule_is_there_once(net, group):
    wish = rule(group, protocol="tcp", port_range_min=22, port_range_max=22)
    made = net.make("security_group_rule", **wish)
    same = wish | {"protocol": "6"}
    again = net.post("/security-group-rules", {"security_group_rule": same})
    assert refusal(again) == (409, "SecurityGroupRuleExists")
    assert made["id"] in again.text


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"protocol": "nonsense"}, "SecurityGroupRuleInvalidProtocol"),
        ({"ethertype": "IPv5"}, "SecurityGroupRuleInvalidEtherType"),
        ({"remote_ip_prefix": "fd00::/8"}, "SecurityGroupRuleParameterConflict"),
        ({"remote_ip_prefix": "256"}, "InvalidCIDR"),
        ({"port_range_min": 1, "port_range_max": 2}, "SecurityGroupProtocolRequiredWithPorts"),
        (
            {"protocol": "tcp", "port_range_min": 3, "port_range_max": 2},
            "SecurityGroupInvalidPortRange",
        ),
        (
            {"protocol": "icmp", "port_range_min": 300, "port_range_max": 2},
            "SecurityGroupInvalidIcmpValue",
        ),
        ({"protocol": "icmp", "port_range_max": 2}, "SecurityGroupMissingIcmpType"),
        ({"direction": "sideways"}, "HTTPBadRequest"),
    ],
)
def test_rules_that_cannot_be(net, group, more, kind):
    answer = net.post("/security-group-rules", {"security_group_rule": rule(group, **more)})
    assert refusal(answer) == (400, kind)


def test_a_group_in_use_stays(net, group, network):
    port = net.make("port", network_id=network["id"], security_groups=[group["id"]])
    assert refusal(net.delete(f"/security-groups/{group['id']}")) == (409, "SecurityGroupInUse")
    net.delete(f"/ports/{port['id']}")
    assert net.delete(f"/security-groups/{group['id']}").status == 204


def test_anothers_group_is_not_there(net, group):
    carol = net.as_("carol")
    assert carol.get(f"/security-groups/{group['id']}").status == 404
    answer = carol.post("/security-group-rules", {"security_group_rule": rule(group)})
    assert refusal(answer) == (403, "PolicyNotAuthorized")


def test_quotas_hold(net, admin):
    project = net.show("/quotas/project")["project_id"]
    assert net.put(f"/quotas/{project}", {"quota": {"network": 1}}).status == 403
    admin.put(f"/quotas/{project}", {"quota": {"network": 1}})
    net.make("network")
    full = net.post("/networks", {"network": {}})
    assert refusal(full) == (409, "OverQuota")
    assert full.error == "Quota exceeded for resources: ['network']."
    low = admin.put(f"/quotas/{project}", {"quota": {"network": 0}})
    assert low.error.endswith("must be greater than or equal to already used 1")
    details = net.show(f"/quotas/{project}/details")
    assert details["network"] == {"limit": 1, "used": 1, "reserved": 0}
    assert admin.delete(f"/quotas/{project}").status == 204
    assert net.show(f"/quotas/{project}")["network"] == 100
    assert net.as_("carol").get(f"/quotas/{project}").status == 403


def test_a_port_keeps_state_for_all_its_groups_or_for_none(net, group, network):
    stateless = net.make("security_group", name="s", stateful=False)["id"]
    wish = {"network_id": network["id"], "security_groups": [group["id"], stateless]}
    answer = net.post("/ports", {"port": wish})
    assert refusal(answer) == (409, "SecurityGroupConflict")
    port = net.make("port", network_id=network["id"], security_groups=[stateless])["id"]
    both = {"port": {"security_groups": [group["id"], stateless]}}
    assert refusal(net.put(f"/ports/{port}", both)) == (409, "SecurityGroupConflict")
    assert net.put(f"/ports/{port}", {"port": {"security_groups": [group["id"]]}}).status == 200


def test_a_new_groups_rules_count(net, admin, group):
    project = group["project_id"]
    used = net.show(f"/quotas/{project}/details")["security_group_rule"]["used"]
    body = {"quota": {"security_group_rule": used + 1}}
    assert admin.put(f"/quotas/{project}", body).status == 200
    answer = net.post("/security-groups", {"security_group": {"name": "more"}})
    assert refusal(answer) == (409, "OverQuota")
    assert "security_group_rule" in answer.error


def test_new_groups_are_born_with_rules_of_templates(admin):
    seed(ADMINS)
    path, member = "/default-security-group-rules", "default_security_group_rule"
    listed = admin.get(path).json[f"{member}s"]
    assert {
        (each["direction"], each["used_in_non_default_sg"], each["description"]) for each in listed
    } == {
        ("egress", True, "Legacy default SG rule for egress traffic"),
        ("ingress", False, "Legacy default SG rule for ingress traffic"),
    }
    wish = {"direction": "ingress", "protocol": "tcp", "port_range_min": 22, "port_range_max": 22}
    ours = {"used_in_default_sg": True, "used_in_non_default_sg": False}
    admin.make(member, path[1:], **wish, **ours)
    theirs = {"used_in_default_sg": False, "used_in_non_default_sg": True}
    assert "used_in_default_sg" in admin.post(path, {member: wish}).error
    admin.make(member, path[1:], **wish, **theirs)
    for twice in (theirs, ours):
        answer = admin.post(path, {member: wish | twice})
        assert refusal(answer) == (409, "DefaultSecurityGroupRuleExists")
    group = admin.make("security_group", name="born")
    assert [each["port_range_min"] for each in group["security_group_rules"]][2:] == [22]


def test_whom_an_address_group_is_shared_with_cannot_change_it(net, admin):
    shared = admin.make("address_group", name="g", addresses=["10.0.0.0/24"])
    admin.make(
        "rbac_policy", "rbac-policies", object_type="address_group", object_id=shared["id"],
        action="access_as_shared", target_tenant=HERS,
    )  # fmt: skip
    path = f"/address-groups/{shared['id']}"
    assert "shared" not in net.show(path)
    assert refusal(net.put(path, {"address_group": {"name": "n"}})) == (404, "HTTPNotFound")
    assert refusal(net.delete(path)) == (403, "PolicyNotAuthorized")
    own = net.make("address_group", name="own")
    answer = net.as_("rita").put(f"/address-groups/{own['id']}", {"address_group": {"name": "n"}})
    assert refusal(answer) == (403, "PolicyNotAuthorized")
