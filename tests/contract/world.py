"""What the contract tests ask about: a seeded cloud, and one of everything in it."""

from contextlib import contextmanager

from django.db import transaction

from compute.models import (
    Aggregate,
    Flavor,
    Host,
    KeyPair,
    Migration,
    Server,
    ServerAction,
    ServerGroup,
    Service,
)
from tests.api.servers import elsewhere, settle
from tests.cast import ADMINS, ELSEWHERE, HERS
from tests.conftest import make_cloud


@contextmanager
def undone():
    """A transaction of which nothing stays."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def make(owner, admin):
    """Make the world as its owner and as an administrator; its names and their ids."""
    make_cloud()
    known = {"PROJECT": HERS, "ELSEWHERE": ELSEWHERE, "USER": owner.who}
    known |= _neighbours(owner)
    image = {"imageRef": known["IMAGE"], "metadata": {"k": "v"}, "tags": ["t"]}
    known["SERVER"] = _boot(owner, known, image)
    disk = {"boot_index": 0, "uuid": known["IMAGE"], "volume_size": 1}
    disk |= {"source_type": "image", "destination_type": "volume"}
    known["SERVER_OF_VOLUME"] = _boot(owner, known, {"block_device_mapping_v2": [disk]})
    settle()
    known |= _of_server(owner, known)
    known |= _of_administrators(admin, known)
    return known


def _boot(owner, known, says):
    says |= {"name": "one", "flavorRef": "1", "networks": [{"uuid": known["NETWORK"]}]}
    answer = owner.post("/servers", {"server": says}, version="2.52")
    assert answer.status == 202, answer
    return answer.json["server"]["id"]


def _neighbours(owner):
    networks = _listed(owner, "network/v2.0", "networks")
    images = _listed(owner, "image/v2", "images")
    image = elsewhere(owner, "POST", "/image/v2/images", {"name": "hers", "k": "v"})
    floating = [
        _made(owner, "network/v2.0", "floatingip", floating_network_id=networks["public"])
        for _ in range(2)
    ]
    group = _made(owner, "network/v2.0", "security-group", name="n")["id"]
    rule = _made(
        owner, "network/v2.0", "security-group-rule", security_group_id=group, direction="ingress"
    )
    volumes = [_made(owner, f"volume/v3/{HERS}", "volume", size=1)["id"] for _ in range(2)]
    settle()
    snapshot = _made(owner, f"volume/v3/{HERS}", "snapshot", volume_id=volumes[0])
    settle()
    return {
        "IMAGE": next(iter(images.values())),
        "IMAGE_OF_OWNER": image.json["id"],
        "NETWORK": networks["private"],
        "PUBLIC": networks["public"],
        "FLOATING": floating[0]["id"],
        "FLOATING_ADDRESS": floating[0]["floating_ip_address"],
        "HELD_ADDRESS": floating[1]["floating_ip_address"],
        "SECURITY_GROUP": group,
        "SECURITY_GROUP_RULE": rule["id"],
        "VOLUME": volumes[0],
        "FREE_VOLUME": volumes[1],
        "SNAPSHOT": snapshot["id"],
    }


def _listed(api, service, name):
    rows = elsewhere(api, "GET", f"/{service}/{name}").json[name]
    return {row["name"]: row["id"] for row in rows}


def _made(api, service, noun, **says):
    key = noun.replace("-", "_")
    answer = elsewhere(api, "POST", f"/{service}/{noun}s", {key: says})
    assert answer.status in (201, 202), answer
    return answer.json[key]


def _of_server(owner, known):
    path = f"/servers/{known['SERVER']}"
    attach = {"volumeAttachment": {"volumeId": known["VOLUME"]}}
    assert owner.post(f"{path}/os-volume_attachments", attach).status == 200
    held = {"addFloatingIp": {"address": known["HELD_ADDRESS"]}}
    assert owner.post(f"{path}/action", held).status == 202
    console = {"remote_console": {"protocol": "vnc", "type": "novnc"}}
    opened = owner.post(f"{path}/remote-consoles", console, version="2.6").json["remote_console"]
    group = {"server_group": {"name": "g", "policies": ["affinity"]}}
    made = owner.post("/os-server-groups", group)
    settle()
    (port,) = owner.get(f"{path}/os-interface").json["interfaceAttachments"]
    assert {*Server.objects.values_list("vm_state", "task_state")} == {("active", None)}
    server = Server.objects.get(uuid=known["SERVER"])
    return {
        "PORT": port["port_id"],
        "ADDRESS": port["fixed_ips"][0]["ip_address"],
        "CONSOLE": opened["url"].rpartition("token%3D")[2],
        "GROUP": made.json["server_group"]["id"],
        "REQUEST": ServerAction.objects.filter(server=server, action="create").get().request_id,
        "HOST": server.host,
    }


def _of_administrators(admin, known):
    host = known["HOST"]
    other = Host.objects.exclude(host=host).first().host
    diskless = {"flavor": {"name": "diskless", "ram": 1, "vcpus": 1, "disk": 0}}
    assert admin.post("/flavors", diskless).status == 200
    flavor = {"name": "hers", "ram": 1, "vcpus": 1, "disk": 1, "os-flavor-access:is_public": False}
    flavor_id = admin.post("/flavors", {"flavor": flavor}).json["flavor"]["id"]
    grant = {"addTenantAccess": {"tenant": HERS}}
    assert admin.post(f"/flavors/{flavor_id}/action", grant).status == 200
    specs = {"extra_specs": {"k": "v"}}
    assert admin.post("/flavors/1/os-extra_specs", specs).status == 200
    aggregate = Aggregate.objects.create(name="a")
    aggregate.members.create(host=host)
    server = Server.objects.get(uuid=known["SERVER"])
    migration = Migration.objects.create(
        server=server,
        migration_type="live-migration",
        status="running",
        source_compute=host,
        dest_compute="elsewhere",
        project_id=HERS,
        user_id=known["USER"],
    )
    foreign = ServerGroup.objects.create(
        name="f", policy="affinity", user_id="root", project_id=ADMINS
    )
    return {
        "FLAVOR": flavor_id,
        "DISKLESS": Flavor.objects.get(name="diskless").flavor_id,
        "AGGREGATE": str(aggregate.pk),
        "OTHER_HOST": other,
        "SERVICE": Service.objects.get(host=other, binary="nova-compute").uuid,
        "SCHEDULER": Service.objects.get(binary="nova-scheduler").uuid,
        "HYPERVISOR": Host.objects.get(host=host).uuid,
        "MIGRATION": str(migration.pk),
        "FOREIGN_GROUP": foreign.uuid,
    }


def give_keys(users):
    """A key pair of each user."""
    key = {"name": "k", "public_key": "ssh-rsa AAAA", "fingerprint": "00"}
    KeyPair.objects.bulk_create(KeyPair(user_id=user, **key) for user in users)
