"""Setting a server's state by hand, when it stands where no operation would lead."""

from django.db import transaction

from compute.domain import records
from compute.domain.states import VmState
from compute.models import Server, ServerAction
from compute.work import clock
from middleware.context import RequestContext

_STATES = {"active": VmState.ACTIVE, "error": VmState.ERROR}


def reset(context: RequestContext, server: Server, state: str) -> None:
    """Make it active or error, and forget what was being done; nothing else changes."""
    with transaction.atomic():
        action = records.start_action(context, server, "resetState")
        Server.objects.filter(pk=server.pk).update(
            vm_state=str(_STATES[state]), task_state=None, updated_at=clock.now()
        )
        ServerAction.objects.filter(pk=action.pk).update(finish_time=clock.now())
