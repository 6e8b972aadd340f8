"""A web tier by the command line, from its network to its snapshot, and nothing left of it."""

from tests.compat.life import becomes, goes, unique

NETWORK = ("network", "subnet", "router", "security group", "port", "floating ip")
BLOCK = ("volume", "volume snapshot", "volume attachment")
COMPUTE = ("server", "keypair")


def everything(who):
    """What a project has, of each kind."""
    whose = ("--project", who.show("token", "issue")["project_id"])
    found = {noun: who.show(*noun.split(), "list", *whose) for noun in NETWORK if noun != "port"}
    found["port"] = who.show("port", "list")
    found |= {noun: who.show(*noun.split(), "list") for noun in (*BLOCK, *COMPUTE)}
    found["image"] = who.show("image", "list")
    return found


def allocated(admin):
    """What servers hold in Placement, host by host."""
    providers = admin.column("uuid", "resource", "provider", "list")
    words = ("resource", "provider", "show", "--allocations")
    return {uuid: admin.show(*words, uuid)["allocations"] for uuid in providers}


def test_a_web_tier_comes_and_goes(demo, admin):
    demo, admin = demo.at(volume="3.70"), admin.at(placement="1.39")
    before, held = everything(demo), allocated(admin)
    net = demo.show("network", "create", unique("web"))["id"]
    words = ("--network", net, "--subnet-range", "10.6.0.0/24", unique("web"))
    subnet = demo.show("subnet", "create", *words)["id"]
    router = demo.show("router", "create", "--external-gateway", "public", unique("web"))["id"]
    demo.say("router", "add", "subnet", router, subnet)
    group = demo.show("security", "group", "create", unique("web"))["id"]
    words = ("--protocol", "tcp", "--dst-port", "80", group)
    rule = demo.show("security", "group", "rule", "create", *words)["id"]
    words = ("--network", net, "--security-group", group, unique("web"))
    port = demo.show("port", "create", *words)["id"]
    floating = demo.show("floating", "ip", "create", "--port", port, "public")
    words = ("--image", "cirros-0.6.3-x86_64-disk", "--size", 1, unique("root"))
    root = demo.show("volume", "create", *words)["id"]
    data = demo.show("volume", "create", "--size", 1, unique("data"))["id"]
    becomes("available", demo, "volume", root)
    becomes("available", demo, "volume", data)

    words = ("--flavor", "m1.tiny", "--volume", root, "--port", port, unique("web"))
    server = demo.show("server", "create", *words)["id"]
    shown = becomes("ACTIVE", demo, "server", server)
    (addresses,) = shown["addresses"].values()
    assert floating["floating_ip_address"] in addresses
    assert demo.show("port", "show", port)["device_id"] == server
    assert demo.show("port", "show", port)["status"] == "ACTIVE"
    assert sum(server in consumers for consumers in allocated(admin).values()) == 1
    demo.say("server", "add", "volume", server, data)
    becomes("in-use", demo, "volume", data)
    assert set(demo.column("Volume ID", "server", "volume", "list", server)) == {root, data}
    check_what_is_in_use(demo, net, subnet, router, group, root)
    words = ("--volume", data, "--force", unique("web"))
    snapshot = demo.show("volume", "snapshot", "create", *words)["id"]
    becomes("available", demo, "volume snapshot", snapshot)
    image = unique("web")
    demo.say("server", "image", "create", "--name", image, server)
    becomes("active", demo, "image", image)
    of_image = [
        row["ID"]
        for row in demo.show("volume", "snapshot", "list")
        if row["Name"] == f"snapshot for {image}"
    ]
    assert len(of_image) == 2, "one of each volume"

    demo.say("image", "delete", image)
    for made in of_image:
        becomes("available", demo, "volume snapshot", made)
    demo.say("volume", "snapshot", "delete", snapshot, *of_image)
    demo.say("server", "remove", "volume", server, data)
    becomes("available", demo, "volume", data)
    demo.say("server", "delete", server)
    goes(demo, "server", server)
    becomes("available", demo, "volume", root)
    for made in (snapshot, *of_image):
        goes(demo, "volume snapshot", made)
    demo.say("volume", "delete", root, data)
    demo.say("floating", "ip", "delete", floating["id"])
    demo.say("port", "delete", port)
    demo.say("security", "group", "rule", "delete", rule)
    demo.say("security", "group", "delete", group)
    demo.say("router", "remove", "subnet", router, subnet)
    demo.say("router", "delete", router)
    demo.say("subnet", "delete", subnet)
    demo.say("network", "delete", net)
    goes(demo, "volume", root)
    goes(demo, "volume", data)
    assert everything(demo) == before
    assert allocated(admin) == held


def check_what_is_in_use(demo, net, subnet, router, group, root):
    assert demo.refused("network", "delete", net)
    assert demo.refused("subnet", "delete", subnet)
    assert demo.refused("router", "delete", router)
    assert demo.refused("security", "group", "delete", group)
    assert demo.refused("volume", "delete", root)
