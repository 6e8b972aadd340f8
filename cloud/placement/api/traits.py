"""Traits, and those of a resource provider.  /traits"""

import re
from typing import Any

from django.utils import timezone

from cloud.placement import errors
from cloud.placement.api import types
from cloud.placement.api.base import Body, PlacementViewSet, Query
from cloud.placement.api.faults import CONCURRENT_UPDATE, UNDEFINED, Fault, refusing
from cloud.placement.domain import providers, traits
from versioned.operation import operation

LIST = Query(
    {
        "type": "object",
        "properties": {"name": types.string, "associated": types.string},
        "additionalProperties": False,
    }
)
REPLACE = Body(
    types.closed(
        {
            "traits": {
                "type": "array",
                "items": {"type": "string", "minLength": 1, "maxLength": 255},
            },
            "resource_provider_generation": types.integer,
        },
        ["traits", "resource_provider_generation"],
    )
)
_CUSTOM = re.compile(types.CUSTOM_PATTERN)


class _Traits(PlacementViewSet):
    def shown(self, found: traits.Dated) -> dict[str, Any]:
        self.modified(max((made for _, made in found), default=timezone.now()))
        return {"traits": [name for name, _ in found]}


class TraitViewSet(_Traits):
    collection = "traits"

    @operation(policy="placement:traits:list", since="1.6")
    def list(self, request: Any) -> Any:
        query = self.query(LIST)
        wanted: dict[str, Any] = {}
        if "name" in query:
            wanted = self._named(query["name"])
        if "associated" in query:
            associated = query["associated"].lower()
            if associated not in ("true", "false"):
                raise Fault(400, 'The query parameter "associated" only accepts "true" or "false"')
            wanted["associated"] = associated == "true"
        return self.shown(traits.find(**wanted))

    def _named(self, text: str) -> dict[str, Any]:
        kind, colon, value = text.partition(":")
        if not colon:
            raise Fault(
                400,
                "Badly formatted name parameter. Expected name query string parameter in form: "
                f'?name=[in|startswith]:[name1,name2|prefix]. Got: "{text}"',
            )
        if kind == "in":
            return {"among": value.split(",")}
        # Placement: any other word before the colon filters nothing.
        return {"prefix": value} if kind == "startswith" else {}


class OneTraitViewSet(PlacementViewSet):
    collection = "traits"
    without_json = frozenset({"GET", "PUT"})

    @operation(policy="placement:traits:show", since="1.6", status=204)
    def retrieve(self, request: Any, name: str) -> None:
        with refusing((errors.TraitNotFound, 404, "", UNDEFINED)):
            self.modified(traits.made_at(name))

    @operation(policy="placement:traits:update", since="1.6")
    def update(self, request: Any, name: str) -> Any:
        if len(name) > 255 or not _CUSTOM.search(name):
            raise Fault(
                400,
                "The trait is invalid. A valid trait must be no longer than 255 characters, "
                'start with the prefix "CUSTOM_" and use following characters: "A"-"Z", '
                '"0"-"9" and "_"',
            )
        made, is_new = traits.ensure(name)
        self.located(f"traits/{name}")
        self.modified(made)
        return self.respond(None, 201 if is_new else 204)

    @operation(policy="placement:traits:delete", since="1.6", status=204)
    def destroy(self, request: Any, name: str) -> None:
        with refusing(
            (errors.TraitStandard, 400, "", UNDEFINED), (errors.TraitNotFound, 404, "", UNDEFINED)
        ):
            traits.remove(name)


class ProviderTraitsViewSet(_Traits):
    collection = "resource_providers"

    @operation(policy="placement:resource_providers:traits:list", since="1.6")
    def list(self, request: Any, uuid: str) -> Any:
        prefix = f"No resource provider with uuid {uuid} found: "
        with refusing((errors.NotFound, 404, prefix, UNDEFINED)):
            provider = providers.get(uuid)
        return self._shown_of(provider, traits.of_provider(uuid))

    @operation(policy="placement:resource_providers:traits:update", since="1.6")
    def update(self, request: Any, uuid: str) -> Any:
        body = self.read(REPLACE)
        provider = providers.get(uuid)
        if provider["generation"] != body["resource_provider_generation"]:
            raise Fault(
                409,
                "Resource provider's generation already changed. Please update the generation "
                "and try again.",
                CONCURRENT_UPDATE,
            )
        found = traits.find(among=body["traits"])
        unknown = set(body["traits"]) - {name for name, _ in found}
        if unknown:
            raise Fault(400, f"No such trait {', '.join(sorted(unknown))}")
        traits.replace(provider, [name for name, _ in found])
        return self._shown_of(provider, found)

    @operation(policy="placement:resource_providers:traits:delete", since="1.6", status=204)
    def destroy(self, request: Any, uuid: str) -> None:
        traits.replace(providers.get(uuid), ())

    def _shown_of(self, provider: dict[str, Any], found: traits.Dated) -> dict[str, Any]:
        return {
            **self.shown(found),
            "resource_provider_generation": provider["generation"],
        }
