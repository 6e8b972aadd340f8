"""Network by the unmodified `openstack` command line."""

import pytest

from tests.compat.life import life, unique


@pytest.fixture
def net(demo):
    with life(demo, "network", unique("net")) as made:
        yield made["id"]


@pytest.fixture
def subnet(demo, net):
    words = ("--network", net, "--subnet-range", "10.9.0.0/24", unique("subnet"))
    with life(demo, "subnet", *words) as made:
        yield made["id"]


@pytest.fixture
def port(demo, net, subnet):
    with life(demo, "port", "--network", net, unique("port")) as made:
        yield made["id"]


@pytest.fixture
def router(demo, subnet):
    with life(demo, "router", unique("router")) as made:
        demo.say("router", "set", "--external-gateway", "public", made["id"])
        demo.say("router", "add", "subnet", made["id"], subnet)
        yield made["id"]
        demo.say("router", "unset", "--external-gateway", made["id"])
        demo.say("router", "remove", "subnet", made["id"], subnet)


@pytest.fixture
def floating(demo, router):
    with life(demo, "floating ip", "public") as made:
        yield made["id"]


CHANGE = {
    "change": ("--name", "changed", "--description", "d"),
    "becomes": {"name": "changed", "description": "d"},
}


def test_networks_and_subnets(demo, admin):
    with life(demo, "network", "--tag", "t", unique("net"), **CHANGE) as net:
        demo.say("network", "unset", "--tag", "t", net["id"])
        assert demo.show("network", "show", net["id"])["tags"] == []
        words = ("--network", net["id"], "--subnet-range", "10.9.0.0/24", "--gateway", "10.9.0.9")
        with life(demo, "subnet", *words, unique("subnet"), **CHANGE) as subnet:
            demo.say("subnet", "set", "--dns-nameserver", "10.0.0.1", subnet["id"])
            demo.say("subnet", "unset", "--dns-nameserver", "10.0.0.1", subnet["id"])
            assert demo.show("subnet", "show", subnet["id"])["dns_nameservers"] == []
            assert demo.refused("subnet", "create", *words, "twice")
            told = admin.show("ip", "availability", "show", net["id"])
            assert (told["total_ips"], told["used_ips"]) == (253, 0)
            with life(demo, "port", "--network", net["id"], unique("port")):
                assert demo.refused("network", "delete", net["id"])
                told = admin.show("ip", "availability", "list")
                assert 1 in [r["Used IPs"] for r in told if r["Network ID"] == net["id"]]
        with life(admin, "network segment", *self_service(net["id"]), **CHANGE):
            pass


def self_service(network):
    return "--network", network, "--network-type", "vxlan", "--segment", 4001, unique("segment")


def test_pools_and_scopes(demo, net):
    scope = life(
        demo, "address scope", unique("scope"), change=("--name", "s"), becomes={"name": "s"}
    )
    with scope as its:
        words = ("--pool-prefix", "10.8.0.0/16", "--default-prefix-length", 26)
        pool = life(
            *(demo, "subnet pool", *words, "--address-scope", its["id"], unique("pool")),
            change=("--pool-prefix", "10.7.0.0/16", "--description", "d"),
            becomes={"prefixes": ["10.7.0.0/16", "10.8.0.0/16"], "description": "d"},
        )
        with pool as made:
            words = ("--network", net, "--subnet-pool", made["id"], unique("subnet"))
            with life(demo, "subnet", *words) as subnet:
                assert subnet["cidr"].endswith("/26")
                assert demo.refused("subnet", "pool", "delete", made["id"])
                assert demo.refused("address", "scope", "delete", its["id"])


def test_ports(demo, admin, net, subnet):
    made = life(
        *(demo, "port", "--network", net, "--fixed-ip", f"subnet={subnet},ip-address=10.9.0.77"),
        *("--allowed-address", "ip-address=10.9.0.78", unique("port")),
        **CHANGE,
    )
    with made as port:
        assert port["fixed_ips"] == [{"subnet_id": subnet, "ip_address": "10.9.0.77"}]
        assert demo.refused(
            *("port", "create", "--network", net, "twice"),
            *("--fixed-ip", f"subnet={subnet},ip-address=10.9.0.77"),
        )
        words = ("port", "set", "--no-security-group", "--disable-port-security", port["id"])
        assert demo.refused(*words), "it has an allowed address pair"
        pair = f"ip-address=10.9.0.78,mac-address={port['mac_address']}"
        demo.say("port", "unset", "--allowed-address", pair, port["id"])
        demo.say(*words)
        assert demo.show("port", "show", port["id"])["port_security_enabled"] is False
        assert admin.show("port", "show", port["id"])["binding_vif_type"] == "unbound"


