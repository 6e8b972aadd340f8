"""Groups of volumes, their types, and snapshots of all of a group at once."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from cloud.volume import backends, queries, quotas, snapshots, volumes
from cloud.volume.errors import (
    BadRequest,
    Conflict,
    NotFound,
    invalid_group,
    invalid_input,
    invalid_volume,
    not_found,
)
from cloud.volume.models import Group, GroupSnapshot, GroupType, Volume
from middleware.context import RequestContext

DEFAULT_TYPE = "default_cgsnapshot_type"


def _locked(context: RequestContext, group_id: str) -> Group:
    found = Group.objects.select_for_update(of=("self",))
    group = found.filter(queries.visible_to(context), pk=group_id).first()
    if group is None:
        raise not_found("Group", group_id)
    return group


def _save(thing: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(thing, name, value)
    thing.updated_at = timezone.now()
    thing.save()


def group_type(name_or_id: str) -> GroupType:
    found = GroupType.objects.filter(pk=name_or_id).first()
    found = found or GroupType.objects.filter(name=name_or_id).first()
    if found is None:
        noun = "Group type" if queries.is_id(name_or_id) else "Group type with name"
        raise not_found(noun, name_or_id)
    return found


@transaction.atomic
def create_type(values: Mapping[str, Any]) -> GroupType:
    name = values["name"].strip()
    if GroupType.objects.filter(name=name).exists():
        raise Conflict(f"Group Type {name} already exists.")
    return GroupType.objects.create(**{**values, "name": name})


@transaction.atomic
def update_type(kind: GroupType, values: Mapping[str, Any]) -> None:
    if all(values.get(key) is None for key in ("name", "description", "is_public")):
        raise BadRequest("Specify group type name, description or a combination thereof.")
    name = values.get("name")
    if name is not None:
        if not name.strip():
            raise BadRequest("Group type name can not be empty.")
        if GroupType.objects.filter(name=name.strip()).exclude(pk=kind.pk).exists():
            raise Conflict(f"Group Type {name.strip()} already exists.")
    _save(kind, **{key: value for key, value in values.items() if value is not None})


@transaction.atomic
def delete_type(kind: GroupType) -> None:
    if kind.groups.exists():
        raise BadRequest("Target group type is still in use.")
    kind.delete()


@transaction.atomic
def set_specs(kind: GroupType, specs: Mapping[str, Any]) -> None:
    _save(kind, group_specs={**kind.group_specs, **specs})


def spec_not_found(kind: GroupType, key: str) -> NotFound:
    return NotFound(f"Group Type {kind.pk} has no specs with key {key}.")


def no_spec(kind: GroupType, key: str) -> NotFound:
    """The same, to those who only look."""
    return NotFound(f"Group Type {kind.pk} has no extra spec with key {key}.")


@transaction.atomic
def remove_spec(kind: GroupType, key: str) -> None:
    if key not in kind.group_specs:
        raise spec_not_found(kind, key)
    _save(kind, group_specs={name: kind.group_specs[name] for name in kind.group_specs
                             if name != key})  # fmt: skip


@transaction.atomic
def create(context: RequestContext, values: Mapping[str, Any]) -> dict[str, Any]:
    """Make an empty group, and return its row as it is when work begins."""
    # Volume (Cinder): a name is looked up before the types, an id after them.
    wanted = values["group_type"]
    kind = None if queries.is_id(wanted) else group_type(wanted)
    types = [queries.volume_type(context, each).pk for each in values["volume_types"]]
    kind = kind or group_type(wanted)
    if kind.name == DEFAULT_TYPE:
        raise BadRequest(
            f"Group_type {kind.pk} is reserved for migrating CGs to groups. Migrated group can "
            "only be operated by CG APIs."
        )
    zone = values.get("availability_zone")
    known = dict(backends.zones())
    if zone is not None and not known.get(zone):
        raise invalid_input(f"Availability zone '{zone}' is invalid.")
    quotas.check(context.project_id, kind="groups")
    group = Group.objects.create(
        project_id=context.project_id,
        user_id=context.user_id,
        name=values.get("name"),
        description=values.get("description"),
        status="available",
        group_type=kind,
        volume_types=types,
        availability_zone=zone or next(iter(known)),
        host=next(iter(map(backends.pool_of, backends.hosts())), None),
        group_snapshot_id=values.get("group_snapshot_id"),
        source_group_id=values.get("source_group_id"),
    )
    return {**queries.row(Group, context, group.pk), "status": "creating"}


@transaction.atomic
def create_from(context: RequestContext, values: Mapping[str, Any]) -> dict[str, Any]:
    """Make a group of copies of another's volumes, or of what a group snapshot holds."""
    sources: list[dict[str, Any]]
    if values.get("group_snapshot_id"):
        taken = queries.row(GroupSnapshot, context, values["group_snapshot_id"])
        origin = Group.objects.get(pk=taken["group_id"])
        members = GroupSnapshot.objects.get(pk=taken["id"]).members.all()
        sources = [
            {"snapshot_id": member.pk, "volume_type": member.volume_type_id} for member in members
        ]
        if not sources:
            raise invalid_group("Group snapshot is empty. No group will be created.")
    else:
        origin = _locked(context, values["source_group_id"])
        sources = [
            {"source_volid": volume.pk, "volume_type": volume.volume_type_id}
            for volume in origin.volumes.all()
        ]
        if not sources:
            raise invalid_group("Source Group is empty. No group will be created.")
    row = create(
        context,
        {
            **values,
            "group_type": origin.group_type_id,
            "volume_types": origin.volume_types,
            "availability_zone": origin.availability_zone,
        },
    )
    for source in sources:
        volumes.create(context, {**source, "group_id": row["id"]})
    return row


