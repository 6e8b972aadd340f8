"""The quotas that boot and resize must keep: servers, cores, memory, metadata, files, groups."""

from typing import Any

from compute.domain import quotas, usage
from compute.domain.errors import Forbidden
from compute.models import Flavor, Server, ServerGroup
from middleware.context import RequestContext


class TooManyServers(Forbidden):
    message = (
        "Quota exceeded for {overs}: Requested {requested}, but already used {used} of {allowed} "
        "{overs}"
    )


class MetadataLimitExceeded(Forbidden):
    message = "Maximum number of metadata items exceeds {allowed}"


def check_servers(context: RequestContext, flavor: Flavor, least: int, most: int) -> int:
    """How many servers of the flavor there is room for, from `least` to `most`; or a refusal."""
    room, limits = _room(context)
    deltas = {"instances": most, "cores": most * flavor.vcpus, "ram": most * flavor.memory_mb}
    overs = [name for name in sorted(deltas) if 0 <= room[name] < deltas[name]]
    if not overs:
        return most
    allowed = room["instances"] if room["instances"] >= 0 else most
    for name, each in (("cores", flavor.vcpus), ("ram", flavor.memory_mb)):
        if each and room[name] >= 0:
            allowed = min(allowed, room[name] // each)
    if least <= allowed <= most and allowed > 0:
        return check_servers(context, flavor, least, allowed)
    asked: dict[str, Any] = {
        **deltas,
        "instances": str(least) if least == most else f"{least}-{most}",
    }
    raise _too_many(overs, asked, room, limits)


def _room(context: RequestContext) -> tuple[dict[str, int], dict[str, int]]:
    """What is left of each limit (-1: without end), and the limits."""
    project_id = str(context.project_id)
    limits, users = quotas.limits_of_user(project_id, str(context.user_id))
    used = usage.server_usage(project_id, user_id=context.user_id if users else None)
    names = ("instances", "cores", "ram")
    room = {n: max(0, limits[n] - used[n]) if limits[n] >= 0 else -1 for n in names}
    return room, limits


def _too_many(
    overs: list[str], asked: dict[str, Any], room: dict[str, int], limits: dict[str, int]
) -> TooManyServers:
    return TooManyServers(
        overs=", ".join(overs),
        requested=", ".join(str(asked[name]) for name in overs),
        used=", ".join(str(limits[name] - room[name]) for name in overs),
        allowed=", ".join(str(limits[name]) for name in overs),
    )


def check_resize(context: RequestContext, server: Server, flavor: Flavor) -> None:
    """Refuse a flavor that takes more than the project has left."""
    room, limits = _room(context)
    deltas = {
        "cores": max(0, flavor.vcpus - server.vcpus),
        "ram": max(0, flavor.memory_mb - server.memory_mb),
    }
    overs = [name for name in sorted(deltas) if deltas[name] and 0 <= room[name] < deltas[name]]
    if overs:
        raise _too_many(overs, deltas, room, limits)


def check_metadata(context: RequestContext, metadata: dict[str, str]) -> None:
    if not metadata:
        return
    allowed = quotas.limits(str(context.project_id))["metadata_items"]
    if 0 <= allowed < len(metadata):
        raise MetadataLimitExceeded(allowed=allowed)


def check_personality(context: RequestContext, files: list[dict[str, str]]) -> None:
    if not files:
        return
    limits = quotas.limits(str(context.project_id))
    if 0 <= limits["injected_files"] < len(files):
        raise Forbidden("Personality file limit exceeded")
    longest = max(len(item.get("path", "")) for item in files)
    if 0 <= limits["injected_file_path_bytes"] < longest:
        raise Forbidden(
            f"Personality file path exceeds maximum {limits['injected_file_path_bytes']}"
        )
    largest = max(len(item.get("contents", "")) for item in files)
    if 0 <= limits["injected_file_content_bytes"] < largest:
        raise Forbidden(
            f"Personality file content exceeds maximum {limits['injected_file_content_bytes']}"
        )


def check_group_members(context: RequestContext, group: ServerGroup, more: int) -> None:
    allowed = quotas.limits(str(context.project_id))["server_group_members"]
    if 0 <= allowed < group.members.count() + more:
        raise Forbidden("Quota exceeded, too many servers in group")
