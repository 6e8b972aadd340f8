"""`python -m tests.chaos.check FILE`: reads the cloud's database and says what is amiss, as JSON.

FILE holds the accepted requests: [kind, server, request id].
"""

import json
import sys
from collections import Counter, defaultdict

import django

django.setup()

from cloud.image.models import Image  # noqa: E402
from cloud.network.models import Port  # noqa: E402
from cloud.placement.models import Allocation, Provider  # noqa: E402
from cloud.volume.models import Attachment, Volume  # noqa: E402
from compute.models import (  # noqa: E402
    BlockDevice,
    Guest,
    Host,
    Migration,
    Server,
    ServerAction,
    Task,
)

ENDED = ("confirmed", "reverted", "error", "failed", "cancelled", "completed", "done", "finished")


def main(path):
    with open(path) as file:
        accepted = json.load(file)
    servers = {s.uuid: s for s in Server.objects.filter(deleted=False)}
    moves = {m.uuid: m for m in Migration.objects.filter(status__in=("finished", "done"))}
    wrong = defaultdict(list)

    for server in servers.values():
        if server.task_state is not None or server.vm_state == "building":
            wrong["stuck"].append(f"{server.uuid} {server.vm_state} {server.task_state}")
    for task in Task.objects.filter(state__in=("queued", "running")):
        wrong["work left"].append(f"{task.kind} {task.server_uuid} {task.state} {task.attempts}")
    for move in Migration.objects.exclude(status__in=ENDED):
        wrong["moves without end"].append(f"{move.migration_type} {move.uuid} {move.status}")
    _places(servers, moves, wrong)
    _allocations(servers, moves, wrong)
    _ports(servers, wrong)
    _volumes(servers, wrong)
    for image in Image.objects.exclude(status__in=("active", "deleted")):
        wrong["images without end"].append(f"{image.pk} {image.status}")
    _outcomes(accepted, wrong)
    figures = {
        "servers": Counter(s.vm_state for s in servers.values()),
        "deleted servers": Server.objects.filter(deleted=True).count(),
        "actions": ServerAction.objects.count(),
        "actions that failed": ServerAction.objects.filter(message="Error").count(),
        "tasks given up": Counter(
            Task.objects.filter(state="failed").values_list("kind", flat=True)
        ),
        "moves": Counter(Migration.objects.values_list("status", flat=True)),
        "allocations": Allocation.objects.count(),
        "ports": Port.objects.filter(device_owner__startswith="compute").count(),
        "attachments": Attachment.objects.count(),
    }
    print(json.dumps({"wrong": wrong, "figures": figures}))


def _ends(server, moves):
    """Where a server may have a guest: its host, and the other end of an open resize."""
    open_moves = [m for m in moves.values() if m.server_id == server.pk and m.status == "finished"]
    if server.vm_state == "resized":
        return {server.host, *(m.source_compute for m in open_moves[-1:])}
    return {server.host} if server.host else set()


def _places(servers, moves, wrong):
    guests = defaultdict(set)
    for uuid, host in Guest.objects.values_list("server_uuid", "host"):
        guests[uuid].add(host)
    for uuid, hosts in guests.items():
        server = servers.get(uuid)
        if server is None:
            wrong["guests of nobody"].append(f"{uuid} on {sorted(hosts)}")
        elif not hosts <= _ends(server, moves):
            wrong["in two places"].append(
                f"{uuid} {server.vm_state} on {server.host}, guests on {sorted(hosts)}"
            )
    for server in servers.values():
        runs = server.vm_state in ("active", "paused", "suspended", "rescued", "resized", "stopped")
        if runs and server.host not in guests[server.uuid]:
            wrong["without a guest"].append(f"{server.uuid} {server.vm_state} on {server.host}")


