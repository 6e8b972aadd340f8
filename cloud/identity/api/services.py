"""The catalog's parts.  /v3/services, /v3/endpoints and /v3/regions"""

from collections.abc import Mapping
from typing import Any

from cloud.identity import catalog, listing, services
from cloud.identity.api import types
from cloud.identity.api.base import IdentityViewSet, closed_query, query
from cloud.identity.errors import BadRequest
from cloud.identity.models import Endpoint, Region, Service
from versioned.operation import operation

_FLAG = {"type": "boolean"}
_SERVICE = {
    "type": {"type": "string", "minLength": 1, "maxLength": 255},
    "name": {"type": "string", "minLength": 1, "maxLength": 255},
    "enabled": _FLAG,
}
CREATE_SERVICE = types.wide("service", _SERVICE, required=("type",))
del CREATE_SERVICE["required"]  # Keystone: policy is asked first
UPDATE_SERVICE = types.wide("service", _SERVICE, at_least=1)
_INTERFACE = {"type": "string", "enum": ["admin", "internal", "public"]}
_ENDPOINT = {
    "enabled": _FLAG,
    "interface": _INTERFACE,
    "region_id": types.NULLABLE,
    "region": types.NULLABLE,
    "service_id": types.STRING,
    "url": types.URL,
    "description": types.NULLABLE,
    "name": types.STRING,
}
CREATE_ENDPOINT = types.thing(
    "endpoint",
    {"id": types.STRING, **_ENDPOINT},
    required=("interface", "service_id", "url"),
    needs_envelope=False,
)
UPDATE_ENDPOINT = types.thing("endpoint", _ENDPOINT, at_least=1)
LIST_ENDPOINTS = query(interface=_INTERFACE)
_REGION_ID = {"type": ["string", "null"], "minLength": 1, "maxLength": 255}
_REGION = {
    "description": {"type": ["string", "null"], "maxLength": 255},
    "id": _REGION_ID,
    "parent_region_id": _REGION_ID,
}
CREATE_REGION = types.wide("region", {**_REGION, "id": {**_REGION_ID, "minLength": 0}})
UPDATE_REGION = types.thing("region", _REGION, at_least=1)
LIST_REGIONS = closed_query(parent_region_id=_REGION_ID)


class ServiceViewSet(IdentityViewSet):
    """Services."""

    @operation(policy="list_services")
    def list(self, request: Any) -> dict[str, Any]:
        columns = {"type": "type", "name": "name"}
        page = listing.page(
            listing.narrow(Service.objects.all(), self.params, columns), self.params
        )
        return self.collection("services", [_service(row) for row in page.rows], page)

    @operation(policy="create_service", body=CREATE_SERVICE, status=201)
    def create(self, request: Any, service: dict[str, Any] | None = None) -> dict[str, Any]:
        if service is None:
            raise BadRequest("'service' is a required property")
        return self._answer(services.create(service))

    @operation(policy="get_service")
    def retrieve(self, request: Any, id: str) -> dict[str, Any]:
        return self._answer(services.get(id))

    @operation(policy="update_service", body=UPDATE_SERVICE)
    def update(self, request: Any, id: str, service: dict[str, Any]) -> dict[str, Any]:
        self.require_same_id(service, id)
        return self._answer(services.update(services.get(id), service))

    @operation(policy="delete_service", status=204)
    def destroy(self, request: Any, id: str) -> None:
        services.delete(services.get(id))

    def _answer(self, service: Service) -> dict[str, Any]:
        return self.member("service", "services", _service(vars(service)))


def _service(row: Mapping[str, Any]) -> dict[str, Any]:
    answer = {
        **row["extra"],
        "id": row["id"],
        "type": row["type"],
        "name": row["name"],
        "enabled": row["enabled"],
    }
    if row["description"] is not None:
        answer["description"] = row["description"]
    return answer


