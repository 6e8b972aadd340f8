"""Volume by the unmodified `openstack` command line."""

from contextlib import contextmanager

import pytest

from tests.compat.life import becomes, life, unique

CHANGE = {
    "change": ("--name", "changed", "--description", "d"),
    "becomes": {"name": "changed", "description": "d"},
}


@pytest.fixture
def block(demo):
    return demo.at(volume="3.70")


@pytest.fixture
def keeper(admin):
    return admin.at(volume="3.70")


@pytest.fixture
def volume(block):
    with life(block, "volume", "--size", 1, unique("volume"), end="gone") as made:
        becomes("available", block, "volume", made["id"])
        yield made["id"]


def test_volumes(block):
    with life(block, "volume", "--size", 1, unique("volume"), **CHANGE, end="gone") as made:
        volume = made["id"]
        becomes("available", block, "volume", volume)
        block.say("volume", "set", "--size", 2, "--property", "a=b", "--bootable", volume)
        shown = becomes("available", block, "volume", volume)
        assert (shown["size"], shown["bootable"]) == (2, True)
        assert shown["properties"] == {"a": "b"}
        block.say("volume", "unset", "--property", "a", volume)
        assert block.show("volume", "show", volume)["properties"] == {}
        assert block.refused("volume", "set", "--size", 1, volume)
        assert volume in block.column("ID", "volume", "list", "--status", "available")
        with life(block, "volume", "--source", volume, unique("copy"), end="gone") as copy:
            assert copy["source_volid"] == volume
            becomes("available", block, "volume", copy["id"])
        assert block.show("volume", "summary")["Total Count"] == 1


def test_snapshots_and_backups(block, volume):
    snapshot = life(
        *(block, "volume snapshot", "--volume", volume, unique("snapshot")), **CHANGE, end="gone"
    )
    with snapshot as made:
        becomes("available", block, "volume snapshot", made["id"])
        block.say("volume", "snapshot", "set", "--property", "a=b", made["id"])
        block.say("volume", "snapshot", "unset", "--property", "a", made["id"])
        assert block.show("volume", "snapshot", "show", made["id"])["properties"] == {}
        assert block.refused("volume", "delete", volume)
        with life(block, "volume", "--snapshot", made["id"], unique("v"), end="gone") as copy:
            becomes("available", block, "volume", copy["id"])
    with life(block, "volume backup", "--name", unique("b"), volume, **CHANGE, end="gone") as made:
        becomes("available", block, "volume backup", made["id"])
        block.say("volume", "backup", "restore", "--force", made["id"], volume)
        becomes("available", block, "volume", volume)


def test_transfers(block, volume):
    other = block.as_("alt_demo", "alt_demo").at(volume="3.70")
    with life(block, "volume transfer request", volume) as made:
        assert block.show("volume", "show", volume)["status"] == "awaiting-transfer"
    assert block.show("volume", "show", volume)["status"] == "available"
    made = block.show("volume", "transfer", "request", "create", volume)
    words = ("volume", "transfer", "request", "accept", "--auth-key")
    assert other.refused(*words, "wrong", made["id"])
    other.say(*words, made["auth_key"], made["id"])
    assert block.refused("volume", "show", volume)
    assert other.show("volume", "show", volume)["status"] == "available"
    made = other.show("volume", "transfer", "request", "create", volume)
    block.say(*words, made["auth_key"], made["id"])


def test_attachments(block, volume):
    assert block.show("volume", "attachment", "list") == []
    with server(block) as of:
        words = ("--no-connect", "--server", of["id"], volume)
        made = life(
            *(block, "volume attachment", *words),
            key="ID",
            change=("--host", "there", "--initiator", "iqn.1993-08.org:1"),
            becomes={"Status": "attaching"},
        )
        with made as attachment:
            block.say("volume", "attachment", "complete", attachment["ID"])
            shown = block.show("volume", "attachment", "show", attachment["ID"])
            assert shown["Status"] == "attached"
            assert block.show("volume", "show", volume)["status"] == "in-use"
            assert block.refused("volume", "delete", volume)
        becomes("available", block, "volume", volume)


@contextmanager
def server(who):
    words = ("--flavor", "m1.tiny", "--image", "cirros-0.6.3-x86_64-disk", "--nic", "none")
    name = unique("server")
    made = who.show("server", "create", *words, name, version="2.37")
    becomes("ACTIVE", who, "server", made["id"])
    yield made
    who.say("server", "delete", made["id"])


