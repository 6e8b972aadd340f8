"""What an administrator does to hosts by name: see who uses them, switch them, reboot them."""

from typing import Any

from django.db import transaction

from compute.domain import service_control, services, usage
from compute.domain.hypervisors import ComputeServiceUnavailable
from compute.domain.service_control import HostUnknown
from compute.models import Host, Server
from compute.work import clock

_NOTHING = {"cpu": 0, "memory_mb": 0, "disk_gb": 0}


def _find(name: str) -> Host:
    host = Host.objects.filter(host=name).first()
    if host is None or services.compute_of(name) is None:
        raise HostUnknown(host=name)
    return host


def _find_up(name: str) -> Host:
    host = _find(name)
    if not services.host_is_up(name):
        raise ComputeServiceUnavailable(host=name)
    return host


def resources(name: str) -> list[dict[str, Any]]:
    """What the host has, what is used, what its servers may use at most, and that by project."""
    host = _find(name)
    used = usage.with_reserved(host, usage.host_usage([name])[name])
    most = dict(_NOTHING)
    by_project: dict[str, dict[str, int]] = {}
    for server in Server.objects.filter(host=name, deleted=False).order_by("id"):
        own = by_project.setdefault(server.project_id, dict(_NOTHING))
        for total in (most, own):
            total["cpu"] += server.vcpus
            total["memory_mb"] += server.memory_mb
            total["disk_gb"] += server.root_gb + server.ephemeral_gb
    total = {"cpu": host.vcpus, "memory_mb": host.memory_mb, "disk_gb": host.local_gb}
    now = {
        "cpu": used["vcpus_used"],
        "memory_mb": used["memory_mb_used"],
        "disk_gb": used["local_gb_used"],
    }
    rows = {"(total)": total, "(used_now)": now, "(used_max)": most, **by_project}
    return [{"host": name, "project": project, **row} for project, row in rows.items()]


def switch(name: str, *, enabled: bool) -> None:
    """Let the scheduler use the host, or not."""
    _find_up(name)
    service = services.compute_of(name)
    assert service is not None
    service_control.change(service, disabled=not enabled, disabled_reason=None)


def maintain(name: str, *, starts: bool) -> None:
    """Begin or end a maintenance window; a simulated host has nothing to do for it."""
    _find_up(name)


def power(name: str, action: str) -> None:
    """Reboot, shut down or start the host; its uptime begins anew."""
    host = _find_up(name)
    with transaction.atomic():
        host.booted_at = clock.now()
        host.save(update_fields=["booted_at"])
