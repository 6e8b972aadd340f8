"""A server's metadata: changed in the states that the table permits, within the quota."""

from collections.abc import Callable

from django.db import transaction

from compute.domain import lifecycle, server_quota
from compute.domain.errors import BadRequest, NotFound, Unexpected
from compute.models import Server
from compute.work import clock
from middleware.context import RequestContext

Items = dict[str, str]


class ItemNotFound(NotFound):
    message = "Metadata item was not found"


class KeysDiffer(BadRequest):
    message = "Request body and URI mismatch"


def add(context: RequestContext, server: Server, items: Items) -> Items:
    """Set these items beside the others; return all."""
    return _change(context, server, lambda old: {**old, **items})


def replace(context: RequestContext, server: Server, items: Items) -> Items:
    """Set these items in place of all others; return them."""
    return _change(context, server, lambda old: items)


def delete(context: RequestContext, server: Server, key: str) -> None:
    if key not in server.metadata:
        raise ItemNotFound
    lifecycle.permit(context, server, "delete metadata")
    with transaction.atomic():
        held = Server.objects.select_for_update().get(pk=server.pk)
        _save(held, {name: value for name, value in held.metadata.items() if name != key})


def _change(context: RequestContext, server: Server, change: Callable[[Items], Items]) -> Items:
    lifecycle.permit(context, server, "update metadata")
    with transaction.atomic():
        held = Server.objects.select_for_update().get(pk=server.pk)
        items = change(held.metadata)
        server_quota.check_metadata(context, items)
        _save(held, items)
    return items


def _save(server: Server, items: Items) -> None:
    try:
        "".join((*items, *items.values())).encode()
    except UnicodeEncodeError:
        # Nova: half a surrogate pair is found out by its database, which takes UTF-8 only.
        raise Unexpected(kind="oslo_db.exception.DBInvalidUnicodeParameter") from None
    server.metadata = items
    server.updated_at = clock.now()
    server.save(update_fields=["metadata", "updated_at"])
