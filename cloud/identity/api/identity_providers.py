"""Identity providers, protocols and mappings.  /v3/OS-FEDERATION"""

from collections.abc import Mapping as Row
from typing import Any

from cloud.identity import identity_providers, listing
from cloud.identity.api import types
from cloud.identity.api.base import IdentityViewSet, query
from cloud.identity.models import FederationProtocol, IdentityProvider, Mapping
from versioned.operation import operation

_PATH = "OS-FEDERATION/identity_providers"
_MAPPINGS = "OS-FEDERATION/mappings"
_COLUMNS = ("id", "enabled", "description", "domain_id", "authorization_ttl")
_PROPERTIES: dict[str, Any] = {
    "enabled": types.BOOLEAN,
    "description": types.NULLABLE,
    "authorization_ttl": {"type": ["integer", "null"], "minimum": 0, "maximum": 2**63 - 1},
    "remote_ids": {
        "type": ["array", "null"],
        "items": {"type": "string", "maxLength": 64},
        "uniqueItems": True,
    },
}
CREATE = types.thing(
    "identity_provider", {**_PROPERTIES, "domain_id": types.NULLABLE_ID}, is_open=False
)
del CREATE["required"]  # Keystone: a provider of which nothing is said is a disabled one
UPDATE = types.thing("identity_provider", _PROPERTIES, is_open=False, at_least=1)
LIST = query(enabled=types.BOOLEAN)
_MAPPING_ID = {"type": "string", "minLength": 1, "maxLength": 64}
_REMOTE_ID = {"type": "string", "maxLength": 64}
CREATE_PROTOCOL = types.thing(
    "protocol",
    {
        "mapping_id": _MAPPING_ID,
        "remote_id_attribute": {**_REMOTE_ID, "type": ["string", "null"]},
    },
    required=("mapping_id",),
    is_open=False,
)
# Keystone: asks whether there is anything before it asks for what is required.
_protocol = types.thing(
    "protocol",
    {"mapping_id": _MAPPING_ID, "remote_id_attribute": _REMOTE_ID},
    is_open=False,
    at_least=1,
)
_protocol["properties"]["protocol"]["required"] = ["mapping_id"]
UPDATE_PROTOCOL = _protocol


