"""Server groups: servers that shall be together, or apart."""

from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from compute.domain import quotas, usage
from compute.domain.errors import BadRequest, ComputeError, Forbidden, NotFound
from compute.models import Migration, Server, ServerGroup, ServerGroupMember
from middleware.context import RequestContext
from versioned.prepared import Prepared, Related

# Nova: statuses of migrations that have nothing to do with their hosts any more.
_ENDED = ("confirmed", "reverted", "error", "failed", "completed", "cancelled", "done")


class ServerGroupNotFound(NotFound):
    message = "Instance group {uuid} could not be found."


class RulesNotSupported(BadRequest):
    message = "Only anti-affinity policy supports rules."


class TooManyServerGroups(Forbidden):
    message = "Quota exceeded, too many server groups."


class GroupPolicyViolated(ComputeError):
    message = "{policy} instance group policy was violated"


_ONE = Prepared(lambda uuid: ServerGroup.objects.filter(uuid=uuid), str)
_MEMBERS = Related(
    lambda: ServerGroupMember.objects.order_by("id").values_list("group_id", "server_uuid"),
    "group_id",
    int,
)
_PROJECTS = Related(
    lambda: Server.objects.filter(deleted=False).values_list("uuid", "project_id"), "uuid"
)


def find(context: RequestContext, uuid: str) -> ServerGroup:
    """The group, if it is the caller's project's or the caller an administrator."""
    group = _ONE.first(uuid)
    if group is None or not (context.is_admin or group.project_id == context.project_id):
        raise ServerGroupNotFound(uuid=uuid)
    return group


def make(
    context: RequestContext, *, name: str, policy: str, rules: dict[str, Any] | None = None
) -> ServerGroup:
    project_id, user_id = str(context.project_id), str(context.user_id)
    with transaction.atomic():
        for user in (None, user_id):
            used = usage.project_usage(project_id, user)["server_groups"]
            limit = quotas.limit(project_id, "server_groups", user_id=user)
            if quotas.exceeds(used, 1, limit):
                raise TooManyServerGroups
        if rules and policy != "anti-affinity":
            raise RulesNotSupported
        return ServerGroup.objects.create(
            name=name,
            policy=policy,
            rules={key: _whole(value) for key, value in (rules or {}).items()},
            project_id=project_id,
            user_id=user_id,
        )


def _whole(value: Any) -> int:
    """A rule's number; one with a point is the same to JSON, and none to Nova."""
    try:
        return int(str(value))
    except ValueError as exc:
        raise BadRequest(repr(exc)) from exc


def delete(group: ServerGroup) -> None:
    """Delete a group; its servers stay."""
    with transaction.atomic():
        group.delete()


def members_of(context: RequestContext, groups: list[int]) -> dict[int, list[str]]:
    """The servers of each group that are not deleted, as far as the caller may know of them."""
    members: dict[int, list[str]] = {group: [] for group in groups}
    pairs = _MEMBERS(groups)
    projects = dict(_PROJECTS([uuid for _, uuid in pairs]))
    for group_id, uuid in pairs:
        if uuid in projects and (context.is_admin or projects[uuid] == context.project_id):
            members[group_id].append(uuid)
    return members


def seen_by(context: RequestContext, servers: QuerySet[Server]) -> QuerySet[Server]:
    """Those of the servers that the caller may know of.

    Nova: administrators may have put servers of their own project into a group of another.
    """
    return servers if context.is_admin else servers.filter(project_id=context.project_id)


def check_policy(context: RequestContext, server: Server, host: str) -> None:
    """Refuse a host that the policy of the server's group forbids; GroupPolicyViolated.

    The scheduler has asked the same; but others may have been faster, and administrators name
    hosts that it is not asked about.
    """
    if not server.scheduler_hints.get("group"):
        return
    group = ServerGroup.objects.filter(members__server_uuid=server.uuid).first()
    if group is None or group.policy not in ("affinity", "anti-affinity"):
        return
    members = ServerGroupMember.objects.filter(group=group).exclude(server_uuid=server.uuid)
    uuids = list(members.values_list("server_uuid", flat=True))
    others = Server.objects.filter(uuid__in=uuids, deleted=False, host__isnull=False)
    if group.policy == "affinity":
        hosts = set(seen_by(context, others).values_list("host", flat=True))
        if hosts and host not in hosts:
            raise GroupPolicyViolated(policy="Affinity")
        return
    here = set(others.filter(host=host).values_list("uuid", flat=True))
    moves = Migration.objects.filter(server__uuid__in=uuids, server__deleted=False)
    moves = moves.exclude(status__in=_ENDED)
    here |= set(
        moves.filter(Q(source_compute=host) | Q(dest_compute=host)).values_list(
            "server__uuid", flat=True
        )
    )
    if len(here) >= int((group.rules or {}).get("max_server_per_host") or 1):
        raise GroupPolicyViolated(policy="Anti-affinity")
