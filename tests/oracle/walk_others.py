"""What a random walk asks of everything beside servers, and what it reads."""

from typing import Any

from tests.oracle.walk_servers import Version
from tests.oracle.walk_world import HOSTS, KEY, NONE, SMALL, Move, World, made


def keypair(w: World, v: Version) -> Move | None:
    name = w.any("keypairs", "nope")
    if w.maybe(0.4):
        name = w.next("k")
        body = {"name": name}
        if v >= (2, 92) or w.maybe(0.7):
            body["public_key"] = KEY
        if v >= (2, 2):
            body |= w.some(type=w.pick("ssh", "x509"))
        if v >= (2, 10):
            body |= w.some(user_id=w.pick("$DEMO_USER", "$ADMIN_USER"))
        move = made("keypairs", name, "/v2.1/os-keypairs", {"keypair": body})
        if "public_key" not in body:
            move.step["ignore"] += ["$.keypair.public_key", "$.keypair.fingerprint"]
            # What is shown of it later differs, too.
            move.makes = None
        return move
    path = f"/v2.1/os-keypairs/{name}"
    query = "?user_id=$DEMO_USER" if v >= (2, 10) and w.maybe(0.3) else ""
    if w.maybe(0.3) and name != "k1":
        return Move({"DELETE": path + query}, ends=("keypairs", str(name)))
    return Move({"GET": path + query})


def flavor(w: World, v: Version) -> Move | None:
    own = [one for one in w.things["flavors"] if len(one) > 1]
    if len(own) < 4 and w.maybe(0.4):
        name = w.next("f")
        body: dict[str, Any] = {"name": name, "ram": 64, "vcpus": 1, "disk": w.pick(0, 1)}
        body["id"] = name
        body |= w.some(swap=4, rxtx_factor=1.5)
        body |= w.some(**{"os-flavor-access:is_public": False, "OS-FLV-EXT-DATA:ephemeral": 1})
        if v >= (2, 55):
            body |= w.some(description="words")
        return made("flavors", name, "/v2.1/flavors", {"flavor": body}, who="admin")
    name = w.pick(*own, "nope")
    path = f"/v2.1/flavors/{name}"
    if w.maybe(0.3):
        return Move({"DELETE": path, "as": "admin"}, ends=("flavors", name))
    return Move({"PUT": path, "as": "admin", "data": {"flavor": {"description": "other"}}})


def specs(w: World, v: Version) -> Move | None:
    path = f"/v2.1/flavors/{w.pick('own', w.any('flavors', 'nope'))}/os-extra_specs"
    key, value = w.pick(
        ("hw:numa_nodes", "1"), ("hw:mem_page_size", "small"), ("hw:cpu_policy", "shared"),
        ("hide_hypervisor_id", "true"), ("hw:numa_nodes", "x"), ("quota:cpu_shares", "9"),
        ("resources:VCPU", "1"), ("a", "b"),
    )  # fmt: skip
    steps = (
        {"POST": path, "data": {"extra_specs": {key: value}}},
        {"PUT": f"{path}/{key}", "data": {key: value}},
        {"DELETE": f"{path}/{key}"},
        {"DELETE": f"{path}/{key}"},
        {"GET": f"{path}/{key}", "as": "demo"},
        {"GET": path, "as": "demo"},
    )
    return Move({"as": "admin", **w.pick(*steps)})


def access(w: World, v: Version) -> Move | None:
    path = f"/v2.1/flavors/{w.pick('closed', w.any('flavors', 'nope'))}"
    body = {"tenant": w.pick("$DEMO_PROJECT", "$ALT_PROJECT", NONE)}
    word = w.pick("addTenantAccess", "removeTenantAccess")
    step = {"POST": f"{path}/action", "data": {word: body}}
    return Move({"as": "admin", **w.pick(step, step, {"GET": f"{path}/os-flavor-access"})})


