"""Moves that administrators ask for: cold migration, and live migration with its end by hand."""

from typing import Any

from django.db import transaction

from compute.domain import lifecycle, records, resizing, services
from compute.domain.errors import (
    BadRequest,
    ComputeError,
    NotFound,
    NoValidHost,
    Unexpected,
    WrongState,
)
from compute.domain.groups import GroupPolicyViolated
from compute.domain.states import VmState
from compute.models import Flavor, Host, Migration, Server
from compute.scheduler import destinations
from compute.work import clock
from middleware.context import RequestContext

# The conductor's step of a live migration that the caller waits for.
EVENT_AT_ONCE = "conductor_migrate_server"
# Migrations that are going on, as /servers/{id}/migrations shows them.
IN_PROGRESS = ("queued", "preparing", "running", "post-migrating")


class HostMissing(BadRequest):
    message = "Compute host {host} could not be found."


class SameHost(BadRequest):
    message = "Cannot migrate to the host where the server exists."


class NobodyElse(BadRequest):
    fault_code = 500


class MigrationFailed(ComputeError):
    message = "Migration error: {reason}"


class MigrationNotOfServer(NotFound):
    message = "Migration {migration_id} not found for instance {server_id}"


class WrongMigrationState(BadRequest):
    message = (
        "Migration {migration_id} state of instance {server_id} is {state}. Cannot {action} while "
        "the migration is in this state."
    )


def migrate(context: RequestContext, server: Server, *, host: str | None = None) -> None:
    """Queue the move of a switched-off copy to another host, to be confirmed there."""
    resizing.permit(context, server, "migrate")
    if host is not None:
        if host == server.host:
            raise SameHost
        _check_known(host)
    lifecycle.begin(
        context,
        server,
        "migrate",
        changes={"progress": 0, "disk_config": "MANUAL"},
        ignored_hosts=[server.host],
        requested_host=host,
    )


def _check_known(host: str) -> None:
    if not Host.objects.filter(host=host).exists():
        raise HostMissing(host=host)


def migrate_live(
    context: RequestContext,
    server: Server,
    *,
    host: str | None,
    block_migration: bool | None,
    is_forced: bool = False,
    refuses_at_once: bool = False,
) -> None:
    """Queue the move of the running guest.

    With `refuses_at_once` the caller learns at once what otherwise becomes the server's fault.
    """
    lifecycle.permit(context, server, "live-migration")
    if host:
        _check_known(host)
    if refuses_at_once:
        _refuse_hopeless(context, server, host or None, is_forced=is_forced)
    lifecycle.begin(
        context,
        server,
        "live-migration",
        host=host or None,
        is_forced=is_forced,
        block_migration=block_migration,
        at_once=refuses_at_once,
    )


def _refuse_hopeless(
    context: RequestContext, server: Server, host: str | None, *, is_forced: bool
) -> None:
    """Find out what the conductor would, for which the caller waits."""
    try:
        destinations.choose(context, server, host, is_forced=is_forced, claim=None)
    except NoValidHost as exc:
        refusal = NobodyElse(exc.text)
        _record_refusal(context, server, host, refusal, is_forced=is_forced)
        raise refusal from exc
    except GroupPolicyViolated as exc:
        _record_refusal(context, server, host, exc, is_forced=is_forced)
        raise Unexpected(kind="nova.exception.MigrationError") from exc
    except destinations.NotRunning as exc:
        _record_refusal(context, server, host, exc, is_forced=is_forced)
        raise WrongState(
            action="os-migrateLive",
            server_id=server.uuid,
            attribute="power_state",
            state=exc.facts["state"],
        ) from exc
    except ComputeError as exc:
        _record_refusal(context, server, host, exc, is_forced=is_forced)
        raise


