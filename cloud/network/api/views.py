"""The five operations that every noun has, written once."""

from typing import Any, ClassVar

from cloud.network import errors, policies
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
            return self.show(made[0], everything=True)
        ask = NetworkAsk(self.context)
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
        self.demand_write(f"update_{self.noun.member}", target, values, item)
        self.check_revision(found)
        self.change(found, values)
        return self.show(id, everything=True)

    @operation(status=204)
    def destroy(self, request: Any, *, id: str, **url: str) -> Any:
        """Delete one."""
        self.enter(url)
        found = self.fetch(id)
        self.demand(f"delete_{self.noun.member}", self.target_of(found))
        self.check_revision(found)
        self.remove(found)

    # Parts of them

    def everything(self, ids: Any) -> Any:
        return self.noun.model._default_manager.filter(id__in=ids)

    def show(self, id: str, *, everything: bool = False) -> Any:
        """Render one; with `everything` the caller has just written it."""
        ask = NetworkAsk(self.context)
        ask.only = fields_of(self.request.params)
        if everything:
            rows = self.noun.load_one(id, ask)
        else:
            rows = self.noun.load(self.scope().filter(id=id), ask)
        if not rows:
            raise self.absent(id)
        return {self.noun.member: self.noun.shape.render(rows[0], ask)}

    def fetch(self, id: str) -> Any:
        found = self.scope().filter(id=id).first()
        if found is None:
            raise self.absent(id)
        return found

    def absent(self, id: str) -> errors.NetworkError:
        """The refusal for an id that is not there, or not to be seen."""
        context = self.context
        if (
            context.is_admin
            and policies.foreign_scope(context) is not None
            and self.everything([id]).exists()
        ):
            # Neutron: finds it for an administrator, and then heeds the scope.
            return errors.HTTPNotFound("The resource could not be found.")
        return self.noun.missing(id)

    def item(self, body: Any) -> Values:
        if not isinstance(body, dict):
            raise errors.HTTPBadRequest("Body contains invalid data")
        item = body.get(self.noun.member)
        if not isinstance(item, dict):
            raise errors.HTTPBadRequest(f"Unable to find '{self.noun.member}' in request body")
        return item

    def items(self, body: Any) -> tuple[Items, bool]:
        """The resources of a body, and whether there may be several."""
        if isinstance(body, dict) and self.noun.plural in body:
            items = body[self.noun.plural]
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise errors.HTTPBadRequest("Resource body required")
            # Neutron: the items of a bulk create may be wrapped in the member's name again.
            return [
                item[self.noun.member] if set(item) == {self.noun.member} else item
                for item in items
            ], True
        return [self.item(body)], False

    def demand_write(self, action: str, target: Values, values: Values, given: Values) -> None:
        """Ask the rule of an operation, and those of each attribute that was given."""
        context = self.context
        asked = [action]
        allowed = policies.grants(context, action, target)
        for key in given:
            rule = f"{action}:{key}"
            if allowed and rule in policies.RULES and self._was_set(action, key, values):
                asked.append(rule)
                allowed = policies.grants(context, rule, target)
            for inner in _keys(given[key]):
                rule = f"{action}:{key}:{inner}"
                if allowed and rule in policies.RULES:
                    asked.append(rule)
                    allowed = policies.grants(context, rule, target)
        scope = policies.foreign_scope(context)
        # Neutron: rules of attributes hide the scope of the operation's own.
        if scope is not None and len(asked) == 1:
            raise errors.InvalidScope(rule=action, scope=scope)
        if not allowed:
            rules = " and ".join(f"rule:{name}" for name in asked)
            raise errors.PolicyNotAuthorized(rule=f"({rules})" if len(asked) > 1 else rules)

    def _was_set(self, action: str, key: str, values: Values) -> bool:
        # Neutron: what equals the default counts as not given when something is created.
        field = self.noun.fields[key]
        return action.startswith("update") or values.get(key) != field.default

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


def _keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value)
    if isinstance(value, list):
        return {key for item in value if isinstance(item, dict) for key in item}
    return set()
