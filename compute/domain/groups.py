"""Server groups: servers that shall be together, or apart."""

from typing import Any

from django.db import transaction

from compute.domain import quotas, usage
from compute.domain.errors import BadRequest, Forbidden, NotFound
from compute.models import Server, ServerGroup, ServerGroupMember
from middleware.context import RequestContext


class ServerGroupNotFound(NotFound):
    message = "Instance group {uuid} could not be found."


class RulesNotSupported(BadRequest):
    message = "Only anti-affinity policy supports rules."


class TooManyServerGroups(Forbidden):
    message = "Quota exceeded, too many server groups."


def find(context: RequestContext, uuid: str) -> ServerGroup:
    """The group, if it is the caller's project's or the caller an administrator."""
    groups = ServerGroup.objects.filter(uuid=uuid)
    if not context.is_admin:
        groups = groups.filter(project_id=context.project_id)
    group = groups.first()
    if group is None:
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


def members_of(groups: list[int]) -> dict[int, list[str]]:
    """The servers of each group that are not deleted."""
    members: dict[int, list[str]] = {group: [] for group in groups}
    rows = ServerGroupMember.objects.filter(group__in=groups).order_by("id")
    pairs = list(rows.values_list("group_id", "server_uuid"))
    uuids = [uuid for _, uuid in pairs]
    there = set(Server.objects.filter(uuid__in=uuids, deleted=False).values_list("uuid", flat=True))
    for group_id, uuid in pairs:
        if uuid in there:
            members[group_id].append(uuid)
    return members