def test_routers(demo, router, subnet):
    demo.say("router", "set", "--name", "changed", "--disable", router)
    shown = demo.show("router", "show", router)
    assert (shown["name"], shown["admin_state_up"]) == ("changed", False)
    assert [row["subnet_id"] for row in shown["interfaces_info"]] == [subnet]
    route = ("--route", "destination=10.1.0.0/24,gateway=10.9.0.5", router)
    demo.say("router", "add", "route", *route)
    assert len(demo.show("router", "show", router)["routes"]) == 1
    demo.say("router", "remove", "route", *route)
    assert demo.refused("router", "delete", router)
    helper = life(
        *(demo, "network l3 conntrack helper", "--helper", "tftp", "--protocol", "udp"),
        *("--port", 69, router),
        within=(router,),
        listed=(router,),
        change=("--port", 70),
        becomes={"port": 70},
    )
    with helper:
        pass


def test_floating_addresses(demo, floating, port):
    demo.say("floating", "ip", "set", "--port", port, "--description", "d", floating)
    shown = demo.show("floating", "ip", "show", floating)
    assert (shown["port_id"], shown["description"]) == (port, "d")
    demo.say("floating", "ip", "unset", "--port", floating)
    assert demo.show("floating", "ip", "show", floating)["port_id"] is None
    address = demo.show("port", "show", port)["fixed_ips"][0]["ip_address"]
    forwarding = life(
        *(demo, "floating ip port forwarding", "--internal-ip-address", address, "--port", port),
        *("--internal-protocol-port", 80, "--external-protocol-port", 8080, "--protocol", "tcp"),
        floating,
        within=(floating,),
        listed=(floating,),
        change=("--external-protocol-port", 8081),
        becomes={"external_port": 8081},
    )
    with forwarding:
        assert demo.refused("floating", "ip", "set", "--port", port, floating)


def test_security_groups(demo, admin):
    with life(demo, "security group", "--description", "a", unique("group"), **CHANGE) as group:
        words = ("--protocol", "tcp", "--dst-port", "22", "--remote-ip", "10.0.0.0/8", group["id"])
        with life(demo, "security group rule", *words):
            assert demo.refused("security", "group", "rule", "create", *words)
        addresses = life(
            *(demo, "address group", "--address", "10.0.0.0/24", unique("addresses")),
            change=("--address", "10.0.1.0/24", "--description", "d"),
            becomes={"addresses": ["10.0.0.0/24", "10.0.1.0/24"]},
        )
        with addresses as some:
            demo.say("address", "group", "unset", "--address", "10.0.1.0/24", some["id"])
            words = ("--protocol", "udp", "--remote-address-group", some["id"], group["id"])
            with life(demo, "security group rule", *words):
                assert demo.refused("address", "group", "delete", some["id"])
    (own,) = demo.show("security", "group", "list", "--project", group["project_id"])
    assert own["Name"] == "default"
    assert demo.refused("security", "group", "delete", own["ID"])
    words = ("--protocol", "icmp", "--ingress", "--for-custom-sg")
    with life(admin, "default security group rule", *words):
        pass


def test_trunks(demo, net, port):
    with (
        life(demo, "port", "--network", net, unique("parent")) as parent,
        life(
            *(demo, "network trunk", "--parent-port", parent["id"], unique("trunk")), **CHANGE
        ) as trunk,
    ):
        words = ("--segmentation-type", "vlan", "--segmentation-id", 7, trunk["id"], port)
        demo.say("network", "trunk", "subport", "add", *words)
        assert demo.column("Port", "network", "trunk", "subport", "list", trunk["id"]) == [port]
        assert demo.refused("port", "delete", port)
        demo.say("network", "trunk", "subport", "remove", trunk["id"], port)


