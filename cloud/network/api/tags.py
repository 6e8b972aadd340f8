"""Tags of any resource.  /v2.0/{resource}/{id}/tags"""

from typing import Any

from cloud.network import errors
from cloud.network.api.base import NetworkViewSet
from cloud.network.api.resource import Noun
from cloud.network.api.standard import read_tags
from cloud.network.domain import tags
from versioned.operation import operation


class TagViewSet(NetworkViewSet):
    """The tags of a resource; `nouns` by their plural, filled in by urls.py."""

    nouns: dict[str, type[Noun]] = {}

    def model(self, resource: str) -> Any:
        return self.nouns[resource.replace("_", "-")].model

    def found(self, resource: str, id: str, verb: str) -> str:
        noun = self.nouns.get(resource.replace("_", "-"))
        if noun is None:
            raise errors.HTTPNotFound("The resource could not be found.")
        row = noun.scope(self.context).filter(id=id).first()
        if row is None:
            raise errors.TagResourceNotFound(resource=resource, resource_id=id)
        if verb != "get":
            target = {"project_id": row.project_id}
            self.demand(f"update_{noun.member}", target)
        return id

    @operation()
    def list(self, request: Any, *, resource: str, id: str) -> Any:
        """List the tags."""
        return {"tags": tags.listed(self.found(resource, id, "get"))}

    @operation(status=204)
    def retrieve(self, request: Any, *, resource: str, id: str, tag: str) -> Any:
        """Tell whether a tag is there."""
        if tag not in tags.listed(self.found(resource, id, "get")):
            raise errors.TagNotFound(tag=tag)

    def read(self, body: Any) -> Any:
        wanted = body.get("tags") if isinstance(body, dict) else None
        if not isinstance(wanted, list):
            raise errors.InvalidInput(error_message="Invalid tags body")
        reason = read_tags(wanted)
        if reason:
            raise errors.InvalidInput(error_message=reason)
        return wanted

    @operation(status=201)
    def create(self, request: Any, *, resource: str, id: str) -> Any:
        """Add tags."""
        wanted = self.read(request.json)
        self.found(resource, id, "update")
        tags.add(self.model(resource), id, wanted)
        return {"tags": tags.listed(id)}

    @operation(status=201)
    def add(self, request: Any, *, resource: str, id: str, tag: str) -> Any:
        """Add one tag."""
        wanted = self.read({"tags": [tag]})
        self.found(resource, id, "update")
        tags.add(self.model(resource), id, wanted)

    @operation()
    def update(self, request: Any, *, resource: str, id: str) -> Any:
        """Replace all tags."""
        wanted = self.read(request.json)
        self.found(resource, id, "update")
        tags.replace(self.model(resource), id, wanted)
        return {"tags": tags.listed(id)}

    @operation(status=204)
    def destroy(self, request: Any, *, resource: str, id: str, tag: str) -> Any:
        """Take one tag away."""
        self.found(resource, id, "update")
        tags.remove(self.model(resource), id, tag)

    @operation(status=204)
    def clear(self, request: Any, *, resource: str, id: str) -> Any:
        """Take all tags away."""
        self.found(resource, id, "update")
        tags.replace(self.model(resource), id, [])
