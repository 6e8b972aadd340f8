"""Hypervisors: the hosts that run servers, and what they have and use.  /os-hypervisors"""

import json
from collections.abc import Iterable
from typing import Any

from compute.api import paging, types
from compute.api.base import ComputeViewSet
from compute.api.formats import is_uuid
from compute.domain import hypervisors, services
from compute.domain.errors import BadRequest
from compute.models import Host
from versioned.operation import operation
from versioned.prepared import Forms
from versioned.schema import query
from versioned.shape import Attr, Shape
from versioned.versions import changing, parse, since


class _Hypervisor(Shape):
    id = (Attr("id", until="2.52"), Attr("uuid", since="2.53"))
    hypervisor_hostname = Attr("node")
    state = Attr(lambda row, ask: "up" if services.is_up(row["service"]) else "down")
    status = Attr(lambda row, ask: "disabled" if row["service"].disabled else "enabled")


_SERVERS = Attr(
    lambda row, ask: [
        {"name": f"instance-{server['id']:08x}", "uuid": server["uuid"]}
        for server in row["servers"]
    ],
    # Nova: a host without servers says so from 2.75 on.
    when=lambda row, ask: (
        bool(row.get("servers")) or ("servers" in row and ask.version >= parse("2.75"))
    ),
)


class HypervisorInList(_Hypervisor):
    servers = _SERVERS


class HypervisorWithUptime(_Hypervisor):
    uptime = Attr()


def _service(row: Any, ask: Any) -> dict[str, Any]:
    service = row["service"]
    return {
        "id": service.pk if ask.version < (2, 53) else service.uuid,
        "host": row["host"],
        "disabled_reason": service.disabled_reason,
    }


class HypervisorInDetail(_Hypervisor):
    hypervisor_type = Attr()
    hypervisor_version = Attr()
    host_ip = Attr()
    service = Attr(_service)
    vcpus = Attr(until="2.87")
    memory_mb = Attr(until="2.87")
    local_gb = Attr(until="2.87")
    vcpus_used = Attr(until="2.87")
    memory_mb_used = Attr(until="2.87")
    local_gb_used = Attr(until="2.87")
    free_ram_mb = Attr(until="2.87")
    free_disk_gb = Attr(until="2.87")
    current_workload = Attr(until="2.87")
    running_vms = Attr(until="2.87")
    disk_available_least = Attr(until="2.87")
    cpu_info = (
        Attr(lambda row, ask: json.dumps(row["cpu_info"]), until="2.27"),
        Attr(lambda row, ask: row["cpu_info"] or {}, since="2.28", until="2.87"),
    )
    uptime = Attr(
        lambda row, ask: hypervisors.uptime_if_up(row["model"], row["service"]), since="2.88"
    )
    servers = _SERVERS


def _once_since_253(schema: types.Type) -> Any:
    return changing({"2.33": types.many(schema), "2.53": types.single(schema)})


LIST = query(
    closed_since="2.53",
    limit=_once_since_253(types.non_negative_integer),
    marker=_once_since_253(types.string),
    hypervisor_hostname_pattern=since("2.53", types.single(types.fqdn)),
    with_servers=since("2.53", types.single(types.boolean)),
)
SHOW = query(closed_since="2.53", with_servers=since("2.53", types.single(types.boolean)))


# A form is how many.
_PAGE = Forms(lambda limit, after: Host.objects.filter(pk__gt=after).order_by("id")[:limit], int)


class HypervisorViewSet(ComputeViewSet):
    @operation(policy="os_compute_api:os-hypervisors:list", query=LIST)
    def list(self, request: Any) -> Any:
        return self._page(request, HypervisorInList, "os-hypervisors")

    @operation(policy="os_compute_api:os-hypervisors:list-detail", query=LIST)
    def detail(self, request: Any) -> Any:
        return self._page(request, HypervisorInDetail, "os-hypervisors/detail")

    @operation(policy="os_compute_api:os-hypervisors:show", query=SHOW)
    def retrieve(self, request: Any, id: str) -> Any:
        host = self._find(id)
        row = hypervisors.rows([host], with_servers=self._with_servers())[0]
        return {"hypervisor": HypervisorInDetail.render(row, self.ask)}

    @operation(policy="os_compute_api:os-hypervisors:uptime", until="2.87")
    def uptime(self, request: Any, id: str) -> Any:
        host = self._find(id)
        row = {**hypervisors.rows([host])[0], "uptime": hypervisors.uptime(host)}
        return {"hypervisor": HypervisorWithUptime.render(row, self.ask)}

    # From 2.53 on these two are parameters of the list.
    @operation(policy="os_compute_api:os-hypervisors:search", until="2.52")
    def search(self, request: Any, id: str) -> Any:
        rows = hypervisors.rows(hypervisors.matching(id))
        return {"hypervisors": HypervisorInList.render_many(rows, self.ask)}

    @operation(policy="os_compute_api:os-hypervisors:servers", until="2.52")
    def servers(self, request: Any, id: str) -> Any:
        rows = hypervisors.rows(hypervisors.matching(id), with_servers=True)
        return {"hypervisors": HypervisorInList.render_many(rows, self.ask)}

    @operation(policy="os_compute_api:os-hypervisors:statistics", until="2.87")
    def statistics(self, request: Any) -> Any:
        return {"hypervisor_statistics": hypervisors.statistics()}

    def _find(self, id: str) -> Host:
        if self.request.version >= (2, 53):
            if not is_uuid(id):
                raise BadRequest(f"Invalid uuid {id}")
            return hypervisors.find(id, uuid=id)
        try:
            return hypervisors.find(id, pk=int(id))
        except ValueError:
            raise hypervisors.HypervisorNotFound(id=id) from None

    def _with_servers(self) -> bool:
        values = self.request.params.get("with_servers")
        return self.request.version >= (2, 53) and bool(values) and types.is_true(values[-1])

    def _page(self, request: Any, shape: type[Shape], path: str) -> Any:
        limit: int | None = None
        pattern = request.params.get("hypervisor_hostname_pattern")
        if pattern:
            if "limit" in request.params or request.params.get("marker"):
                # Nova: no paging over matches; its sentence for that gets lost on the way.
                raise BadRequest(
                    "The server could not comply with the request since it is either malformed "
                    "or otherwise incorrect."
                )
            hosts: Iterable[Host] = hypervisors.matching(pattern[-1])
        else:
            after = 0
            if request.version >= (2, 33):
                limit, marker = paging.limit_and_marker(request)
                after = 0 if marker is None else self._marked(marker)
            hosts = [] if limit == 0 else _PAGE(limit, after)
        rows = hypervisors.rows(hosts, with_servers=self._with_servers())
        shown = shape.render_many(rows, self.ask)
        answer: dict[str, Any] = {"hypervisors": shown}
        if limit is not None:
            links = paging.next_links(request, path, shown, "id", limit)
            if links:
                answer["hypervisors_links"] = links
        return answer

    def _marked(self, marker: str) -> int:
        """The number of the host that the marker names."""
        rows = Host.objects.all()
        if is_uuid(marker):
            rows = rows.filter(uuid=marker)
        else:
            rows = rows.filter(pk=int(marker)) if marker.isdecimal() else rows.none()
        found = rows.values_list("pk", flat=True).first()
        if found is None:
            raise BadRequest(f"marker [{marker}] not found")
        return found