def shown_endpoint(row: Mapping[str, Any], base_url: str) -> dict[str, Any]:
    """An endpoint's representation, with the request's own scheme://host:port filled in."""
    answer = {
        **row["extra"],
        "id": row["id"],
        "interface": row["interface"],
        "region_id": row["region_id"],
        "region": row["region_id"],
        "service_id": row["service_id"],
        "url": row["url"].replace(catalog.BASE, base_url),
        "enabled": row["enabled"],
    }
    for key in ("name", "description"):
        if row[key] is not None:
            answer[key] = row[key]
    return answer


class EndpointViewSet(IdentityViewSet):
    """Endpoints."""

    @operation(policy="list_endpoints", query=LIST_ENDPOINTS)
    def list(self, request: Any) -> dict[str, Any]:
        columns = {
            "interface": "interface",
            "service_id": "service_id",
            "region_id": "region_id",
        }
        page = listing.page(
            listing.narrow(Endpoint.objects.all(), self.params, columns), self.params
        )
        rows = [shown_endpoint(row, self.base_url) for row in page.rows]
        return self.collection("endpoints", rows, page)

    @operation(policy="create_endpoint", body=CREATE_ENDPOINT, status=201)
    def create(self, request: Any, endpoint: dict[str, Any] | None = None) -> dict[str, Any]:
        if endpoint is None:
            raise BadRequest("'endpoint' is a required property")
        # Keystone: changes may bring any url.
        services.check_url(endpoint["url"])
        return self._answer(services.create_endpoint(endpoint))

    @operation(policy="get_endpoint")
    def retrieve(self, request: Any, id: str) -> dict[str, Any]:
        return self._answer(services.get_endpoint(id))

    @operation(policy="update_endpoint", body=UPDATE_ENDPOINT)
    def update(self, request: Any, id: str, endpoint: dict[str, Any]) -> dict[str, Any]:
        self.require_same_id(endpoint, id)
        return self._answer(services.update_endpoint(services.get_endpoint(id), endpoint))

    @operation(policy="delete_endpoint", status=204)
    def destroy(self, request: Any, id: str) -> None:
        services.delete_endpoint(services.get_endpoint(id))

    def _answer(self, endpoint: Endpoint) -> dict[str, Any]:
        return self.member("endpoint", "endpoints", shown_endpoint(vars(endpoint), self.base_url))


class RegionViewSet(IdentityViewSet):
    """Regions, which everybody may see."""

    @operation(policy="list_regions", query=LIST_REGIONS)
    def list(self, request: Any) -> dict[str, Any]:
        rows = listing.narrow(Region.objects.all(), self.params, {"parent_region_id": "parent_id"})
        page = listing.page(rows, self.params)
        return self.collection("regions", [_region(row) for row in page.rows], page)

    @operation(policy="create_region", body=CREATE_REGION, status=201)
    def create(self, request: Any, region: dict[str, Any]) -> dict[str, Any]:
        return self._answer(services.create_region(region))

    @operation(policy="create_region", body=CREATE_REGION, status=201)
    def create_as(self, request: Any, id: str, region: dict[str, Any]) -> dict[str, Any]:
        if region.setdefault("id", id) != id:
            raise BadRequest(f'Conflicting region IDs specified: "{id}" != "{region["id"]}"')
        return self._answer(services.create_region(region))

    @operation(policy="get_region")
    def retrieve(self, request: Any, id: str) -> dict[str, Any]:
        return self._answer(services.get_region(id))

    @operation(policy="update_region", body=UPDATE_REGION)
    def update(self, request: Any, id: str, region: dict[str, Any]) -> dict[str, Any]:
        self.require_same_id(region, id)
        return self._answer(services.update_region(services.get_region(id), region))

    @operation(policy="delete_region", status=204)
    def destroy(self, request: Any, id: str) -> None:
        services.delete_region(services.get_region(id))

    def _answer(self, region: Region) -> dict[str, Any]:
        return self.member("region", "regions", _region(vars(region)))


def _region(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **row["extra"],
        "id": row["id"],
        "description": row["description"],
        "parent_region_id": row["parent_id"],
    }
