"""Actions that are one transition and take no argument: a table."""

from collections.abc import Callable
from typing import Any, NamedTuple

from compute.api.servers import lookup, schemas
from compute.api.servers.actions.base import ServerActions
from compute.domain import lifecycle
from versioned.operation import Operation, operation


class Simple(NamedTuple):
    """One row: the name on the wire, its rule, and the transition that it begins."""

    wire: str
    rule: str
    transition: str
    body: Any = None
    since: str | None = None


# fmt: off
SIMPLE = tuple(Simple(*row) for row in (
    # on the wire          rule                          transition            body, since
    ("os-start",           "servers:start",              "start",              schemas.bare("os-start")),
    ("os-stop",            "servers:stop",               "stop",               schemas.bare("os-stop")),
    ("pause",              "os-pause-server:pause",      "pause",              schemas.bare("pause")),
    ("unpause",            "os-pause-server:unpause",    "unpause",            schemas.bare("unpause")),
    ("suspend",            "os-suspend-server:suspend",  "suspend",            schemas.bare("suspend")),
    ("resume",             "os-suspend-server:resume",   "resume",             schemas.bare("resume")),
    ("trigger_crash_dump", "servers:trigger_crash_dump", "trigger_crash_dump", schemas.TRIGGER_CRASH_DUMP, "2.17"),
))
# fmt: on


def _operation(row: Simple) -> Operation:
    def begin(view: ServerActions, request: Any, server_id: str, **value: Any) -> None:
        if row.rule.startswith("servers:"):
            # Nova: these three ask the cell mapping first.
            lookup.find_anybodys(server_id)
        lifecycle.begin(request.context, view.found(server_id), row.transition)

    begin.__name__ = row.transition
    declare: Callable[..., Operation] = operation(
        policy=f"os_compute_api:{row.rule}",
        target="found",
        body=row.body,
        status=202,
        since=row.since,
    )
    return declare(begin)


SimpleActions: type[ServerActions] = type(
    "SimpleActions",
    (ServerActions,),
    {
        "__doc__": "The actions of the table.",
        "__module__": __name__,
        "actions": {row.wire: row.transition for row in SIMPLE},
        **{row.transition: _operation(row) for row in SIMPLE},
    },
)
