"""Host aggregates: sets of hosts with metadata; an availability zone is one key of it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction

from compute.clients.placement import placement
from compute.domain import context, services
from compute.domain.errors import BadRequest, ComputeError, Conflict, NotFound
from compute.models import Aggregate, AggregateHost, Host, Server

ZONE = "availability_zone"
_MOVING = (
    "The host cannot be {done} the aggregate as the availability zone of the host would change "
    "from '{old}' to '{new}' but the host already has {count} instance(s). Changing the AZ of an "
    "existing instance is not supported by this action. Move the instances away from this host "
    "then try again. If you need to move the instances between AZs then you can use "
    "shelve_offload and unshelve to achieve this."
)


class AggregateNotFound(NotFound):
    message = "Aggregate {aggregate_id} could not be found."


class AggregateNameExists(Conflict):
    message = "Aggregate {name} already exists."


class AggregateHostExists(Conflict):
    message = "Aggregate {aggregate_id} already has host {host}."


class ComputeHostNotFound(NotFound):
    message = "Compute host {host} could not be found."


class HostNotInAggregate(NotFound):
    message = "Cannot remove host {host} in aggregate {aggregate_id}"


class CannotAddHost(Conflict):
    message = "Cannot add host to aggregate {aggregate_id}. Reason: {reason}."


class CannotRemoveHost(Conflict):
    message = "Cannot remove host from aggregate {aggregate_id}. Reason: {reason}."


class NotEmpty(BadRequest):
    message = (
        "Cannot remove host from aggregate {aggregate_id}. Reason: Host aggregate is not empty."
    )


class CannotUpdate(BadRequest):
    message = "Cannot update aggregate {aggregate_id}. Reason: {reason}."


class CannotUpdateMetadata(BadRequest):
    message = "Cannot update metadata of aggregate {aggregate_id}. Reason: {reason}."


def find(aggregate_id: str) -> Aggregate:
    found = Aggregate.objects.filter(pk=int(aggregate_id)).first()
    if found is None:
        raise AggregateNotFound(aggregate_id=aggregate_id)
    return found


def hosts_of(aggregate: Aggregate) -> list[str]:
    return list(aggregate.members.order_by("id").values_list("host", flat=True))


def make(name: str, *, zone: str | None = None) -> Aggregate:
    try:
        with transaction.atomic():
            return Aggregate.objects.create(name=name, metadata={ZONE: zone} if zone else {})
    except IntegrityError:
        raise AggregateNameExists(name=name) from None


def update(aggregate: Aggregate, changes: Mapping[str, Any]) -> None:
    """Change the name, the zone, or both."""
    values = dict(changes)
    try:
        with transaction.atomic():
            name = values.pop("name", aggregate.name)
            # Nova: the name it has already is no change, and leaves no time of one.
            if name != aggregate.name:
                aggregate.name = name
                aggregate.touch()
                aggregate.save(update_fields=["name", "updated_at"])
            if values:
                _change_metadata(aggregate, values, CannotUpdate)
    except IntegrityError:
        raise AggregateNameExists(name=aggregate.name) from None


def set_metadata(aggregate: Aggregate, metadata: Mapping[str, str | None]) -> None:
    """Add, change and, where the value is None, delete metadata."""
    with transaction.atomic():
        _change_metadata(aggregate, metadata, CannotUpdateMetadata)


def _change_metadata(
    aggregate: Aggregate, changes: Mapping[str, str | None], error: type[ComputeError]
) -> None:
    if ZONE in changes:
        hosts = hosts_of(aggregate)
        _check_zone(aggregate, changes[ZONE], hosts, error)
        if (
            aggregate.metadata.get(ZONE) != changes[ZONE]
            and Server.objects.filter(host__in=hosts, deleted=False).exists()
        ):
            raise error(
                aggregate_id=aggregate.pk,
                reason="One or more hosts contain instances in this zone",
            )
    merged = {**aggregate.metadata, **changes}
    aggregate.metadata = {key: value for key, value in merged.items() if value is not None}
    # Nova: the time of a change of metadata is told once, and kept nowhere.
    aggregate.touch()
    aggregate.save(update_fields=["metadata"])


def _check_zone(
    aggregate: Aggregate, zone: str | None, hosts: Iterable[str], error: type[ComputeError]
) -> None:
    """Refuse an empty zone, and a zone that would be the second one of a host."""
    if not zone:
        raise error(
            aggregate_id=aggregate.pk,
            reason=f"Aggregate {aggregate.name} does not support empty named availability zone",
        )
    others = Aggregate.objects.filter(members__host__in=list(hosts)).exclude(pk=aggregate.pk)
    zones = [
        other.metadata[ZONE]
        for other in others.distinct().order_by("id")
        if other.metadata.get(ZONE) not in (None, zone)
    ]
    if zones:
        raise error(
            aggregate_id=aggregate.pk,
            reason=f"One or more hosts already in availability zone(s) {zones}",
        )


def delete(aggregate: Aggregate) -> None:
    with transaction.atomic():
        if aggregate.members.exists():
            raise NotEmpty(aggregate_id=aggregate.pk)
        aggregate.delete()


def add_host(aggregate_id: str, host: str) -> Aggregate:
    with transaction.atomic():
        if services.compute_of(host) is None:
            raise ComputeHostNotFound(host=host)
        aggregate = find(aggregate_id)
        if ZONE in aggregate.metadata:
            _check_zone(aggregate, aggregate.metadata[ZONE], [host], CannotAddHost)
            _check_stays(aggregate, host, None, aggregate.metadata[ZONE], "added to")
        if aggregate.members.filter(host=host).exists():
            raise AggregateHostExists(aggregate_id=aggregate_id, host=host)
        AggregateHost.objects.create(aggregate=aggregate, host=host)
        _mirror(host)
    return aggregate


def remove_host(aggregate_id: str, host: str) -> Aggregate:
    with transaction.atomic():
        missing = HostNotInAggregate(aggregate_id=aggregate_id, host=host)
        if services.compute_of(host) is None:
            raise missing
        try:
            aggregate = find(aggregate_id)
        except AggregateNotFound:
            raise missing from None
        if aggregate.metadata.get(ZONE):
            _check_stays(aggregate, host, aggregate.metadata[ZONE], None, "removed from")
        count, _ = aggregate.members.filter(host=host).delete()
        if not count:
            raise missing
        _mirror(host)
    return aggregate


def _check_stays(
    aggregate: Aggregate, host: str, old: str | None, new: str | None, done: str
) -> None:
    """Refuse to move a host with servers from one zone to another."""
    count = Server.objects.filter(host=host, deleted=False).count()
    if not count:
        return
    others = Aggregate.objects.filter(members__host=host).exclude(pk=aggregate.pk)
    if done == "added to":
        others = Aggregate.objects.filter(members__host=host)
    other = next((each.metadata[ZONE] for each in others if ZONE in each.metadata), None)
    old, new = (other, new) if done == "added to" else (old, other)
    if old != new:
        error = CannotAddHost if done == "added to" else CannotRemoveHost
        reason = _MOVING.format(done=done, old=old, new=new, count=count)
        raise error(aggregate_id=aggregate.pk, reason=reason)


def _mirror(name: str) -> None:
    """Tell Placement which aggregates the host is in."""
    uuids = Aggregate.objects.filter(members__host=name).values_list("uuid", flat=True)
    for host in Host.objects.filter(host=name):
        placement().set_aggregates(context.cloud(), host.uuid, list(uuids))