def test_types(keeper, block):
    kind = life(
        *(keeper, "volume type", "--property", "a=b", "--private", unique("type")), **CHANGE
    )
    with kind as made:
        project = block.show("token", "issue")["project_id"]
        assert block.refused("volume", "type", "show", made["id"])
        keeper.say("volume", "type", "set", "--project", project, made["id"])
        assert made["id"] in block.column("ID", "volume", "type", "list")
        keeper.say("volume", "type", "unset", "--project", project, "--property", "a", made["id"])
        assert keeper.show("volume", "type", "show", made["id"])["properties"] == {}
        secret = ("--encryption-provider", "luks", "--encryption-control-location", "front-end")
        keeper.say("volume", "type", "set", *secret, made["id"])
        keeper.say("volume", "type", "unset", "--encryption-type", made["id"])
        quality = life(
            *(keeper, "volume qos", "--property", "read_iops_sec=1", unique("qos")),
            change=("--property", "read_iops_sec=2"),
            becomes={"properties": {"read_iops_sec": "2"}},
        )
        with quality as qos:
            keeper.say("volume", "qos", "associate", qos["id"], made["id"])
            assert keeper.refused("volume", "qos", "delete", qos["id"])
            keeper.say("volume", "qos", "disassociate", "--all", qos["id"])
            keeper.say("volume", "qos", "unset", "--property", "read_iops_sec", qos["id"])


def test_groups(keeper):
    with life(keeper, "volume", "--size", 1, unique("volume"), end="gone") as made:
        shown = becomes("available", keeper, "volume", made["id"])
        check_groups(keeper, made["id"], shown["type"])


def check_groups(keeper, volume, volume_type):
    kind = life(
        *(keeper, "volume group type", unique("kind")),
        key="ID",
        change=("--description", "d", "--property", "a=b"),
        becomes={"Description": "d"},
    )
    with kind as type_:
        words = ("--volume-group-type", type_["ID"], "--volume-type", volume_type)
        group = life(
            *(keeper, "volume group", *words, "--name", unique("group")),
            key="ID",
            change=("--name", "changed"),
            becomes={"Name": "changed"},
            end="gone",
        )
        with group as made:
            becomes("available", keeper, "volume group", made["ID"], key="Status")
            keeper.say("volume", "group", "add", "volume", made["ID"], volume)
            becomes("available", keeper, "volume group", made["ID"], key="Status")
            snapshot = life(
                *(keeper, "volume group snapshot", "--name", unique("snapshot"), made["ID"]),
                key="ID",
                end="gone",
            )
            assert keeper.refused("volume", "group", "type", "delete", type_["ID"])
            with snapshot as taken:
                becomes("available", keeper, "volume group snapshot", taken["ID"], key="Status")
            keeper.say("volume", "group", "remove", "volume", made["ID"], volume)
            becomes("available", keeper, "volume group", made["ID"], key="Status")


def test_who_serves(keeper, block):
    hosts = {row["Binary"]: row["Host"] for row in keeper.show("volume", "service", "list")}
    assert {"cinder-scheduler", "cinder-volume", "cinder-backup"} <= hosts.keys()
    words = ("volume", "service", "set")
    where = (hosts["cinder-volume"], "cinder-volume")
    keeper.say(*words, "--disable", "--disable-reason", "why", *where)
    told = ("volume", "service", "list", "--service", "cinder-volume", "--long")
    assert keeper.column("Disabled Reason", *told) == ["why"]
    keeper.say(*words, "--enable", *where)
    assert keeper.column("Status", *told) == ["enabled"]
    assert keeper.show("volume", "backend", "pool", "list")
    assert keeper.show("volume", "backend", "capability", "show", hosts["cinder-volume"])
    assert block.show("block", "storage", "resource", "filter", "list")
    assert block.show("volume", "message", "list") == []
    assert "nova" in block.column("Zone Name", "availability", "zone", "list", "--volume")
    assert block.refused("volume", "service", "list")


def test_quotas_hold(keeper, block):
    project = block.show("token", "issue")["project_id"]
    keeper.say("quota", "set", "--volumes", 0, project)
    assert {r["Resource"]: r["Limit"] for r in block.show("quota", "show")}["volumes"] == 0
    assert "exceed" in block.refused("volume", "create", "--size", 1, unique("volume")).lower()
    keeper.say("quota", "delete", "--volume", project)
    assert {r["Resource"]: r["Limit"] for r in block.show("quota", "show")}["volumes"] == 10
