"""Services: nova-compute, nova-scheduler, nova-conductor, and whether they are up.  /os-services"""

from typing import Any

from compute.api import types
from compute.api.base import ComputeViewSet
from compute.api.formats import is_uuid
from compute.api.times import with_micros
from compute.domain import service_control, services, zones
from compute.domain.errors import BadRequest, NotFound
from compute.models import Service
from versioned.operation import operation
from versioned.prepared import Prepared
from versioned.schema import query
from versioned.shape import Attr, Shape
from versioned.versions import since, until


def last_seen(row: Any) -> str | None:
    """When the service last reported or was changed."""
    times = [time for time in (row["last_seen_up"], row["updated_at"]) if time is not None]
    return with_micros(max(times, default=row["created_at"]))


class ServiceShape(Shape):
    binary = Attr()
    host = Attr()
    id = (Attr("id", until="2.52"), Attr("uuid", since="2.53"))
    zone = Attr(lambda row, ask: zones.of_service(row["binary"], row["host"], row["zone_of"]))
    status = Attr(lambda row, ask: "disabled" if row["disabled"] else "enabled")
    state = Attr(lambda row, ask: "up" if services.is_up(row["model"]) else "down")
    updated_at = Attr(lambda row, ask: last_seen(row))
    disabled_reason = Attr()
    forced_down = Attr(since="2.11")


LIST = query(closed_since="2.75", host=types.any_text, binary=types.any_text)

_NAME = types.text(1, 255)
UPDATE = {
    "type": "object",
    "properties": {
        "host": until("2.52", types.fqdn),
        "binary": until("2.52", _NAME),
        "status": since("2.53", types.one_of("enabled", "disabled")),
        "disabled_reason": _NAME,
        "forced_down": since("2.11", types.boolean),
    },
    "required": until("2.52", ["host", "binary"]),
    "additionalProperties": False,
}


_ALL = Prepared(lambda: Service.objects.order_by("id"))


class ServiceViewSet(ComputeViewSet):
    @operation(policy="os_compute_api:os-services:list", query=LIST)
    def list(self, request: Any) -> Any:
        values = {name: request.params.get(name, [""])[-1] for name in ("host", "binary")}
        asked = {name: value for name, value in values.items() if value}
        found = Service.objects.order_by("id").filter(**asked) if asked else _ALL()
        return {"services": ServiceShape.render_many(_rows(found), self.ask)}

    @operation(policy="os_compute_api:os-services:update", body=UPDATE, until="2.52")
    def update(self, request: Any, id: str, body: dict[str, Any]) -> Any:
        """Do what the last word of the path says to the service that the body names."""
        changes = self._changes(id, body)
        host, binary = body["host"], body["binary"]
        if id == "force-down" and binary == services.COMPUTE and not changes["forced_down"]:
            service_control.check_evacuated(host)
        service_control.change(service_control.find(host, binary), **changes)
        shown: dict[str, Any] = {"host": host, "binary": binary}
        if "disabled" in changes:
            shown["status"] = "disabled" if changes["disabled"] else "enabled"
            if changes["disabled_reason"]:
                shown["disabled_reason"] = changes["disabled_reason"]
        else:
            shown["forced_down"] = changes["forced_down"]
        return {"service": shown}

    @update.also(  # type: ignore[no-redef]
        policy="os_compute_api:os-services:update", target="found", body=UPDATE, since="2.53"
    )
    def update(self, request: Any, id: str, body: dict[str, Any]) -> Any:
        """Change the service that the path names."""
        # Nova: a bad uuid is refused before the policy is asked.
        if not is_uuid(id):
            raise BadRequest(f"Invalid uuid {id}")
        self.authorize()
        service = service_control.find_by_uuid(id)
        changes: dict[str, Any] = {}
        if body.get("status") == "enabled":
            if body.get("disabled_reason"):
                raise BadRequest("Specifying 'disabled_reason' with status 'enabled' is invalid.")
            changes = {"disabled": False, "disabled_reason": None}
        elif body.get("status") == "disabled":
            changes = {"disabled": True, "disabled_reason": body.get("disabled_reason")}
        if "forced_down" in body:
            changes["forced_down"] = types.is_true(body["forced_down"])
            if not changes["forced_down"]:
                service_control.check_evacuated(service.host)
        if not changes:
            raise BadRequest(
                "No updates were requested. Fields 'status' or 'forced_down' should be specified."
            )
        service_control.change(service, **changes)
        return {"service": ServiceShape.render(_rows([service])[0], self.ask)}

    @operation(policy="os_compute_api:os-services:delete", status=204)
    def destroy(self, request: Any, id: str) -> None:
        if request.version >= (2, 53):
            if not is_uuid(id):
                raise BadRequest(f"Invalid uuid {id}")
            found = Service.objects.filter(uuid=id)
        else:
            try:
                found = Service.objects.filter(pk=int(id))
            except ValueError:
                raise BadRequest("Invalid input received: id must be an integer") from None
        service = found.first()
        if service is None:
            raise NotFound(f"Service {id} not found.")
        service_control.delete(service)

    def _changes(self, word: str, body: dict[str, Any]) -> dict[str, Any]:
        match word:
            case "enable":
                return {"disabled": False, "disabled_reason": None}
            case "disable":
                return {"disabled": True, "disabled_reason": None}
            case "disable-log-reason":
                if "disabled_reason" not in body:
                    raise BadRequest("Missing disabled reason field")
                return {"disabled": True, "disabled_reason": body["disabled_reason"]}
            case "force-down" if self.request.version >= (2, 11):
                if "forced_down" not in body:
                    raise BadRequest("Missing forced_down field")
                return {"forced_down": types.is_true(body["forced_down"])}
        raise NotFound("Unknown action")


def _rows(found: Any) -> Any:
    zone_of = zones.by_host()
    return [{**vars(service), "model": service, "zone_of": zone_of} for service in found]
