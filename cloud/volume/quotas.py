"""Quotas of Volume: limits, what is used, and the refusal when more is asked."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone

from cloud.volume.errors import QuotaExceeded
from cloud.volume.models import (
    Backup,
    Group,
    Ledger,
    Quota,
    QuotaClass,
    Snapshot,
    Volume,
    VolumeType,
)

DEFAULT_CLASS = "default"
DEFAULTS = {
    "volumes": 10,
    "snapshots": 10,
    "gigabytes": 1000,
    "per_volume_gigabytes": -1,
    "backups": 10,
    "backup_gigabytes": 1000,
    "groups": 10,
}
TYPED = ("volumes", "gigabytes", "snapshots")


def resources() -> list[str]:
    """Every resource that has a limit, those of each volume type included."""
    names = VolumeType.objects.order_by("name").values_list("name", flat=True)
    return [*DEFAULTS, *(f"{kind}_{name}" for name in names for kind in TYPED)]


def class_limits(class_name: str = DEFAULT_CLASS) -> dict[str, int]:
    found = dict(
        QuotaClass.objects.filter(class_name=class_name).values_list("resource", "hard_limit")
    )
    base: Mapping[str, int] = DEFAULTS
    return {name: found.get(name, base.get(name, -1)) for name in resources()}


def limits(project_id: str | None) -> dict[str, int]:
    own = dict(Quota.objects.filter(project_id=project_id).values_list("resource", "hard_limit"))
    return {name: own.get(name, limit) for name, limit in class_limits().items()}


def usage(project_id: str | None) -> dict[str, int]:
    """What a project uses, counted at this moment."""
    names = dict(VolumeType.objects.values_list("id", "name"))
    used: dict[str, int] = {}

    def add(resource: str, amount: int) -> None:
        used[resource] = used.get(resource, 0) + amount

    volumes = Volume.objects.filter(project_id=project_id, consumes_quota=True)
    counted = volumes.values("volume_type_id").annotate(n=Count("id"), total=Sum("size"))
    for row in counted.order_by():
        _add_typed(add, names.get(row["volume_type_id"]), "volumes", row["n"], row["total"])
    snapshots = Snapshot.objects.filter(project_id=project_id, consumes_quota=True)
    counted_snapshots = snapshots.values("volume_type_id").annotate(
        n=Count("id"), total=Sum("volume_size")
    )
    for each in counted_snapshots.order_by():
        _add_typed(
            add, names.get(each["volume_type_id"] or ""), "snapshots", each["n"], each["total"]
        )
    backups = Backup.objects.filter(project_id=project_id).aggregate(
        n=Count("id"), total=Sum("size")
    )
    add("backups", backups["n"])
    add("backup_gigabytes", backups["total"] or 0)
    add("groups", Group.objects.filter(project_id=project_id).count())
    return used


def _add_typed(add: Any, type_name: str | None, kind: str, count: int, total: int | None) -> None:
    for suffix in ("", f"_{type_name}") if type_name else ("",):
        add(kind + suffix, count)
        add("gigabytes" + suffix, total or 0)


def lock(project_id: str | None) -> None:
    """Let one transaction at a time count what a project uses."""
    Ledger.objects.get_or_create(project_id=project_id or "")
    Ledger.objects.select_for_update().get(project_id=project_id or "")


def check(
    project_id: str | None,
    *,
    kind: str,
    count: int = 1,
    size: int = 0,
    type_name: str | None = None,
) -> None:
    """Refuse what would exceed the project's limits, in Cinder's words.

    `kind`: volumes, snapshots, backups or groups; `size` in GiB counts as gigabytes.
    """
    lock(project_id)
    allowed, used = limits(project_id), usage(project_id)
    gigabytes = "backup_gigabytes" if kind == "backups" else "gigabytes"
    asked = {kind: count, gigabytes: size}
    if type_name:
        asked |= {f"{name}_{type_name}": amount for name, amount in list(asked.items())}
    overs = sorted(
        name
        for name, amount in asked.items()
        if amount > 0 and 0 <= allowed.get(name, -1) < used.get(name, 0) + amount
    )
    for name in overs:
        if "gigabytes" in name:
            raise QuotaExceeded(_too_big(kind, name, size, allowed[name], used.get(name, 0)))
        raise QuotaExceeded(_too_many(kind, name, allowed[name]))


def _too_big(kind: str, name: str, size: int, limit: int, consumed: int) -> str:
    tail = f"Requested {size}G, quota is {limit}G and {consumed}G has been consumed."
    if kind == "backups":
        return (
            "VolumeBackupSizeExceedsAvailableQuota: Requested backup exceeds allowed Backup "
            f"gigabytes quota. {tail}"
        )
    return (
        "VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed "
        f"{name} quota. {tail}"
    )


def _too_many(kind: str, name: str, limit: int) -> str:
    if kind == "volumes":
        return (
            f"VolumeLimitExceeded: Maximum number of volumes allowed ({limit}) exceeded for "
            f"quota '{name}'."
        )
    noun = kind[:-1].capitalize()
    return f"{noun}LimitExceeded: Maximum number of {kind} allowed ({limit}) exceeded"


def check_volume_size(project_id: str | None, size: int) -> None:
    limit = limits(project_id)["per_volume_gigabytes"]
    if 0 <= limit < size:
        raise QuotaExceeded(
            f"VolumeSizeExceedsLimit: Requested volume size {size}G is larger than maximum "
            f"allowed limit {limit}G."
        )


@transaction.atomic
def set_limits(project_id: str, wanted: Mapping[str, int]) -> None:
    for resource, limit in wanted.items():
        Quota.objects.update_or_create(
            project_id=project_id,
            resource=resource,
            defaults={"hard_limit": limit, "updated_at": timezone.now()},
        )


@transaction.atomic
def set_class_limits(class_name: str, wanted: Mapping[str, int]) -> None:
    for resource, limit in wanted.items():
        QuotaClass.objects.update_or_create(
            class_name=class_name,
            resource=resource,
            defaults={"hard_limit": limit, "updated_at": timezone.now()},
        )


@transaction.atomic
def forget(project_id: str) -> None:
    """Go back to the limits of the default class."""
    Quota.objects.filter(project_id=project_id).delete()
