"""Unified limits.  /v3/registered_limits and /v3/limits"""

from typing import Any

from django.db.models import Q

from cloud.identity import limits, listing
from cloud.identity.api import types
from cloud.identity.api.base import IdentityViewSet, query
from cloud.identity.models import Limit, Project, RegisteredLimit
from versioned.operation import operation

_NUMBER = {"type": "integer", "minimum": -1, "maximum": 0x7FFFFFFF}
_REGION = {"type": ["string", "null"], "minLength": 1, "maxLength": 255}
_DESCRIPTION = {"type": ["string", "null"], "maxLength": 255}
_REGISTERED = {
    "service_id": types.UUID,
    "region_id": _REGION,
    "resource_name": types.NAME,
    "default_limit": _NUMBER,
    "description": _DESCRIPTION,
}
_LIMIT = {
    "service_id": types.UUID,
    "region_id": _REGION,
    "resource_name": types.NAME,
    "resource_limit": _NUMBER,
    "description": _DESCRIPTION,
    "project_id": types.NULLABLE_ID,
    "domain_id": types.NULLABLE_ID,
}
_FILTERS = {"service_id": types.UUID, "region_id": _REGION, "resource_name": types.NAME}
LIST_REGISTERED = query(**_FILTERS)
LIST = query(**_FILTERS, project_id=types.ID, domain_id=types.ID)


def _many(envelope: str, item: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {envelope: {"type": "array", "items": item, "minItems": 1}},
        "required": [envelope],
        "additionalProperties": False,
    }


REGISTER = _many(
    "registered_limits",
    {
        "type": "object",
        "properties": _REGISTERED,
        "required": ["service_id", "resource_name", "default_limit"],
        "additionalProperties": False,
    },
)
UPDATE_REGISTERED = types.closed_first(types.thing("registered_limit", _REGISTERED, is_open=False))
_WHAT = ["service_id", "resource_name", "resource_limit"]
_PLACED = {
    "type": "object",
    "properties": _LIMIT,
    "required": _WHAT,
    "oneOf": [{"required": [*_WHAT, "domain_id"]}, {"required": [*_WHAT, "project_id"]}],
    "additionalProperties": False,
}
CREATE = _many("limits", _PLACED)
UPDATE = types.closed_first(
    types.thing("limit", {"resource_limit": _NUMBER, "description": _DESCRIPTION}, is_open=False)
)


class RegisteredLimitViewSet(IdentityViewSet):
    """The limits that hold where nothing else was said."""

    @operation(policy="list_registered_limits", query=LIST_REGISTERED)
    def list(self, request: Any) -> dict[str, Any]:
        columns = {name: name for name in ("service_id", "region_id", "resource_name")}
        rows = listing.narrow(RegisteredLimit.objects.all(), self.params, columns)
        page = listing.page(rows, self.params)
        return self.collection("registered_limits", page.rows, page)

    @operation(policy="create_registered_limits", body=REGISTER, status=201)
    def create(self, request: Any, registered_limits: Any) -> dict[str, Any]:
        made = [_registered(limit) for limit in limits.register(registered_limits)]
        return {"registered_limits": [self.linked("registered_limits", row) for row in made]}

    @operation(policy="get_registered_limit")
    def retrieve(self, request: Any, id: str) -> dict[str, Any]:
        return self._answer(limits.get_registered(id))

    @operation(policy="update_registered_limit", body=UPDATE_REGISTERED)
    def update(self, request: Any, id: str, registered_limit: Any) -> dict[str, Any]:
        found = limits.get_registered(id)
        return self._answer(limits.update_registered(found, registered_limit))

    @operation(policy="delete_registered_limit", status=204)
    def destroy(self, request: Any, id: str) -> None:
        limits.delete_registered(limits.get_registered(id))

    def _answer(self, found: RegisteredLimit) -> dict[str, Any]:
        return self.member("registered_limit", "registered_limits", _registered(found))


def _registered(row: RegisteredLimit) -> dict[str, Any]:
    return {
        "id": row.pk,
        "service_id": row.service_id,
        "region_id": row.region_id,
        "resource_name": row.resource_name,
        "default_limit": row.default_limit,
        "description": row.description,
    }


class LimitViewSet(IdentityViewSet):
    """The limits of projects and domains."""

    @operation(policy="get_limit_model")
    def model(self, request: Any) -> dict[str, Any]:
        return {
            "model": {
                "name": "flat",
                "description": "Limit enforcement and validation does not take project hierarchy "
                "into consideration.",
            }
        }

    @operation(policy="list_limits", query=LIST)
    def list(self, request: Any) -> dict[str, Any]:
        columns = {
            "service_id": "registered__service_id",
            "region_id": "registered__region_id",
            "resource_name": "registered__resource_name",
            "project_id": "project_id",
            "domain_id": "domain_id",
        }
        rows = listing.narrow(Limit.objects.filter(self._seen()), self.params, columns)
        page = listing.page(rows, self.params, "id")
        found = Limit.objects.select_related("registered").in_bulk([row["id"] for row in page.rows])
        return self.collection("limits", [_shown(found[row["id"]]) for row in page.rows], page)

    def _seen(self) -> Q:
        """The limits that the caller may know."""
        context = self.context
        if context.system_scope or {"admin", "service"} & set(context.roles):
            return Q()
        if context.domain_id:
            inside = Project.objects.filter(domain_id=context.domain_id).values("pk")
            return Q(project_id__in=inside) | Q(domain_id=context.domain_id)
        return Q(project_id=context.project_id or "")

    @operation(policy="create_limits", body=CREATE, status=201)
    def create(self, request: Any, limits: Any) -> dict[str, Any]:
        return {"limits": [self.linked("limits", _shown(row)) for row in _create(limits)]}

    @operation(policy="get_limit", target="found")
    def retrieve(self, request: Any, id: str) -> dict[str, Any]:
        if not Limit.objects.filter(pk=id).exists():
            # Keystone: here only who may see all limits learns that one is not there.
            self.authorize({}, rule="get_limit")
        return self.member("limit", "limits", _shown(self._find(id)))

    @operation(policy="update_limit", target="found", body=UPDATE)
    def update(self, request: Any, id: str, limit: Any) -> dict[str, Any]:
        found = self._find(id)
        return self.member("limit", "limits", _shown(limits.update(found, limit)))

    @operation(policy="delete_limit", target="found", status=204)
    def destroy(self, request: Any, id: str) -> None:
        limits.delete(self._find(id))

    def _find(self, limit_id: str) -> Limit:
        """The limit, once the rule grants it. Keystone: all may know that one is not there."""
        self.require_caller()
        found = limits.get(limit_id)
        target: dict[str, Any] = {"project_id": found.project_id}
        if found.project is not None:
            target["project"] = {"id": found.project.pk, "domain_id": found.project.domain_id}
        else:
            target["domain"] = {"id": found.domain_id}
        self.authorize({"limit": target})
        return found


_create = limits.create


def _shown(row: Limit) -> dict[str, Any]:
    return {
        "id": row.pk,
        "service_id": row.registered.service_id,
        "region_id": row.registered.region_id,
        "resource_name": row.registered.resource_name,
        "project_id": row.project_id,
        "domain_id": row.domain_id,
        "resource_limit": row.resource_limit,
        "description": row.description,
    }
