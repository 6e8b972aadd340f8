"""What the hypervisor says of a guest, for administrators.  /servers/{server_id}/diagnostics"""

from typing import Any

from compute.api.servers.lookup import OfServer
from compute.api.servers.schemas import SHOW
from compute.domain import diagnostics
from versioned.operation import operation
from versioned.shape import Attr, Shape

_DISK = ("read_bytes", "read_requests", "write_bytes", "write_requests", "errors_count")
_CPU = ("id", "time", "utilisation")
_COUNTS = ("octets", "errors", "drop", "packets", "rate")
_NIC = ("mac_address", *(f"{way}_{count}" for way in ("rx", "tx") for count in _COUNTS))


def _each(name: str, keys: tuple[str, ...]) -> Any:
    return lambda row, ask: [{key: one.get(key) for key in keys} for one in row[name]]


def _many(name: str) -> Any:
    return lambda row, ask: len(row[name])


class ServerDiagnostics(Shape):
    """The same for every driver, from 2.48 on."""

    state = Attr()
    driver = Attr()
    hypervisor = Attr()
    hypervisor_os = Attr()
    uptime = Attr()
    config_drive = Attr()
    num_cpus = Attr(_many("cpus"))
    num_nics = Attr(_many("nics"))
    num_disks = Attr(_many("disks"))
    disk_details = Attr(_each("disks", _DISK))
    cpu_details = Attr(_each("cpus", _CPU))
    nic_details = Attr(_each("nics", _NIC))
    memory_details = Attr(
        lambda row, ask: {"maximum": row["memory_maximum_mb"], "used": row["memory_used_mb"]}
    )


def _plain(found: dict[str, Any]) -> dict[str, int | None]:
    """Until 2.47 every driver had keys of its own; these are libvirt's."""
    shown: dict[str, int | None] = {}
    for cpu in found["cpus"]:
        shown[f"cpu{cpu['id']}_time"] = cpu["time"]
    shown["memory"] = found["memory_maximum_mb"] * 1024
    for number, disk in enumerate(found["disks"]):
        name = f"vd{chr(ord('a') + number)}"
        shown |= {
            # Nova: a hypervisor that counts no errors says -1.
            f"{name}_errors": -1,
            f"{name}_read": disk["read_bytes"],
            f"{name}_read_req": disk["read_requests"],
            f"{name}_write": disk["write_bytes"],
            f"{name}_write_req": disk["write_requests"],
        }
    for number, nic in enumerate(found["nics"], start=1):
        for way in ("rx", "tx"):
            shown[f"vnet{number}_{way}"] = nic[f"{way}_octets"]
            for count in ("drop", "errors", "packets"):
                shown[f"vnet{number}_{way}_{count}"] = nic[f"{way}_{count}"]
    return shown


class ServerDiagnosticsViewSet(OfServer):
    @operation(policy="os_compute_api:os-server-diagnostics", target="found", query=SHOW)
    def list(self, request: Any, server_id: str) -> Any:
        found = diagnostics.of(request.context, self.found(server_id))
        if request.version < (2, 48):
            return _plain(found)
        return ServerDiagnostics.render(found, self.ask)
