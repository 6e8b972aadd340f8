"""The five operations that every noun has, written once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from cloud.network import errors
from cloud.network.api import judging
from cloud.network.api.base import NetworkViewSet
from cloud.network.api.listing import Listing, fields_of
from cloud.network.api.resource import NetworkAsk, Noun
from cloud.network.domain import standard
from versioned.operation import operation

Values = dict[str, Any]
Items = list[Values]


class NounViewSet(NetworkViewSet):
    """List, show, create, update and delete of `noun`; subclasses say how in the hooks."""

    noun: ClassVar[type[Noun]]

    # Hooks

    def make(self, values: Values) -> str:
        """Create what `values` say, and answer with its id."""
        raise errors.HTTPNotImplemented("POST requests are not supported on this resource.")

    def change(self, found: Any, values: Values) -> None:
        raise errors.HTTPNotImplemented("PUT requests are not supported on this resource.")

    def remove(self, found: Any) -> None:
        raise errors.HTTPNotImplemented("DELETE requests are not supported on this resource.")

    def target_of_new(self, values: Values) -> Values:
        """What policy is asked of when something is created."""
        return values

    def target_of(self, found: Any) -> Values:
        """What policy is asked of when `found` is changed or deleted."""
        return {"project_id": getattr(found, "project_id", None)}

    def enter(self, url: dict[str, str]) -> None:
        """Look up what the URL names above the noun."""

    def scope(self) -> Any:
        """What the caller may see."""
        return self.noun.scope(self.context)

    # Operations

    @operation()
    def list(self, request: Any, **url: str) -> Any:
        """List what the caller may see."""
        self.enter(url)
        listing = Listing(self.noun, request.params, self.context)
        has_own_scope = type(self).scope is not NounViewSet.scope
        rendered = listing.run(self.scope if has_own_scope else None, NetworkAsk(self.context))
        body: Values = {self.noun.plural: rendered}
        if listing.limit is not None:
            asked = request.build_absolute_uri(request.path)
            body[f"{self.noun.plural}_links"] = listing.links(asked)
        return body

    @operation()
    def retrieve(self, request: Any, *, id: str, **url: str) -> Any:
        """Show one."""
        self.enter(url)
        return self.show(id)

    @operation(status=201)
    def create(self, request: Any, **url: str) -> Any:
        """Create one, or several at once."""
        self.enter(url)
        items, many = self.items(request.json)
        prepared = []
        for item in items:
            values = self.noun.read_new(item, self.context)
            self.demand_write(
                f"create_{self.noun.member}", self.target_of_new(values), values, item
            )
            prepared.append(values)
        made = standard.together(self.make, prepared)
        if not many:
            return self.show(made[0], is_new=True)
        ask = NetworkAsk(self.context)
        ask.is_new = True
        rows = {row["id"]: row for row in self.noun.load(self.everything(made), ask)}
        return {self.noun.plural: [self.noun.shape.render(rows[id], ask) for id in made]}

    @operation()
    def update(self, request: Any, *, id: str, **url: str) -> Any:
        """Change one."""
        self.enter(url)
        item = self.item(request.json)
        values = self.noun.read_change(item, self.context)
        found = self.fetch(id)
        target = self.target_of(found) | {k: v for k, v in values.items() if k != "project_id"}
        with self.hiding(found):
            self.demand_write(f"update_{self.noun.member}", target, values, item)
        self.check_revision(found)
        self.change(found, values)
        return self.show(id, everything=True)

    def http_method_not_allowed(self, request: Any, *args: Any, **url: str) -> Any:
        if request.method in ("PUT", "DELETE") and "id" not in url:
            # Neutron: looks for what is to be written before it finds that nothing was named.
            if request.method == "PUT":
                self.noun.read_change(self.item(request.json), self.context)
            self.enter(url)
            raise self.noun.missing("None")
        return super().http_method_not_allowed(request, *args, **url)

    @operation(status=204)
    def destroy(self, request: Any, *, id: str, **url: str) -> Any:
        """Delete one."""
        if request._request.body and not self.noun.is_core:
            self.refuse_body()
        self.enter(url)
        found = self.fetch(id)
        with self.hiding(found):
            self.demand(f"delete_{self.noun.member}", self.target_of(found))
        if request._request.body:
            self.refuse_body()
        self.check_revision(found)
        self.remove(found)

    # Parts of them

    def refuse_body(self) -> None:
        raise errors.HTTPBadRequest("Request body is not supported in DELETE.")

    def act_on(self, id: str, action: str, given: Any = None) -> Any:
        """One that an action of its own is about, if the caller may do that."""
        found = self.reach().filter(id=id).first()
        if found is None:
            raise self.noun.missing(id)
        if not self.scope().filter(id=id).exists():
            raise errors.HTTPNotFound("The resource could not be found.")
        values = {**self.acted_on(found), **(given if isinstance(given, dict) else {})}
        # Neutron: what is empty says nothing, and what no name can be in neither.
        asked: Any = given if given and isinstance(given, (dict, list, str)) else values
        judging.demand(self.context, self.noun, action, self.target_of(found), values, asked)
        return found

    def acted_on(self, found: Any) -> Values:
        """The attributes that rules of actions are asked of, too, as they are."""
        return {}

    def everything(self, ids: Any) -> Any:
        return self.noun.model._default_manager.filter(id__in=ids)

    def show(self, id: str, *, everything: bool = False, is_new: bool = False) -> Any:
        """Render one; with `everything` the caller has just written it, or made it (`is_new`)."""
        ask = NetworkAsk(self.context)
        ask.is_new = is_new
        ask.only = fields_of(self.request.params)
        if everything or is_new:
            rows = self.noun.load_one(id, ask)
        else:
            rows = self.noun.load(self.scope().filter(id=id), ask)
        if not rows:
            raise self.absent(id)
        return {self.noun.member: self.noun.shape.render(rows[0], ask)}

    def reach(self) -> Any:
        """What is found for the caller, before policy is asked."""
        return self.noun.reach(self.context)

    def fetch(self, id: str) -> Any:
        """One that a request wants to write, whether or not the caller may."""
        found = self.reach().filter(id=id).first()
        if found is None:
            raise self.noun.missing(id)
        return found

    @contextmanager
    def hiding(self, found: Any) -> Iterator[None]:
        """Tell a caller who may not see `found` that it is not there, in place of a refusal."""
        try:
            yield
        except (errors.PolicyNotAuthorized, errors.InvalidScope):
            if self.scope().filter(pk=found.pk).exists():
                raise
            raise errors.HTTPNotFound("The resource could not be found.") from None

    def absent(self, id: str) -> errors.NetworkError:
        """The refusal for an id that is not there, or not to be seen."""
        if self.reach().filter(id=id).exists():
            kind = errors.Unseen if self.noun.is_core else errors.HTTPNotFound
            return kind("The resource could not be found.")
        return self.noun.missing(id)

    def item(self, body: Any) -> Values:
        """The resource of a body that changes one."""
        if not self.noun.is_core and not isinstance(body, dict | list):
            raw = self.request._request.body
            raise errors.BadRequest(resource="body", msg=f"Invalid format: {raw!r}")
        self.check_body(body)
        if self.noun.plural in body and not (self.noun.has_bulk and not self.noun.is_core):
            raise errors.HTTPBadRequest("Bulk operation not supported")
        return self.one(body)

    def check_body(self, body: Any) -> None:
        """Refuse what is no object."""
        if self.noun.is_core and not self.request._request.body:
            raise errors.HTTPBadRequest(f"Unable to find '{self.noun.member}' in request body")
        if not self.noun.is_core and not body:
            raise errors.HTTPBadRequest("Resource body required")
        if not isinstance(body, dict):
            raise errors.HTTPBadRequest("Body contains invalid data")

    def one(self, body: Values) -> Values:
        item = body.get(self.noun.member)
        if item is None:
            raise errors.HTTPBadRequest(f"Unable to find '{self.noun.member}' in request body")
        if not isinstance(item, dict):
            raise errors.HTTPBadRequest(f"Object '{self.noun.member}' contains invalid data")
        return item

    def items(self, body: Any) -> tuple[Items, bool]:
        """The resources of a body, and whether there may be several."""
        member = self.noun.member
        self.check_body(body)
        if self.noun.plural not in body:
            return [self.one(body)], False
        if not self.noun.has_bulk:
            raise errors.HTTPBadRequest("Bulk operation not supported")
        items = body[self.noun.plural]
        if not items:
            raise errors.HTTPBadRequest("Resources required")
        try:
            # Neutron: the items of a bulk create may be wrapped in the member's name again.
            return [self.one(item if member in item else {member: item}) for item in items], True
        except TypeError:
            raise errors.HTTPBadRequest("Body contains invalid data") from None

    def demand_write(self, action: str, target: Values, values: Values, given: Values) -> None:
        """Ask the rule of an operation, and those of each attribute that was given."""
        judging.demand(self.context, self.noun, action, target, values, given)

    def check_revision(self, found: Any) -> None:
        """Refuse when If-Match names another revision."""
        header = self.request.META.get("HTTP_IF_MATCH")
        if not header:
            return
        wanted = standard.read_revision(header)
        if wanted is not None and wanted != getattr(found, "revision_number", wanted):
            raise errors.RevisionNumberConstraintFailed(
                f"Constrained to {wanted}, but current revision is {found.revision_number}"
            )
