"""Rows for the perf tests: one more of everything that a list may show."""

from compute.domain import aggregates, flavors, services
from compute.models import (
    Aggregate,
    BlockDevice,
    Flavor,
    Host,
    KeyPair,
    Migration,
    Server,
    ServerAction,
    ServerEvent,
    ServerFault,
    ServerGroup,
    ServerGroupMember,
    ServerTag,
    Service,
)
from compute.models.fields import new_uuid
from compute.work import clock
from tests.api.servers import elsewhere, settle
from tests.cast import ADMINS, ELSEWHERE, HERS
from tests.domain import servers

FIRST = "00000000-0000-4000-8000-000000000001"
REQUEST = "req-00000000-0000-4000-8000-000000000002"
GROUP = "00000000-0000-4000-8000-000000000003"
AGGREGATE = "1000000"


def make_first(owner):
    """What has many of others: a server, one of its actions, a group, a flavor, an aggregate."""
    server = servers.server(uuid=FIRST, project_id=HERS)
    ServerAction.objects.create(server=server, action="create", request_id=REQUEST)
    ServerGroup.objects.create(
        uuid=GROUP, name="first", policy="affinity", project_id=HERS, user_id="alice"
    )
    flavors.make(flavor_id="first", name="first", memory_mb=1, vcpus=1, root_gb=1, is_public=False)
    # With an id of its own: PostgreSQL counts on from test to test.
    Aggregate.objects.create(pk=AGGREGATE, name="first")
    admin = owner.as_("root")
    network = dict.fromkeys(("network", "subnet", "port", "router", "floatingip"), -1)
    network |= {"security_group": -1, "security_group_rule": -1}
    elsewhere(admin, "PUT", f"/network/v2.0/quotas/{HERS}", {"quota": network})
    volume = {"quota_set": {"volumes": -1, "snapshots": -1, "gigabytes": -1}}
    elsewhere(admin, "PUT", f"/volume/v3/{ADMINS}/os-quota-sets/{HERS}", volume)
    return _log_in(owner)


def _log_in(api):
    """A token of Identity's own for the administrator, since Identity judges tokens itself."""
    user = {"name": "admin", "password": "password", "domain": {"id": "default"}}
    scope = {"project": {"name": "admin", "domain": {"id": "default"}}}
    identity = {"methods": ["password"], "password": {"user": user}}
    body = {"auth": {"identity": identity, "scope": scope}}
    answer = elsewhere(api.as_(None), "POST", "/identity/v3/auth/tokens", body)
    return answer.headers["X-Subject-Token"]


def make(owner, token, count):
    """`count` more of each row."""
    numbers = [new_uuid()[:8] for _ in range(count)]
    first = Server.objects.get(uuid=FIRST)
    for number in numbers:
        _of_hosts(number)
        _of_servers(owner, number, first)
    _of_neighbours(owner, numbers)
    for number in numbers:
        _of_administrators(owner.as_("root"), number)
        _of_identity(owner.as_(token), number)


def _of_hosts(number):
    host = f"host-{number}"
    Host.objects.create(host=host, node=host, vcpus=8, memory_mb=8192, local_gb=100)
    for binary in (services.COMPUTE, f"nova-{number}"):
        Service.objects.create(host=host, binary=binary, last_seen_up=clock.now())
    made = aggregates.make(f"a-{number}", zone=f"z-{number}")
    made.members.create(host=host)
    Aggregate.objects.get(name="first").members.create(host=host)
    flavor = flavors.make(name=f"f-{number}", memory_mb=1, vcpus=1, root_gb=1)
    Flavor.objects.filter(pk=flavor.pk).update(extra_specs={"a": "b"})
    Flavor.objects.get(name="first").access.create(project_id=number)
    KeyPair.objects.create(user_id="alice", name=number, public_key="", fingerprint="")


def _of_servers(owner, number, first):
    for state, project in (("active", HERS), ("error", HERS), ("active", ELSEWHERE)):
        server = servers.server(
            name=number, vm_state=state, project_id=project, host=f"host-{number}"
        )
        ServerFault.objects.create(server=server, message="x")
        ServerTag.objects.create(server=server, tag=number)
        _with_volume(server)
        Migration.objects.create(
            server=server, migration_type="resize", status="finished", project_id=project
        )
        group = ServerGroup.objects.create(
            name=number, policy="affinity", project_id=project, user_id="alice"
        )
        ServerGroupMember.objects.create(group=group, server_uuid=server.uuid)
        ServerGroupMember.objects.create(
            group=ServerGroup.objects.get(uuid=GROUP), server_uuid=server.uuid
        )
    servers.server(project_id=number, host="compute1")
    ServerTag.objects.create(server=first, tag=number)
    _with_volume(first)
    Migration.objects.create(
        server=first, migration_type="live-migration", status="running", project_id=HERS
    )
    action = ServerAction.objects.get(request_id=REQUEST)
    ServerEvent.objects.create(action=action, event=number)
    ServerAction.objects.create(server=first, action="reboot", request_id=f"req-{number}")


