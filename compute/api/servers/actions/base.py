"""What the actions of a server share: finding it, asking the rule, and the names on the wire."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from compute.api.dispatch import ActionsViewSet
from compute.api.servers.lookup import OfServer
from compute.domain.errors import Conflict, ServerLocked
from compute.models import Server


class ServerActions(ActionsViewSet, OfServer):
    """A group of actions; `actions` maps names on the wire to methods, and groups add up."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        merged: dict[str, str] = {}
        for base in reversed(cls.__mro__):
            merged |= vars(base).get("actions", {})
        cls.actions = merged


@contextmanager
def lock_is_a_wrong_state(server: Server, action: str) -> Iterator[None]:
    """Say of a locked server what Nova says there by mistake."""
    try:
        yield
    except ServerLocked:
        raise Conflict(f"Instance {server.uuid} is in an invalid state for '{action}'") from None
