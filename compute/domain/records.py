"""What was asked of a server (actions), what that took (events), what went wrong (faults)."""

import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from compute.domain.errors import ComputeError
from compute.models import Server, ServerAction, ServerEvent, ServerFault
from compute.work import clock
from compute.work.errors import Later
from middleware.context import RequestContext
from versioned.prepared import Prepared, PreparedUpdate, insert

_LATEST = Prepared(
    lambda server_id: ServerAction.objects.filter(server_id=server_id).order_by(
        "-start_time", "-pk"
    )[:1],
    int,
)
_OF_REQUEST = Prepared(
    lambda server_id, request_id: ServerAction.objects.filter(
        server_id=server_id, request_id=request_id
    ).order_by("-start_time", "-pk")[:1],
    int,
    str,
)
_ACTION = PreparedUpdate(lambda pk: ServerAction.objects.filter(pk=pk), int)

SUCCESS, ERROR = "Success", "Error"


def sentence(exc: BaseException) -> str:
    """What users may read of an error; others than our own could tell secrets."""
    if isinstance(exc, ComputeError):
        return exc.text
    told = getattr(exc, "told_to_users", False)
    return str(exc) if told else type(exc).__name__


def start_action(context: RequestContext, server: Server, action: str) -> ServerAction:
    """Record that the caller asked this of the server."""
    return start_actions(context, [server], action)[0]


def start_actions(
    context: RequestContext, servers: Iterable[Server], action: str
) -> list[ServerAction]:
    """The same of several servers, in one statement."""
    now = clock.now()
    return insert(
        ServerAction(
            server=server,
            action=action,
            request_id=context.request_id,
            user_id=context.user_id,
            project_id=context.project_id,
            start_time=now,
            updated_at=now,
        )
        for server in servers
    )


def action_of(context: RequestContext, server: Server) -> ServerAction | None:
    """The action that this request started on the server, else the server's latest.

    Nova: work that no request stands behind is recorded with the latest action.
    """
    return _OF_REQUEST.first(server.pk, context.request_id) or _LATEST.first(server.pk)


def end_action(action: ServerAction, *, well: bool = False) -> None:
    """End an action that came to no end of its own; it failed unless what it asked for is there."""
    now = clock.now()
    ServerAction.objects.filter(pk=action.pk, finish_time__isnull=True).update(
        finish_time=now, updated_at=now, message=action.message if well else ERROR
    )


def close_actions(context: RequestContext, server_uuid: str) -> None:
    """Nothing more comes of this request: end its action; a step it had begun was overtaken.

    Nova: two hard reboots may be asked for at once, and a deletion at any time.
    """
    left = ServerAction.objects.filter(
        server__uuid=server_uuid, request_id=context.request_id, finish_time__isnull=True
    )
    now = clock.now()
    for action in left:
        begun = ServerEvent.objects.filter(action=action, finish_time__isnull=True)
        overtaken = begun.update(finish_time=now, result=ERROR, details="Overtaken")
        action.finish_time = action.updated_at = now
        action.message = ERROR if overtaken else action.message
        action.save(update_fields=["finish_time", "updated_at", "message"])


class Event:
    """A step of an action, written when it ends, or earlier by `begin` when it takes its time."""

    def __init__(
        self, context: RequestContext, server: Server, event: str, host: str | None
    ) -> None:
        self._context, self._server, self._event, self._host = context, server, event, host or ""
        self._started = clock.now()

    def begin(self) -> None:
        """Show that the step is being done."""
        self._write(finish_time=None)

    def succeed(self) -> None:
        self._write(finish_time=clock.now(), result=SUCCESS)

    def fail(self, exc: BaseException) -> None:
        self._write(
            finish_time=clock.now(),
            result=ERROR,
            traceback="".join(traceback.format_exception(exc)),
            details=sentence(exc)[:255],
        )

    def _write(self, *, finish_time: datetime | None, **result: str) -> None:
        action = action_of(self._context, self._server)
        if action is None:
            return
        changes = {"finish_time": finish_time, **result}
        row = ServerEvent(
            action=action,
            event=self._event,
            host=self._host,
            start_time=self._started,
            **changes,
        )
        insert(
            [row],
            unique=("action_id", "event", "host"),
            update=("finish_time", "result", "traceback", "details"),
        )
        _ACTION(
            action.pk,
            updated_at=finish_time or self._started,
            **({"finish_time": finish_time} if finish_time else {}),
            **({"message": ERROR} if result.get("result") == ERROR else {}),
        )


@contextmanager
def event(
    context: RequestContext, server: Server, name: str, host: str | None = None
) -> Iterator[Event]:
    """A step that may be put off: then it is shown as begun.

    Whoever finishes writes the result, in the transaction of the last change: `succeed`, or `fail`
    by whoever gives the work up.
    """
    step = Event(context, server, name, host)
    try:
        yield step
    except Later:
        step.begin()
        raise


def record_fault(
    server: Server, exc: BaseException, *, message: str | None = None, host: str | None = None
) -> ServerFault:
    """Keep what went wrong; the newest fault is shown with the server."""
    code = 500
    if isinstance(exc, ComputeError):
        code = exc.fault_code or exc.status
    return ServerFault.objects.create(
        server=server,
        code=code,
        message=(message or sentence(exc))[:255],
        # Nova: what is not its own failure has no trace.
        details="".join(traceback.format_exception(exc)) if code == 500 else "",
        host=host or server.host,
    )