def test_quality_of_service(admin, demo):
    with life(admin, "network qos policy", "--share", unique("policy"), **CHANGE) as policy:
        kinds = {
            "bandwidth-limit": (("--max-kbps", 100), ("--max-kbps", 200), {"max_kbps": 200}),
            "dscp-marking": (("--dscp-mark", 10), ("--dscp-mark", 12), {"dscp_mark": 12}),
            "minimum-bandwidth": (
                ("--min-kbps", 10, "--egress"),
                ("--min-kbps", 20),
                {"min_kbps": 20},
            ),
            "minimum-packet-rate": (
                ("--min-kpps", 10, "--any"),
                ("--min-kpps", 20),
                {"min_kpps": 20},
            ),
        }
        for kind, (make, change, becomes) in kinds.items():
            rule = life(
                *(admin, "network qos rule", "--type", kind, *make, policy["id"]),
                within=(policy["id"],),
                listed=(policy["id"],),
                change=change,
                becomes=becomes,
            )
            with rule:
                pass
        with life(demo, "network", "--qos-policy", policy["id"], unique("net")):
            assert admin.refused("network", "qos", "policy", "delete", policy["id"])
    types = admin.column("Type", "network", "qos", "rule", "type", "list")
    assert "bandwidth_limit" in types


def test_what_is_shared_with_others(demo, admin, net):
    other = demo.as_("alt_demo", "alt_demo")
    project = other.show("token", "issue")["project_id"]
    assert other.refused("network", "show", net)
    words = ("--type", "network", "--action", "access_as_shared", "--target-project", project, net)
    with life(demo, "network rbac", *words):
        assert other.show("network", "show", net)["id"] == net
        with life(other, "port", "--network", net, unique("port")):
            rules = demo.column("ID", "network", "rbac", "list")
            assert demo.refused("network", "rbac", "delete", rules[0])
    assert other.refused("network", "show", net)


def test_agents_meters_and_flavors(admin, net, router):
    (agent, *_) = admin.show("network", "agent", "list", "--agent-type", "dhcp")
    admin.say("network", "agent", "set", "--description", "d", "--disable", agent["ID"])
    shown = admin.show("network", "agent", "show", agent["ID"])
    assert (shown["description"], shown["admin_state_up"]) == ("d", False)
    admin.say("network", "agent", "set", "--enable", agent["ID"])
    words = ("network", "agent")
    hosted = ("network", "list", "--agent", agent["ID"])
    if net in admin.column("ID", *hosted):
        admin.say(*words, "remove", "network", "--dhcp", agent["ID"], net)
    assert net not in admin.column("ID", *hosted)
    admin.say(*words, "add", "network", "--dhcp", agent["ID"], net)
    assert net in admin.column("ID", *hosted)

    with life(admin, "network meter", unique("meter")) as meter:
        words = ("--remote-ip-prefix", "10.0.0.0/8", meter["id"])
        with life(admin, "network meter rule", *words):
            pass
    flavor = life(
        *(admin, "network flavor", "--service-type", "L3_ROUTER_NAT", unique("flavor")),
        change=("--description", "d"),
        becomes={"description": "d"},
    )
    profile = life(
        *(admin, "network flavor profile", "--metainfo", "{}", "--description", "p"),
        change=("--description", "d"),
        becomes={"description": "d"},
    )
    with flavor as one, profile as other:
        admin.say("network", "flavor", "add", "profile", one["id"], other["id"])
        shown = admin.show("network", "flavor", "show", one["id"])
        assert shown["service_profile_ids"] == [other["id"]]
        admin.say("network", "flavor", "remove", "profile", one["id"], other["id"])
    segments = life(
        *(admin, "network segment range", "--network-type", "vxlan"),
        *("--minimum", 500000, "--maximum", 500009, unique("range")),
        change=("--minimum", 500000, "--maximum", 500019),
        becomes={"maximum": 500019},
    )
    with segments:
        pass
    assert admin.show("network", "service", "provider", "list")


def test_a_topology_of_its_own(demo):
    made = demo.show("network", "auto", "allocated", "topology", "create", "--or-show")
    assert made["id"] in demo.column("ID", "network", "list")
    demo.say("network", "auto", "allocated", "topology", "delete")
    assert made["id"] not in demo.column("ID", "network", "list")
