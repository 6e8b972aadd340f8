"""What an administrator does to services: disable, force down, delete."""

from contextlib import suppress
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from compute.clients.placement import placement
from compute.domain import claims, context, services
from compute.domain.errors import BadRequest, Conflict, NotFound
from compute.models import AggregateHost, Host, Migration, Server, Service
from compute.work import queue

# The statuses of migrations that are over.
MIGRATED = (
    "accepted",
    "confirmed",
    "reverted",
    "error",
    "failed",
    "completed",
    "cancelled",
    "done",
)


class NotComputeService(BadRequest):
    message = (
        "Updating a {binary} service is not supported. Only nova-compute services can be updated."
    )


class HostUnknown(NotFound):
    message = "Host '{host}' is not mapped to any cell"


class ServiceNotFound(NotFound):
    message = "Service {service_id} could not be found."


class NotEvacuated(BadRequest):
    message = (
        "Unable to force up host {host} as `done` evacuation migration records remain associated "
        "with the host. Ensure the compute service has been restarted, allowing these records to "
        "move to `completed` before retrying this request."
    )


class HostsServers(Conflict):
    message = (
        "Unable to delete compute service that is hosting instances. Migrate or delete the "
        "instances first."
    )


class HasMigrations(Conflict):
    message = (
        "Unable to delete compute service that has in-progress migrations. Complete the "
        "migrations or delete the instances first."
    )


def find(host: str, binary: str) -> Service:
    if binary != services.COMPUTE:
        raise NotComputeService(binary=binary)
    service = services.compute_of(host)
    if service is None:
        raise HostUnknown(host=host)
    return service


def find_by_uuid(uuid: str) -> Service:
    service = Service.objects.filter(uuid=uuid).first()
    if service is None:
        raise ServiceNotFound(service_id=uuid)
    if service.binary != services.COMPUTE:
        raise NotComputeService(binary=service.binary)
    return service


def check_evacuated(host: str) -> None:
    """Refuse to bring a host back before it has forgotten the servers that left it."""
    if _evacuated(host).exists():
        raise NotEvacuated(host=host)


def _evacuated(host: str) -> QuerySet[Migration]:
    """The moves of servers that left a lost host which has not forgotten them."""
    # Nova: a server's migrations are deleted with it.
    return Migration.objects.filter(
        source_compute=host, status="done", migration_type="evacuation", server__deleted=False
    )


def change(service: Service, **values: Any) -> None:
    """Set columns of the service, and tell Placement whether its host takes servers."""
    with transaction.atomic():
        for name, value in values.items():
            setattr(service, name, value)
        service.touch()
        service.save(update_fields=[*values, "updated_at"])
        host = Host.objects.filter(host=service.host).first()
        if "disabled" in values and host is not None:
            services.register_host(host)


def restart(service: Service) -> None:
    """Have a compute service do again what it does when it starts."""
    where = queue.of_host(service.host)
    queue.enqueue("restart", queue=where, context=context.cloud())


def delete(service: Service) -> None:
    """Delete a service; a compute service goes with its host, which must be empty."""
    with transaction.atomic():
        if service.binary == services.COMPUTE:
            _delete_host(service.host)
        service.delete()


def _delete_host(name: str) -> None:
    if Server.objects.filter(host=name, deleted=False).exists():
        raise HostsServers
    for end in ("source_compute", "dest_compute"):
        if Migration.objects.filter(**{end: name}).exclude(status__in=MIGRATED).exists():
            raise HasMigrations
    AggregateHost.objects.filter(host=name).delete()
    for move in _evacuated(name):
        claims.leave(context.cloud(), move.server, move)
    for host in Host.objects.filter(host=name):
        with suppress(NotFound):
            placement().delete_provider(context.cloud(), host.uuid)
        host.delete()