class IdentityProviderViewSet(IdentityViewSet):
    """Who vouches for users."""

    @operation(policy="list_identity_providers", query=LIST)
    def list(self, request: Any) -> dict[str, Any]:
        rows = IdentityProvider.objects.all()
        rows = listing.narrow(rows, self.params, {"id": "id", "enabled": "enabled"})
        page = listing.page(rows, self.params, *_COLUMNS)
        remote = identity_providers.remote_ids(row["id"] for row in page.rows)
        answer = self.collection(
            "identity_providers",
            [{**row, "remote_ids": remote[row["id"]]} for row in page.rows],
            page,
            path=_PATH,
        )
        for shown in answer["identity_providers"]:
            # Keystone: in lists only.
            shown["links"]["protocols"] = f"{shown['links']['self']}/protocols"
        return answer

    @operation(policy="create_identity_provider", body=CREATE, status=201)
    def create(
        self, request: Any, id: str, identity_provider: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        return self._answer(identity_providers.create(id, identity_provider or {}))

    @operation(policy="get_identity_provider")
    def retrieve(self, request: Any, id: str) -> dict[str, Any]:
        return self._answer(identity_providers.get(id))

    @operation(policy="update_identity_provider", body=UPDATE)
    def update(self, request: Any, id: str, identity_provider: dict[str, Any]) -> dict[str, Any]:
        found = identity_providers.get(id)
        return self._answer(identity_providers.update(found, identity_provider))

    @operation(policy="delete_identity_provider", status=204)
    def destroy(self, request: Any, id: str) -> None:
        identity_providers.delete(identity_providers.get(id))

    def _answer(self, found: IdentityProvider) -> dict[str, Any]:
        shown = {name: getattr(found, name) for name in _COLUMNS}
        shown["remote_ids"] = identity_providers.remote_ids([found.pk])[found.pk]
        return self.member("identity_provider", _PATH, shown)


class ProtocolViewSet(IdentityViewSet):
    """How a provider's users come in."""

    @operation(policy="list_protocols")
    def list(self, request: Any, idp_id: str) -> dict[str, Any]:
        rows = FederationProtocol.objects.filter(provider_id=idp_id).order_by("protocol")
        shown = [
            {
                "id": row["protocol"],
                "idp_id": idp_id,
                "mapping_id": row["mapping_id"],
                "remote_id_attribute": row["remote_id_attribute"],
                "links": self._links(idp_id, row["protocol"]),
            }
            for row in rows.values("protocol", "mapping_id", "remote_id_attribute")
        ]
        return self.collection("protocols", shown, path="")

    @operation(policy="create_protocol", body=CREATE_PROTOCOL, status=201)
    def create(
        self, request: Any, idp_id: str, protocol_id: str, protocol: dict[str, Any]
    ) -> dict[str, Any]:
        return self._answer(identity_providers.create_protocol(idp_id, protocol_id, protocol))

    @operation(policy="get_protocol")
    def retrieve(self, request: Any, idp_id: str, protocol_id: str) -> dict[str, Any]:
        return self._answer(identity_providers.get_protocol(idp_id, protocol_id))

    @operation(policy="update_protocol", body=UPDATE_PROTOCOL)
    def update(
        self, request: Any, idp_id: str, protocol_id: str, protocol: dict[str, Any]
    ) -> dict[str, Any]:
        return self._answer(identity_providers.update_protocol(idp_id, protocol_id, protocol))

    @operation(policy="delete_protocol", status=204)
    def destroy(self, request: Any, idp_id: str, protocol_id: str) -> None:
        identity_providers.delete_protocol(idp_id, protocol_id)

    def _links(self, idp_id: str, protocol_id: str) -> dict[str, str]:
        # Keystone: both lead nowhere.
        return {
            "self": self.link("protocols", protocol_id),
            "identity_provider": self.link(idp_id),
        }

    def _answer(self, found: FederationProtocol) -> dict[str, Any]:
        return {
            "protocol": {
                "id": found.protocol,
                "mapping_id": found.mapping_id,
                "links": self._links(found.provider_id, found.protocol),
            }
        }


def _shown(row: Row[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("id", "rules", "schema_version")}


class MappingViewSet(IdentityViewSet):
    """How what a provider says is read."""

    @operation(policy="list_mappings")
    def list(self, request: Any) -> dict[str, Any]:
        # Keystone: a query changes nothing here.
        rows = [_shown(row) for row in Mapping.objects.order_by("pk").values()]
        return self.collection("mappings", rows, path=_MAPPINGS)

    @operation(policy="create_mapping", status=201)
    def create(self, request: Any, id: str) -> dict[str, Any]:
        return self._answer(identity_providers.create_mapping(id, self._given(request)))

    @operation(policy="get_mapping")
    def retrieve(self, request: Any, id: str) -> dict[str, Any]:
        return self._answer(identity_providers.get_mapping(id))

    @operation(policy="update_mapping")
    def update(self, request: Any, id: str) -> dict[str, Any]:
        return self._answer(identity_providers.update_mapping(id, self._given(request)))

    @operation(policy="delete_mapping", status=204)
    def destroy(self, request: Any, id: str) -> None:
        identity_providers.delete_mapping(identity_providers.get_mapping(id))

    def _given(self, request: Any) -> dict[str, Any]:
        given = request.json.get("mapping", {})
        return given if isinstance(given, dict) else {}

    def _answer(self, found: Mapping) -> dict[str, Any]:
        return self.member("mapping", _MAPPINGS, _shown(vars(found)))
