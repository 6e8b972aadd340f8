"""A server's tags: at most fifty, changed only while the server is at rest."""

from collections.abc import Iterable

from django.db import transaction

from compute.domain.errors import BadRequest, NotFound, WrongState
from compute.models import Server, ServerTag
from versioned.prepared import Prepared

MOST = 50
_OF_SERVER = Prepared(
    lambda pk: ServerTag.objects.filter(server_id=pk).order_by("tag").values_list("tag", flat=True),
    int,
)
_AT_REST = frozenset({"active", "paused", "suspended", "stopped"})


class TagNotFound(NotFound):
    message = "Server {server_id} has no tag '{tag}'"


class NoTagToRemove(NotFound):
    message = "Instance {server_id} has no tag '{tag}'"


class TooManyTags(BadRequest):
    message = f"The number of tags exceeded the per-server limit {MOST}"


def of(server: Server) -> list[str]:
    return _OF_SERVER(server.pk)


def check_state(server: Server, doing: str) -> None:
    if server.vm_state not in _AT_REST:
        raise WrongState(
            action=doing, server_id=server.uuid, attribute="vm_state", state=server.vm_state
        )


def add(server: Server, tag: str) -> bool:
    """Add a tag; False when the server has it already."""
    with transaction.atomic():
        held = of(server)
        # Nova: a full server is refused even a tag that it has.
        if len(held) >= MOST:
            raise TooManyTags
        if tag in held:
            return False
        ServerTag.objects.create(server=server, tag=tag)
    return True


def replace(server: Server, tags: Iterable[str]) -> list[str]:
    """Set these tags and no others; return them."""
    check_state(server, "update tags")
    wanted = list(dict.fromkeys(tags))
    with transaction.atomic():
        server.tags.all().delete()
        ServerTag.objects.bulk_create(ServerTag(server=server, tag=tag) for tag in wanted)
    return of(server)


def remove(server: Server, tag: str) -> None:
    check_state(server, "delete tag")
    deleted, _ = server.tags.filter(tag=tag).delete()
    if not deleted:
        raise NoTagToRemove(server_id=server.uuid, tag=tag)


def clear(server: Server) -> None:
    check_state(server, "delete tags")
    server.tags.all().delete()