def _allocations(servers, moves, wrong):
    names = dict(Provider.objects.values_list("pk", "name"))
    hosts = dict(Host.objects.values_list("node", "host"))
    held = defaultdict(set)
    for row in Allocation.objects.values("consumer_id", "provider_id"):
        node = names[row["provider_id"]]
        held[row["consumer_id"]].add(hosts.get(node, node))
    for consumer, where in held.items():
        server, move = servers.get(consumer), moves.get(consumer)
        if server is None and move is None:
            wrong["claims of nobody"].append(f"{consumer} at {sorted(where)}")
        elif server is not None and where != {server.host}:
            wrong["claims elsewhere"].append(
                f"{consumer} {server.vm_state} on {server.host}, claims {sorted(where)}"
            )
        elif move is not None and move.server.deleted:
            wrong["claims of nobody"].append(f"move {consumer} of a deleted server")
    for server in servers.values():
        if server.host and server.uuid not in held:
            wrong["without a claim"].append(f"{server.uuid} {server.vm_state} on {server.host}")


def _ports(servers, wrong):
    ports = defaultdict(set)
    for row in Port.objects.filter(device_owner__startswith="compute").values():
        ports[row["device_id"]].add(str(row["id"]))
    for server_id, ids in ports.items():
        server = servers.get(server_id)
        if server is None:
            wrong["ports of nobody"].append(f"{server_id}: {sorted(ids)}")
            continue
        shown = {each["port_id"] for each in server.interfaces}
        if shown != ids:
            wrong["ports that differ"].append(
                f"{server_id} {server.vm_state} shows {len(shown)}, has {len(ids)}"
            )
    for server in servers.values():
        missing = {each["port_id"] for each in server.interfaces} - ports[server.uuid]
        if missing and server.uuid not in ports:
            wrong["ports that differ"].append(f"{server.uuid} shows {sorted(missing)}, has none")


def _volumes(servers, wrong):
    known = set(
        BlockDevice.objects.filter(server__deleted=False, attachment_id__isnull=False).values_list(
            "attachment_id", flat=True
        )
    )
    for row in Attachment.objects.values("id", "instance_uuid", "volume_id", "attach_status"):
        if row["instance_uuid"] not in servers:
            wrong["attachments of nobody"].append(f"{row['id']} to {row['instance_uuid']}")
        elif str(row["id"]) not in known:
            wrong["attachments unknown"].append(f"{row['id']} to {row['instance_uuid']}")
    there = {str(pk) for pk in Attachment.objects.values_list("pk", flat=True)}
    for attachment_id in known - there:
        wrong["attachments lost"].append(attachment_id)
    passing = ("creating", "attaching", "detaching", "deleting", "reserved")
    attached = set(Attachment.objects.values_list("volume_id", flat=True))
    for volume in Volume.objects.all():
        if volume.status in passing and not (volume.status == "reserved" and volume.pk in attached):
            wrong["volumes without end"].append(f"{volume.pk} {volume.status}")
        if volume.status == "in-use" and volume.pk not in attached:
            wrong["volumes in use by nobody"].append(str(volume.pk))


def _outcomes(accepted, wrong):
    """Every accepted request is found among its server's actions, and that action has ended."""
    actions = {}
    rows = ServerAction.objects.select_related("server")
    for action in rows:
        actions[action.server.uuid, action.request_id] = action
    everyone = set(Server.objects.values_list("uuid", flat=True))
    # Who deletes what is being deleted is told yes, and nothing is recorded.
    gone = set(Server.objects.filter(deleted=True).values_list("uuid", flat=True))
    for kind, server_id, request_id in accepted:
        action = actions.get((server_id, request_id))
        if server_id not in everyone:
            wrong["accepted and forgotten"].append(f"{kind} {server_id}")
        elif action is None and not (kind == "delete" and server_id in gone):
            wrong["accepted and not recorded"].append(f"{kind} {server_id} {request_id}")
        elif action and action.finish_time is None and not action.server.deleted:
            wrong["without an outcome"].append(
                f"{kind} {server_id} {action.server.vm_state} {request_id}"
            )


main(sys.argv[1])