@transaction.atomic
def update(
    context: RequestContext,
    group_id: str,
    values: Mapping[str, Any],
    *,
    add: list[str],
    remove: list[str],
) -> None:
    """Rename a group, put volumes in and take volumes out."""
    group = _locked(context, group_id)
    changes = {
        name: values[name]
        for name in ("name", "description")
        if values.get(name) is not None and values[name] != getattr(group, name)
    }
    both = [each for each in add if each in remove]
    if both:
        raise invalid_volume(f"UUIDs {both} are in both add and remove volume list.")
    members = {volume.pk: volume for volume in group.volumes.all()}
    joining = [_addable(context, group, each) for each in add if each not in members]
    for each in remove:
        if each not in members:
            raise invalid_volume(
                f"Cannot remove volume {each} from group {group_id} because it is not in the group."
            )
    if not (changes or joining or remove):
        raise invalid_group(
            f"Cannot update group {group_id} because no valid name, description, add_volumes, or "
            "remove_volumes were provided."
        )
    if (joining or remove) and group.status != "available":
        raise invalid_group("Group status must be available.")
    for each in remove:
        volumes.save(members[each], group=None)
    for volume in joining:
        volumes.save(volume, group=group)
    _save(group, status="available", **changes)


def _addable(context: RequestContext, group: Group, volume_id: str) -> Volume:
    cannot = f"Cannot add volume {volume_id} to group {group.pk}"
    volume = Volume.objects.filter(queries.visible_to(context), pk=volume_id).first()
    if volume is None:
        raise invalid_volume(f"{cannot} because volume cannot be found.")
    if volume.group_id is not None:
        raise invalid_volume(f"{cannot} because it is already in group {volume.group_id}.")
    if volume.project_id != group.project_id:
        raise invalid_volume(f"{cannot} as they belong to different projects.")
    if volume.volume_type_id not in group.volume_types:
        raise invalid_volume(
            f"{cannot} because volume type {volume.volume_type_id} is not supported by the group."
        )
    if volume.status not in ("available", "in-use"):
        raise invalid_volume(
            f"{cannot} because volume is in an invalid state: {volume.status}. Valid states are: "
            "('available', 'in-use')."
        )
    return volume


@transaction.atomic
def delete(context: RequestContext, group_id: str, *, with_volumes: bool) -> None:
    group = _locked(context, group_id)
    if not with_volumes and group.status not in ("available", "error"):
        raise invalid_group(
            f"Group status must be available or error, but current status is: {group.status}"
        )
    if group.snapshots.exists():
        raise invalid_group("Group has existing snapshots.")
    members = list(group.volumes.all())
    if members and not with_volumes:
        raise invalid_group(
            f"Group {group_id} still contains volumes. The delete-volumes flag is required to "
            "delete it."
        )
    for volume in members:
        if volume.attach_status == "attached":
            raise invalid_group(f"Volume in group {group_id} is attached. Need to detach first.")
        if volume.snapshots.exists():
            raise invalid_group("Volume in group still has dependent snapshots.")
        volume.delete()
    group.delete()


@transaction.atomic
def reset_status(context: RequestContext, group_id: str, status: str) -> None:
    _save(_locked(context, group_id), status=status.lower())


# Group snapshots


@transaction.atomic
def snapshot(
    context: RequestContext, group_id: str, *, name: str | None, description: str | None
) -> dict[str, Any]:
    """Take a snapshot of every volume of a group."""
    group = _locked(context, group_id)
    members = list(group.volumes.all())
    if not members:
        raise invalid_group("Source Group is empty. No group snapshot will be created.")
    taken = GroupSnapshot.objects.create(
        project_id=group.project_id,
        user_id=context.user_id,
        name=name,
        description=description,
        status="available",
        group=group,
        group_type_id=group.group_type_id,
    )
    for volume in members:
        snapshots.create(
            context,
            volume.pk,
            name=name,
            description=description,
            metadata=None,
            may_be_in_use=True,
            group_snapshot_id=taken.pk,
        )
    return {**queries.row(GroupSnapshot, context, taken.pk), "status": "creating"}


@transaction.atomic
def delete_snapshot(context: RequestContext, snapshot_id: str) -> None:
    row = queries.row(GroupSnapshot, context, snapshot_id)
    if row["status"] not in ("available", "error"):
        raise BadRequest(
            "Invalid GroupSnapshot: GroupSnapshot status must be available or error, and no Group "
            "can be currently using it as source for its creation."
        )
    GroupSnapshot.objects.filter(pk=snapshot_id).delete()


@transaction.atomic
def reset_snapshot_status(context: RequestContext, snapshot_id: str, status: str) -> None:
    queries.row(GroupSnapshot, context, snapshot_id)
    GroupSnapshot.objects.filter(pk=snapshot_id).update(
        status=status.lower(), updated_at=timezone.now()
    )
