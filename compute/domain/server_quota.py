"""The quotas that boot and resize must keep: servers, cores, memory, metadata, files, groups."""

from collections.abc import Mapping
from typing import NamedTuple

from compute.domain import quotas, usage
from compute.domain.errors import Forbidden, Unexpected
from compute.domain.states import DELETING_STATES, VmState
from compute.models import Flavor, Server, ServerGroup
from middleware.context import RequestContext

_OF_FLAVORS = ("cores", "ram")
_COUNTED = ("instances", *_OF_FLAVORS)


class TooManyServers(Forbidden):
    message = (
        "Quota exceeded for {overs}: Requested {requested}, but already used {used} of {allowed} "
        "{overs}"
    )


class MetadataLimitExceeded(Forbidden):
    message = "Maximum number of metadata items exceeds {allowed}"


class _Over(NamedTuple):
    """What there is no room for, and whose limits and use are told of it."""

    names: list[str]
    limits: dict[str, int]
    used: dict[str, int]

    def left(self, deltas: dict[str, int]) -> dict[str, float]:
        """What is left of each limit; less than nothing where limits came down after use."""
        left: dict[str, float] = {name: self.limits[name] - self.used[name] for name in deltas}
        for name in _OF_FLAVORS:
            # Nova: cores and memory without end are there for as many servers as there may be.
            if self.limits[name] == -1:
                servers = left.get("instances", 1)
                each = deltas[name] / deltas.get("instances", 1) if deltas[name] else 1
                left[name] = servers * each
        return left

    def refusal(self, asked: Mapping[str, object], left: dict[str, float]) -> TooManyServers:
        return TooManyServers(
            overs=", ".join(self.names),
            requested=", ".join(str(asked[name]) for name in self.names),
            used=", ".join(str(self.limits[name] - left[name]) for name in self.names),
            allowed=", ".join(str(self.limits[name]) for name in self.names),
        )


def check_servers(context: RequestContext, flavor: Flavor, least: int, most: int) -> int:
    """How many servers of the flavor there is room for, from `least` to `most`; or a refusal."""
    deltas = {"instances": most, "cores": most * flavor.vcpus, "ram": most * flavor.memory_mb}
    over = _over(context, deltas)
    if over is None:
        return most
    left = over.left(deltas)
    # Nova: where the number of servers has no end, -1 of them less those that there are is left,
    # and what has too few cores is refused whole, not made fewer.
    allowed = left["instances"]
    for name, each in (("cores", flavor.vcpus), ("ram", flavor.memory_mb)):
        if each:
            allowed = min(allowed, left[name] // each)
    if least <= allowed <= most and allowed > 0:
        return check_servers(context, flavor, least, int(allowed))
    servers = str(least) if least == most else f"{least}-{most}"
    raise over.refusal({**deltas, "instances": servers}, left)


def _over(context: RequestContext, deltas: dict[str, int]) -> _Over | None:
    """What of the deltas the project has no room for, or the user by limits of their own."""
    project_id, user_id = str(context.project_id), str(context.user_id)
    limits = quotas.both(project_id, user_id)
    used = usage.server_usage(project_id)
    of_project = _exceeded(deltas, used, limits.project)
    if not limits.own.isdisjoint(_COUNTED):
        # A user without own limits uses no more of them than the project, and is not counted.
        used_by_user = usage.server_usage(project_id, user_id=user_id)
        of_user = _exceeded(deltas, used_by_user, limits.user) - of_project
        if of_user:
            return _Over(sorted(of_project | of_user), limits.user, used_by_user)
    return _Over(sorted(of_project), limits.project, used) if of_project else None


def _exceeded(deltas: dict[str, int], used: dict[str, int], limits: dict[str, int]) -> set[str]:
    return {name for name, more in deltas.items() if quotas.exceeds(used[name], more, limits[name])}


def check_resize(context: RequestContext, server: Server, flavor: Flavor) -> None:
    """Refuse a flavor that takes more than the project, or the user, has left."""
    deltas = {
        "cores": max(0, flavor.vcpus - server.vcpus),
        "ram": max(0, flavor.memory_mb - server.memory_mb),
    }
    over = _over(context, deltas) if any(deltas.values()) else None
    if over is None:
        return
    if not all(deltas[name] for name in over.names):
        # Nova: who wants more of one has no number for the other, which was over its limit before.
        raise Unexpected(kind="KeyError")
    raise over.refusal(deltas, over.left(deltas))


def check_revert(context: RequestContext, server: Server, flavor: Flavor) -> None:
    """The same for the flavor that a server goes back to."""
    try:
        check_resize(context, server, flavor)
    except TooManyServers as exc:
        # Nova: a quota is not what it expects to stand against going back.
        raise Unexpected(kind="nova.exception.TooManyInstances") from exc


def check_metadata(context: RequestContext, metadata: dict[str, str]) -> None:
    if not metadata:
        return
    over = quotas.over(context.project_id, context.user_id, metadata_items=len(metadata))
    if over:
        raise MetadataLimitExceeded(allowed=over["metadata_items"])


def check_personality(context: RequestContext, files: list[dict[str, str]]) -> None:
    if not files:
        return
    over = quotas.over(
        context.project_id,
        context.user_id,
        injected_files=len(files),
        injected_file_path_bytes=max(len(item.get("path", "")) for item in files),
        injected_file_content_bytes=max(len(item.get("contents", "")) for item in files),
    )
    if "injected_files" in over:
        raise Forbidden("Personality file limit exceeded")
    for what in ("path", "content"):
        allowed = over.get(f"injected_file_{what}_bytes")
        if allowed is not None:
            raise Forbidden(f"Personality file {what} exceeds maximum {allowed}")


def check_group_members(context: RequestContext, group: ServerGroup, more: int) -> None:
    """Refuse more servers of the caller in a group; those of others do not count."""
    allowed = quotas.both(context.project_id, context.user_id).least("server_group_members")
    uuids = group.members.values("server_uuid")
    servers = Server.objects.filter(uuid__in=uuids, user_id=context.user_id, deleted=False)
    servers = servers.exclude(vm_state=VmState.SOFT_DELETED)
    servers = servers.exclude(task_state__in=list(DELETING_STATES))
    if quotas.exceeds(servers.count(), more, allowed):
        raise Forbidden("Quota exceeded, too many servers in group")
