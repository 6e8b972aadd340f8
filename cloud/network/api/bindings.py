"""Bindings of a port, above all those that live migration prepares.  /v2.0/ports/{id}/bindings"""

from typing import Any

from cloud.network import errors
from cloud.network.api import checks
from cloud.network.api.base import NetworkViewSet
from cloud.network.api.ports import VNIC_TYPES, PortNoun
from cloud.network.domain import bindings
from cloud.network.models import Port
from versioned.operation import operation


class BindingViewSet(NetworkViewSet):
    def port(self, id: str, rule: str) -> Port:
        found = PortNoun.scope(self.context).filter(id=id).first()
        if found is None:
            raise errors.PortNotFound(port_id=id)
        self.demand(rule, {"project_id": found.project_id})
        port: Port = found
        return port

    def item(self, body: Any) -> dict[str, Any]:
        item = body.get("binding") if isinstance(body, dict) else None
        if not isinstance(item, dict):
            raise errors.HTTPBadRequest("Unable to find 'binding' in request body")
        for key, check in (
            ("host", checks.text(255)),
            ("vnic_type", checks.one_of(*VNIC_TYPES)),
            ("profile", checks.or_none(checks.mapping)),
        ):
            reason = check(item[key]) if key in item else None
            if reason:
                raise errors.HTTPBadRequest(f"Invalid input for {key}. Reason: {reason}.")
        unknown = set(item) - {"host", "vnic_type", "profile", "project_id", "tenant_id"}
        if unknown:
            raise errors.HTTPBadRequest(f"Unrecognized attribute(s) '{', '.join(sorted(unknown))}'")
        return item

    @operation()
    def list(self, request: Any, *, id: str) -> Any:
        """List the bindings of a port."""
        found = bindings.listed(self.port(id, "get_port_binding"))
        for key, values in request.params.items():
            if key in ("host", "status", "vif_type", "vnic_type"):
                found = [binding for binding in found if binding[key] in values]
        return {"bindings": found}

    @operation()
    def retrieve(self, request: Any, *, id: str, host: str) -> Any:
        """Show the binding to a host."""
        for binding in bindings.listed(self.port(id, "get_port_binding")):
            if binding["host"] == host:
                return {"binding": binding}
        raise errors.PortBindingNotFound(port_id=id, host=host)

    @operation(status=201)
    def create(self, request: Any, *, id: str) -> Any:
        """Prepare a binding to another host."""
        item = self.item(request.json)
        if "host" not in item:
            raise errors.HTTPBadRequest(
                "Failed to parse request. Required attribute 'host' not specified"
            )
        made = bindings.prepare(
            self.port(id, "create_port_binding"),
            host=item["host"],
            vnic_type=item.get("vnic_type", "normal"),
            profile=item.get("profile") or {},
        )
        return {"binding": made}

    @operation()
    def update(self, request: Any, *, id: str, host: str) -> Any:
        """Change a prepared binding."""
        item = self.item(request.json)
        return {"binding": bindings.change(self.port(id, "update_port_binding"), host, item)}

    @operation(status=204)
    def destroy(self, request: Any, *, id: str, host: str) -> Any:
        """Drop a binding."""
        bindings.cancel(self.port(id, "delete_port_binding"), host)

    @operation()
    def activate(self, request: Any, *, id: str, host: str) -> Any:
        """Make a prepared binding the active one."""
        return {"binding": bindings.activate(self.port(id, "activate"), host)}
