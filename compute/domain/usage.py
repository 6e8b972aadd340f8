"""What is used: of hosts by servers, and of quotas by projects.  Counted, never stored."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, F, Q, Sum

from compute.domain.states import TaskState, VmState
from compute.models import Host, Migration, Server, ServerGroup
from versioned.prepared import Prepared, Related

# Tasks that keep a host's disks busy, as the io_ops filter and weigher count them.
IO_TASKS = (
    TaskState.RESIZE_MIGRATING,
    TaskState.REBUILDING,
    TaskState.RESIZE_PREP,
    TaskState.IMAGE_SNAPSHOT,
    TaskState.IMAGE_BACKUP,
    TaskState.RESCUING,
    TaskState.UNSHELVING,
    TaskState.SHELVING,
)
# Statuses of migrations whose server still has its place at the source, to go back to.
_UNCONFIRMED = ("post-migrating", "finished", "confirming", "reverting")

NOTHING = {
    "vcpus_used": 0,
    "memory_mb_used": 0,
    "local_gb_used": 0,
    "running_vms": 0,
    "current_workload": 0,
    "io_ops": 0,
}


def _of_hosts() -> Any:
    return (
        Server.objects.filter(deleted=False, host__isnull=False)
        .order_by()
        .values("host")
        .annotate(
            vcpus_used=Sum("vcpus"),
            memory_mb_used=Sum("memory_mb"),
            local_gb_used=Sum(F("root_gb") + F("ephemeral_gb")),
            running_vms=Count("pk"),
            current_workload=Count("pk", filter=Q(task_state__isnull=False)),
            io_ops=Count(
                "pk", filter=Q(vm_state=VmState.BUILDING) | Q(task_state__in=list(IO_TASKS))
            ),
        )
    )


def _moves() -> Any:
    return (
        Migration.objects.filter(
            status__in=_UNCONFIRMED,
            migration_type__in=("resize", "migration"),
            server__deleted=False,
            server__old_flavor__isnull=False,
        )
        .exclude(source_compute=F("dest_compute"))
        .values_list("source_compute", "server__old_flavor")
    )


_OF_HOSTS = Related(_of_hosts, "host")
_MOVES = Related(_moves, "source_compute")


def host_usage(hosts: Iterable[str] | None = None) -> dict[str, dict[str, int]]:
    """What the servers of each host use, by the host's name; reserved amounts are not in it."""
    names = None if hosts is None else list(hosts)
    rows = list(_of_hosts()) if names is None else _OF_HOSTS(names)
    used: dict[str, dict[str, int]] = {
        str(row["host"]): {name: row[name] or 0 for name in NOTHING} for row in rows
    }
    out = {name: used.get(name, dict(NOTHING)) for name in (used if names is None else names)}
    _add_places_to_go_back_to(out)
    return out


def _add_places_to_go_back_to(used: dict[str, dict[str, int]]) -> None:
    for host, old in _MOVES(list(used)):
        if not old or host not in used:
            continue
        row = used[host]
        row["vcpus_used"] += old.get("vcpus", 0)
        row["memory_mb_used"] += old.get("memory_mb", 0)
        row["local_gb_used"] += old.get("root_gb", 0) + old.get("ephemeral_gb", 0)


def with_reserved(host: Host, used: dict[str, int]) -> dict[str, Any]:
    """A host's figures as the API shows them: what is reserved counts as used."""
    memory_used = used["memory_mb_used"] + host.reserved_memory_mb
    disk_used = used["local_gb_used"] + host.reserved_disk_gb
    return {
        "vcpus": host.vcpus,
        "vcpus_used": used["vcpus_used"] + host.reserved_vcpus,
        "memory_mb": host.memory_mb,
        "memory_mb_used": memory_used,
        "free_ram_mb": host.memory_mb - memory_used,
        "local_gb": host.local_gb,
        "local_gb_used": disk_used,
        "free_disk_gb": host.local_gb - disk_used,
        "disk_available_least": host.local_gb - disk_used,
        "running_vms": used["running_vms"],
        "current_workload": used["current_workload"],
    }


def project_usage(project_id: str | None, user_id: str | None = None) -> dict[str, int]:
    """What counts against the quotas of a project, or of a user in it."""
    mine = Q(project_id=project_id)
    if user_id is not None:
        mine &= Q(user_id=user_id)
    groups = ServerGroup.objects.filter(mine).count()
    return {**server_usage(project_id, user_id), "server_groups": groups}


def server_usage(project_id: str | None, user_id: str | None = None) -> dict[str, int]:
    """What the servers of a project, or of a user in it, count against quotas."""
    if user_id is None:
        found = _OF_PROJECT.first(project_id)
    else:
        found = _OF_USER.first(project_id, user_id)
    return found or {"instances": 0, "cores": 0, "ram": 0}


def _counted(**whose: Any) -> Any:
    servers = Server.objects.filter(deleted=False, **whose).exclude(vm_state=VmState.SOFT_DELETED)
    counted = (
        servers.order_by()
        .values("project_id")
        .annotate(instances=Count("pk"), cores=Sum("vcpus"), ram=Sum("memory_mb"))
    )
    return counted.values("instances", "cores", "ram")


_OF_PROJECT = Prepared(lambda project_id: _counted(project_id=project_id), str)
_OF_USER = Prepared(
    lambda project_id, user_id: _counted(project_id=project_id, user_id=user_id), str, str
)