def aggregate(w: World, v: Version) -> Move | None:
    who = {"as": "admin", "ignore": ["$.aggregate.id"]}
    if len(w.things["aggregates"]) < 2:
        name = w.next("A")
        body: dict[str, Any] = {"name": name.lower(), **w.some(availability_zone="az1")}
        move = made("aggregates", name, "/v2.1/os-aggregates", {"aggregate": body}, who="admin")
        move.step |= who
        return move
    name = str(w.any("aggregates"))
    path = f"/v2.1/os-aggregates/${name}"
    host = w.pick(*HOSTS, *HOSTS, "nope")
    actions: tuple[Any, ...] = (
        {"add_host": {"host": host}},
        {"add_host": {"host": host}},
        {"remove_host": {"host": host}},
        {"set_metadata": {"metadata": {"a": w.pick("b", None)}}},
        {"set_metadata": {"metadata": {"availability_zone": w.pick("az1", "az2", None, "")}}},
    )
    zone = w.pick({"name": w.next("n")}, {"availability_zone": w.pick("az1", "az2", "")})
    steps: tuple[Any, ...] = (
        *({"POST": f"{path}/action", "data": action} for action in actions),
        {"PUT": path, "data": {"aggregate": zone}},
        {"GET": path},
        {"POST": f"{path}/images", "data": {"cache": [{"id": "$IMAGE"}]}},
    )
    if w.maybe(0.1):
        return Move({**who, "DELETE": path}, ends=("aggregates", name))
    return Move({**who, **w.pick(*steps)}, then=("/v2.1/os-availability-zone/detail",))


def group(w: World, v: Version) -> Move | None:
    if len(w.things["groups"]) < 5 and w.maybe(0.5):
        name = w.next("G")
        policy = w.pick("affinity", "anti-affinity", "soft-affinity", "soft-anti-affinity")
        body: dict[str, Any] = {"name": name.lower()}
        body |= {"policies": [policy]} if v <= (2, 63) else {"policy": policy}
        if v >= (2, 64) and policy == "anti-affinity":
            body |= w.some(rules={"max_server_per_host": 2})
        return made("groups", name, "/v2.1/os-server-groups", {"server_group": body})
    name = w.any("groups")
    path = f"/v2.1/os-server-groups/${name}"
    if name is not None and w.maybe(0.3):
        return Move({"DELETE": path}, ends=("groups", name))
    return Move({"GET": path})


def service(w: World, v: Version) -> Move | None:
    host = w.pick(*HOSTS, "nope")
    body: dict[str, Any] = {"host": host, "binary": "nova-compute"}
    word = w.pick("enable", "enable", "disable", "disable-log-reason", "force-down")
    if word == "disable-log-reason":
        body["disabled_reason"] = "walk"
    if word == "force-down":
        body["forced_down"] = w.pick(True, False, False)
    step = {"PUT": f"/v2.1/os-services/{word}", "as": "admin", "data": body}
    if v >= (2, 53):
        data = w.pick({"status": "enabled"}, {"forced_down": False}, {"status": "disabled"})
        step = {"PUT": "/v2.1/os-services/$SERVICE", "as": "admin", "data": data}
    return Move(step)


def quota(w: World, v: Version) -> Move | None:
    path = "/v2.1/os-quota-sets/$DEMO_PROJECT"
    body = w.some(
        instances=w.pick(3, 12, -1), cores=w.pick(8, 40), ram=w.pick(4096, -1), key_pairs=2,
        metadata_items=3, server_groups=3, server_group_members=2, force=True,
    )  # fmt: skip
    steps = (
        {"PUT": path, "data": {"quota_set": body}},
        {"DELETE": path},
        {"DELETE": path},
        {"GET": path},
        {"GET": f"{path}/detail"},
        {"GET": f"{path}?user_id=$DEMO_USER"},
    )
    return Move({"as": w.pick("admin", "admin", "demo"), **w.pick(*steps)})


def volume(w: World, v: Version) -> Move | None:
    if len(w.things["volumes"]) < 5 and w.maybe(0.6):
        name = w.next("V")
        body = {"size": 1, "display_name": name}
        move = made("volumes", name, "/v2.1/os-volumes", {"volume": body})
        move.volume = name
        return move
    name = str(w.any("volumes"))
    path = f"/v2.1/os-volumes/${name}"
    if w.maybe(0.2):
        return Move({"DELETE": path}, volume=name)
    return Move({"GET": path})


