"""Other clouds that take this one's word for its users.  /v3/OS-FEDERATION/service_providers"""

from typing import Any

from cloud.identity import listing, service_providers
from cloud.identity.api import types
from cloud.identity.api.base import IdentityViewSet, query
from cloud.identity.models import ServiceProvider
from versioned.operation import operation

_PATH = "OS-FEDERATION/service_providers"
_COLUMNS = ("id", "auth_url", "sp_url", "enabled", "description", "relay_state_prefix")
_PROPERTIES = {
    "auth_url": types.URL,
    "sp_url": types.URL,
    "description": types.NULLABLE,
    "enabled": types.BOOLEAN,
    "relay_state_prefix": types.NULLABLE,
}
CREATE = types.thing(
    "service_provider", _PROPERTIES, required=("auth_url", "sp_url"), is_open=False
)
CREATE = types.needs_first(CREATE, "service_provider")
UPDATE = types.thing("service_provider", _PROPERTIES, is_open=False, at_least=1)
LIST = query(enabled=types.BOOLEAN)


class ServiceProviderViewSet(IdentityViewSet):
    """Where users of this cloud may go on to."""

    @operation(policy="list_service_providers", query=LIST)
    def list(self, request: Any) -> dict[str, Any]:
        rows = ServiceProvider.objects.all()
        rows = listing.narrow(rows, self.params, {"id": "id", "enabled": "enabled"})
        page = listing.page(rows, self.params, *_COLUMNS)
        return self.collection("service_providers", page.rows, page, path=_PATH)

    @operation(policy="create_service_provider", body=CREATE, status=201)
    def create(self, request: Any, id: str, service_provider: dict[str, Any]) -> dict[str, Any]:
        return self._answer(service_providers.create(id, service_provider))

    @operation(policy="get_service_provider")
    def retrieve(self, request: Any, id: str) -> dict[str, Any]:
        return self._answer(service_providers.get(id))

    @operation(policy="update_service_provider", body=UPDATE)
    def update(self, request: Any, id: str, service_provider: dict[str, Any]) -> dict[str, Any]:
        return self._answer(service_providers.update(service_providers.get(id), service_provider))

    @operation(policy="delete_service_provider", status=204)
    def destroy(self, request: Any, id: str) -> None:
        service_providers.delete(service_providers.get(id))

    def _answer(self, found: ServiceProvider) -> dict[str, Any]:
        shown = {name: getattr(found, name) for name in _COLUMNS}
        return self.member("service_provider", _PATH, shown)