def begin_live(
    context: RequestContext, server: Server, host: str | None, *, is_forced: bool
) -> Migration:
    """The record of a live migration whose destination, if not forced, nobody knows yet."""
    flavor = Flavor.objects.filter(flavor_id=server.flavor_id).values_list("pk", flat=True).first()
    return Migration.objects.create(
        server=server,
        migration_type="live-migration",
        status="accepted",
        source_compute=server.host,
        # Nova: a host that is only wished for is known to the scheduler alone.
        dest_compute=host if is_forced else None,
        old_flavor_id=flavor,
        new_flavor_id=flavor,
        user_id=context.user_id,
        project_id=context.project_id,
    )


def _record_refusal(
    context: RequestContext,
    server: Server,
    host: str | None,
    exc: ComputeError,
    *,
    is_forced: bool,
) -> None:
    """Keep that it was tried: Nova finds out at the conductor, which the caller waits for."""
    with transaction.atomic():
        records.start_action(context, server, "live-migration")
        move = begin_live(context, server, host or None, is_forced=is_forced)
        Migration.objects.filter(pk=move.pk).update(status="error", updated_at=clock.now())
        refused(context, server, EVENT_AT_ONCE, exc, host=host)
        records.record_fault(server, exc)


def refused(
    context: RequestContext, server: Server, event: str, exc: Exception, *, host: str | None
) -> None:
    """Have the conductor's step fail.

    Nova: it does not foresee that the host would not have it, and calls the server failed.
    """
    step = records.Event(context, server, event, services.CONTROLLER)
    if isinstance(exc, GroupPolicyViolated):
        Server.objects.filter(pk=server.pk, deleted=False).update(
            vm_state=str(VmState.ERROR), updated_at=clock.now()
        )
        records.Event(context, server, "compute_check_can_live_migrate_destination", host).fail(exc)
        exc = MigrationFailed(reason=exc.text)
    step.fail(exc)


def drain(context: RequestContext, server: Server) -> None:
    """Move one server off a host that is to be empty: alive when it runs, else as it is."""
    if server.vm_state in (VmState.ACTIVE, VmState.PAUSED):
        migrate_live(context, server, host=None, block_migration=None)
    else:
        migrate(context, server)


# A live migration that is going on
def in_progress(server_pk: int) -> Any:
    """The live migrations of the server with that key that have not ended."""
    moves = Migration.objects.filter(
        server_id=server_pk, migration_type="live-migration", status__in=IN_PROGRESS
    )
    return moves.order_by("pk")


def find(server: Server, migration_id: str) -> Migration:
    """A migration of the server, whatever became of it."""
    known = Migration.objects.filter(server_id=server.pk)
    move = known.filter(pk=int(migration_id)).first() if migration_id.isdecimal() else None
    if move is None:
        raise MigrationNotOfServer(migration_id=migration_id, server_id=server.uuid)
    return move


def force_complete(context: RequestContext, server: Server, migration_id: str) -> None:
    """Have a running live migration end at once, whatever that costs the guest."""
    lifecycle.permit(context, server, "live_migration_force_complete")
    try:
        move = find(server, migration_id)
    except MigrationNotOfServer as exc:
        raise BadRequest(exc.text) from None
    if move.status != "running":
        raise WrongMigrationState(
            migration_id=migration_id,
            server_id=server.uuid,
            state=move.status,
            action="force complete",
        )
    with transaction.atomic():
        lifecycle.begin(context, server, "live_migration_force_complete", migration=move.pk)


def abort(
    context: RequestContext, server: Server, migration_id: str, *, even_before_it_runs: bool
) -> None:
    """Have a live migration stopped; the guest goes on where it is."""
    lifecycle.permit(context, server, "live_migration_cancel")
    move = find(server, migration_id)
    allowed = ("running", "queued", "preparing") if even_before_it_runs else ("running",)
    if move.status not in allowed:
        raise WrongMigrationState(
            migration_id=migration_id,
            server_id=server.uuid,
            state=move.status,
            action="abort live migration",
        )
    lifecycle.begin(context, server, "live_migration_cancel", migration=move.pk)