def event(w: World, v: Version) -> Move | None:
    server = w.any("servers")
    one: dict[str, Any] = {"name": w.pick("network-changed", "network-vif-plugged")}
    one["server_uuid"] = f"${server}"
    if w.maybe(0.5):
        one["tag"] = w.ref("ports")
    if v >= (2, 51) and w.maybe(0.3):
        one |= {"name": "volume-extended", "tag": w.ref("volumes")}
    if v >= (2, 76) and w.maybe(0.4):
        one |= {"name": "power-update", "tag": w.pick("POWER_ON", "POWER_OFF", "x")}
    one |= w.some(status=w.pick("completed", "failed"))
    body = {"events": [one]}
    step = {"POST": "/v2.1/os-server-external-events", "data": body}
    return Move({**step, "as": w.pick("admin", "service", "service")}, server=server)


READS = (
    "/v2.1/servers$Q", "/v2.1/servers/detail$Q", "/v2.1/servers/detail?all_tenants=1",
    "/v2.1/flavors", "/v2.1/flavors/detail?is_public=none", "/v2.1/flavors/closed",
    "/v2.1/flavors/own", "/v2.1/os-keypairs", "/v2.1/os-server-groups", "/v2.1/os-aggregates",
    "/v2.1/os-server-groups?all_projects=1", "/v2.1/os-availability-zone",
    "/v2.1/os-availability-zone/detail", "/v2.1/os-services",
    "/v2.1/os-hypervisors", "/v2.1/os-hypervisors?with_servers=1",
    "/v2.1/os-hypervisors/compute1/servers", "/v2.1/limits", "/v2.1/limits?reserved=1",
    "/v2.1/os-quota-sets/$DEMO_PROJECT/detail", "/v2.1/os-hosts",
    "/v2.1/servers/$S/ips", "/v2.1/servers/$S/diagnostics", "/v2.1/servers/$S/topology",
    "/v2.1/servers/$S/os-security-groups", "/v2.1/servers/$S/migrations",
    "/v2.1/servers/$S/os-instance-actions", "/v2.1/servers/$S/os-interface", "/v2.1/servers/$S",
    "/v2.1/servers/$S/os-volume_attachments", "/v2.1/os-volumes", "/v2.1/os-volumes/detail",
    "/v2.1/os-migrations?instance_uuid=$S", "/v2.1/servers/$S/os-volume_attachments?limit=1",
)  # fmt: skip
QUERIES = (
    "", "", "?status=ACTIVE", "?status=ERROR", "?status=SHUTOFF", "?status=VERIFY_RESIZE",
    "?host=compute1",
    "?image=$IMAGE", "?flavor=6", "?tags=a", "?not-tags=a", "?tags-any=a,b", "?locked=true",
    "?locked=false", "?vm_state=active", "?task_state=", "?power_state=4", "?power_state=1",
    "?sort_key=display_name&sort_dir=asc", "?sort_key=display_name&limit=2", "?limit=0",
    "?name=s", "?ip=10.0", "?access_ip_v4=192.0.2.3", "?key_name=k1", "?availability_zone=nova",
    "?config_drive=true", "?description=words", "?all_tenants=1&host=compute2",
    "?metadata=%7B%22a%22:%22b%22%7D", "?launched_at=x", "?user_id=$DEMO_USER",
    "?hostname=compute1",
    "?node=compute1", "?progress=0", "?not-tags-any=a", "?locked=x",
    "?changes-before=2020-01-01", "?root_device_name=/dev/vda",
    "?all_tenants=1&project_id=$ALT_PROJECT",
)  # fmt: skip


def read(w: World, v: Version) -> Move | None:
    path = w.pick(*READS)
    if "$S/" in path or path.endswith("$S"):
        path = path.replace("$S", f"${w.any('servers')}")
    return Move({"GET": path.replace("$Q", w.pick(*QUERIES))})


OPERATIONS = (
    (3, keypair),
    (3, flavor),
    (3, specs),
    (2, access),
    (4, aggregate),
    (3, group),
    (3, service),
    (3, quota),
    (4, volume),
    (3, event),
    (25, read),
)
__all__ = ["OPERATIONS", "SMALL"]