def _with_volume(server):
    BlockDevice.objects.create(
        server=server,
        source_type="volume",
        destination_type="volume",
        volume_id=new_uuid(),
        attachment_id=new_uuid(),
    )


def _of_neighbours(owner, numbers):
    """Things of the neighbours, as their users make them."""
    volumes = []
    for number in numbers:
        _post(owner, "/image/v2/images", {"name": number, "tags": [number]})
        network = _made(owner, "network", name=number)
        subnet = {"network_id": network, "ip_version": 4, "cidr": "10.9.0.0/24"}
        _made(owner, "subnet", **subnet)
        group = _made(owner, "security-group", name=number)
        rule = {"security_group_id": group, "direction": "ingress", "remote_group_id": group}
        _made(owner, "security-group-rule", **rule)
        port = {"network_id": network, "security_groups": [group]}
        _made(owner, "port", device_id=FIRST, **port)
        _made(owner, "router", name=number)
        public = elsewhere(owner, "GET", "/network/v2.0/networks?name=public").json["networks"][0]
        _made(owner, "floatingip", floating_network_id=public["id"])
        volume = _post(owner, f"/volume/v3/{HERS}/volumes", {"volume": {"size": 1}})
        volumes.append(volume["volume"]["id"])
    settle()
    for volume in volumes:
        _post(owner, f"/volume/v3/{HERS}/snapshots", {"snapshot": {"volume_id": volume}})
    settle()
    for volume in volumes:
        body = {"attachment": {"volume_uuid": volume, "instance_uuid": FIRST}}
        newest = {"OpenStack-API-Version": "volume 3.70"}
        path = f"/volume/v3/{HERS}/attachments"
        assert elsewhere(owner, "POST", path, body, headers=newest).status == 200
    settle()


def _of_administrators(admin, number):
    """What only administrators make, in Network, Volume and Placement."""
    _made(admin, "network", name=number, **{"router:external": True})
    _post(admin, f"/volume/v3/{ADMINS}/types", {"volume_type": {"name": number}})
    newest = {"OpenStack-API-Version": "placement 1.39"}
    for path in (f"/traits/CUSTOM_{number.upper()}", f"/resource_classes/CUSTOM_{number.upper()}"):
        answer = elsewhere(admin, "PUT", f"/placement{path}", headers=newest)
        assert answer.status in (201, 204), answer
    path = "/placement/resource_providers"
    provider = elsewhere(admin, "POST", path, {"name": number}, headers=newest).json["uuid"]
    stock = {"inventories": {"VCPU": {"total": 8}}, "resource_provider_generation": 0}
    answer = elsewhere(admin, "PUT", f"{path}/{provider}/inventories", stock, headers=newest)
    assert answer.status == 200, answer


def _of_identity(admin, number):
    made = {
        noun: _post(admin, f"/identity/v3/{noun}s", {noun: {"name": number}})[noun]["id"]
        for noun in ("domain", "project", "user", "group", "role")
    }
    _post(admin, "/identity/v3/regions", {"region": {"id": number}})
    service = {"service": {"type": number, "name": number}}
    service_id = _post(admin, "/identity/v3/services", service)["service"]["id"]
    endpoint = {"service_id": service_id, "interface": "public", "url": "http://x"}
    _post(admin, "/identity/v3/endpoints", {"endpoint": endpoint})
    me = elsewhere(admin, "GET", "/identity/v3/users?name=admin").json["users"][0]["id"]
    for user in (made["user"], me):
        path = f"/identity/v3/projects/{made['project']}/users/{user}/roles/{made['role']}"
        assert elsewhere(admin, "PUT", path).status == 204


def _made(owner, noun, **says):
    key = noun.replace("-", "_")
    return _post(owner, f"/network/v2.0/{noun}s", {key: says})[key]["id"]


def _post(owner, path, body):
    answer = elsewhere(owner, "POST", path, body)
    assert answer.status in (200, 201, 202), answer
    return answer.json
