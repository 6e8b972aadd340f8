"""Tags of any resource.  /v2.0/{resource}/{id}/tags"""

from typing import Any

from cloud.network import errors, policies
from cloud.network.api import checks
from cloud.network.api.base import NetworkViewSet, said_null
from cloud.network.api.resource import Noun, Sight
from cloud.network.api.standard import MANY_TAGS
from cloud.network.domain import tags
from versioned.operation import operation

MOST_LETTERS = 255


class TagViewSet(NetworkViewSet):
    """The tags of a resource; `nouns` by their plural, filled in by urls.py."""

    nouns: dict[str, type[Noun]] = {}

    def noun(self, resource: str) -> type[Noun]:
        noun = self.nouns.get(resource.replace("_", "-"))
        if noun is None:
            raise errors.HTTPNotFound("The resource could not be found.")
        return noun

    def found(self, resource: str, id: str, verb: str) -> str:
        """The id of a resource of which the caller may do that with tags.

        # Neutron: looks for it as an admin would; who may not is told so.
        """
        noun = self.noun(resource)
        row = noun.model._default_manager.filter(id=id).first()
        if row is None:
            raise errors.TagResourceNotFound(resource=resource, resource_id=id)
        target = {
            "project_id": getattr(row, "project_id", None),
            "network_project_id": getattr(getattr(row, "network", None), "project_id", None),
            "shared": noun.seen(self.context, Sight.SHARED).filter(id=id).exists(),
        }
        rule = f"{verb}_{noun.member}:tags"
        scope = policies.foreign_scope(self.context)
        if scope is not None:
            raise errors.InvalidScope(rule=rule, scope=scope)
        if not policies.allows(self.context, f"{verb}_{noun.member}_tags", target):
            raise errors.PolicyNotAuthorized(rule=f"rule:{rule}")
        return id

    def read(self, body: Any) -> Any:
        if not isinstance(body, dict) or "tags" not in body:
            raise errors.InvalidInput(error_message="Invalid tags body")
        reason = checks.each(checks.text(MOST_LETTERS))(body["tags"])
        if reason:
            raise errors.InvalidInput(error_message=reason)
        return body["tags"]

    def read_one(self, tag: str) -> str:
        reason = checks.text(MOST_LETTERS)(tag)
        if reason:
            raise errors.InvalidInput(error_message=reason)
        return tag

    def refuse_many(self, resource: str, wanted: Any) -> None:
        if len(set(wanted)) > MANY_TAGS:
            raise errors.BadRequest(
                resource=resource,
                msg=f"The number of tags exceed the per-resource limit of {MANY_TAGS}",
            )

    @operation()
    def list(self, request: Any, *, resource: str, id: str) -> Any:
        """List the tags."""
        return {"tags": tags.listed(self.found(resource, id, "get"))}

    @operation(status=204)
    def retrieve(self, request: Any, *, resource: str, id: str, tag: str) -> Any:
        """Tell whether a tag is there."""
        self.read_one(tag)
        if tag not in tags.listed(self.found(resource, id, "get")):
            raise errors.TagNotFound(tag=tag)

    @operation()
    def create(self, request: Any, *, resource: str, id: str) -> Any:
        """Add tags."""
        wanted = self.read(request.json)
        self.found(resource, id, "create")
        self.refuse_many(resource, wanted)
        tags.add(self.noun(resource).model, id, wanted)
        # Neutron: says what was given, and not what there is.
        return request.json

    @operation(status=201)
    def add(self, request: Any, *, resource: str, id: str, tag: str) -> Any:
        """Add one tag."""
        self.read_one(tag)
        self.found(resource, id, "update")
        self.refuse_many(resource, [*tags.listed(id), tag])
        tags.add(self.noun(resource).model, id, [tag])
        return said_null()

    @operation()
    def update(self, request: Any, *, resource: str, id: str) -> Any:
        """Replace all tags."""
        wanted = self.read(request.json)
        self.found(resource, id, "update")
        self.refuse_many(resource, wanted)
        tags.replace(self.noun(resource).model, id, wanted)
        return request.json

    @operation(status=204)
    def destroy(self, request: Any, *, resource: str, id: str, tag: str) -> Any:
        """Take one tag away."""
        self.read_one(tag)
        self.found(resource, id, "delete")
        tags.remove(self.noun(resource).model, id, tag)

    @operation(status=204)
    def clear(self, request: Any, *, resource: str, id: str) -> Any:
        """Take all tags away."""
        self.found(resource, id, "delete")
        tags.replace(self.noun(resource).model, id, [])
