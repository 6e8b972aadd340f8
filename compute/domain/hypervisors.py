"""Hypervisors: hosts with their service, what they use, and the servers on them."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from compute.domain import services, usage
from compute.domain.errors import BadRequest, ComputeError, NotFound
from compute.models import Host, Server, Service
from compute.virt import driver, registry
from versioned.prepared import Related

_STATISTICS = (
    "count",
    "current_workload",
    "disk_available_least",
    "free_disk_gb",
    "free_ram_mb",
    "local_gb",
    "local_gb_used",
    "memory_mb",
    "memory_mb_used",
    "running_vms",
    "vcpus",
    "vcpus_used",
)


_SERVICES = Related(lambda: Service.objects.filter(binary=services.COMPUTE), "host")


class HypervisorNotFound(NotFound):
    message = "Hypervisor with ID '{id}' could not be found."


class NoHypervisorMatches(NotFound):
    message = "No hypervisor matching '{pattern}' could be found."


class ComputeServiceUnavailable(BadRequest):
    message = "Compute service of {host} is unavailable at this time."


class UptimeUnsupported(ComputeError):
    status = 501
    message = "The requested functionality is not supported."


def find(id: str, **key: Any) -> Host:
    """The host, if it still has a compute service."""
    host = Host.objects.filter(**key).first()
    if host is None or services.compute_of(host.host) is None:
        raise HypervisorNotFound(id=id)
    return host


def matching(pattern: str) -> QuerySet[Host]:
    """The hosts whose name holds the pattern; there must be one."""
    # Nova: the pattern goes into a LIKE as it is, with its wildcards.
    wild = "".join({"%": ".*", "_": "."}.get(each) or re.escape(each) for each in pattern)
    hosts = Host.objects.filter(node__iregex=wild).order_by("id")
    if not hosts:
        raise NoHypervisorMatches(pattern=pattern)
    return hosts


def rows(hosts: Iterable[Host], *, with_servers: bool = False) -> list[dict[str, Any]]:
    """What the API shows of hosts; those without a compute service are left out."""
    found = list(hosts)
    names = [host.host for host in found]
    service_of = {service.host: service for service in _SERVICES(names)}
    used = usage.host_usage(names)
    servers_of = _servers_on(names) if with_servers else None
    out = []
    for host in found:
        if host.host not in service_of:
            continue
        row = {**vars(host), **usage.with_reserved(host, used[host.host])}
        row["model"] = host
        row["service"] = service_of[host.host]
        if servers_of is not None:
            row["servers"] = servers_of[host.host]
        out.append(row)
    return out


def _servers_on(names: list[str]) -> dict[str, list[dict[str, Any]]]:
    servers: dict[str, list[dict[str, Any]]] = defaultdict(list)
    found = Server.objects.filter(deleted=False, host__in=names).order_by("id")
    for server in found.values("id", "uuid", "host"):
        servers[str(server["host"])].append(dict(server))
    return servers


def uptime(host: Host) -> str:
    """How long the host is up, in the words of uptime(1); it must be up to be asked."""
    if not services.host_is_up(host.host):
        raise ComputeServiceUnavailable(host=host.host)
    try:
        return _uptime(host)
    except (driver.Unsupported, NotImplementedError):
        raise UptimeUnsupported from None


def uptime_if_up(host: Host, service: Service) -> str | None:
    """The same of one in a list, whose service is known; None if it cannot be told."""
    if not services.is_up(service):
        return None
    try:
        return _uptime(host)
    except (driver.Unsupported, NotImplementedError):
        return None


def _uptime(host: Host) -> str:
    return registry.driver(host.host).uptime(host.booted_at)


def statistics() -> dict[str, int]:
    """Sums over the hosts whose service is not disabled."""
    totals = dict.fromkeys(_STATISTICS, 0)
    for row in rows(Host.objects.all()):
        if row["service"].disabled:
            continue
        totals["count"] += 1
        for name in _STATISTICS[1:]:
            totals[name] += row[name]
    return totals
