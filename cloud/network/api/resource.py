"""The declarative core: what a noun of Neutron's API is, and how its bodies and rows are read.

A noun is a class with a Field for each attribute.  From that one declaration come the checks of
request bodies, the filters and sort keys of lists, and the Shape that renders rows.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any, ClassVar

from django.db.models import Model, Q, QuerySet

from cloud.network import errors, policies
from cloud.network.models import Tag
from middleware.context import RequestContext
from versioned.prepared import Prepared, Related
from versioned.shape import Ask, Attr, Shape

REQUIRED: Any = type("Required", (), {"__repr__": lambda self: "REQUIRED"})()
UNSET: Any = type("Unset", (), {"__repr__": lambda self: "UNSET"})()

Rows = list[dict[str, Any]]
Params = dict[str, list[str]]
Loader = Callable[[Rows, "NetworkAsk"], Mapping[str, Any]]


class NetworkAsk(Ask):
    """What a renderer may ask: the caller's grants, and the caller."""

    def __init__(self, context: RequestContext) -> None:
        super().__init__((2, 0), lambda rule: policies.allows(context, rule, {}))
        self.context = context
        # Whether what is rendered was just made.
        self.is_new = False
        self.reads = context.is_admin or "reader" in context.roles


class Sight(Enum):
    """How much of a noun a caller sees."""

    ALL = "all"
    OWN = "its own, and what is shared with it"
    SHARED = "what is shared with it"
    NOTHING = "nothing"


class Field:
    """An attribute of a noun.

    `source`: a column, or a function `(row, ask)`; by default the attribute's own name.  `key`:
    the name on the wire.  `post`, `put`: whether bodies may hold it.  `default`: REQUIRED, UNSET
    (left out of what the domain gets) or a value.  `convert`, `check`: applied to values in
    bodies, in this order.  `filters`: True, or a function from values to a Q.  `sort`: whether
    lists sort by it, or the column that they sort by.  `needs`: columns or related things that a
    function reads.  `guarded`: whether policy is asked when the attribute is set; `parts`: the
    keys of its value that have rules of their own.
    """

    def __init__(
        self,
        source: Any = None,
        *,
        key: str | None = None,
        post: bool = False,
        put: bool = False,
        default: Any = REQUIRED,
        convert: Callable[[Any], Any] | None = None,
        check: Callable[[Any], str | None] | None = None,
        show: bool = True,
        filters: bool | Callable[[list[str], RequestContext], Q] = False,
        sort: bool | str = False,
        needs: str | Iterable[str] = (),
        when: Callable[[Any, Any], bool] | None = None,
        guarded: bool = False,
        parts: tuple[str, ...] = (),
    ) -> None:
        self.source = source
        self.key = key or ""
        self.post, self.put, self.default = post, put, default
        self.convert, self.check = convert, check
        self.show, self.filters, self.sort = show, filters, sort
        self.needs, self.when = needs, when
        self.guarded, self.parts = guarded, parts

    def named(self, name: str) -> None:
        self.key = self.key or name
        self.source = self.source or name

    def attr(self, member: str) -> Attr:
        rule = f"get_{member}:{self.key}"
        policy = rule if rule in policies.RULES else None
        return Attr(self.source, key=self.key, policy=policy, needs=self.needs, when=self.when)

    def read(self, value: Any, *, name: str | None = None) -> Any:
        """Convert and check a value from a body; `name`: what a refusal calls it."""
        if self.convert is not None:
            value = self.convert(value)
        if self.check is not None:
            reason = self.check(value)
            if reason:
                key = name or self.key
                raise errors.HTTPBadRequest(f"Invalid input for {key}. Reason: {reason}.")
        return value

    @property
    def column(self) -> str | None:
        """What lists are sorted by, None if it is nothing that is stored."""
        if isinstance(self.sort, str):
            return self.sort
        return self.source if isinstance(self.source, str) else None

    @property
    def filters_converted(self) -> bool:
        """Whether a list is filtered by something else than the texts of the query."""
        return self.convert is not None and self.convert.__name__.startswith(("to_bool", "to_int"))

    def where(self, values: list[str], context: RequestContext) -> Q:
        """The condition that a list filtered by `values` has."""
        if callable(self.filters):
            return self.filters(values, context)
        wanted: list[Any] = list(values)
        if self.filters_converted and self.convert is not None:
            wanted = [self.convert(value) for value in values]
        found = Q(**{f"{self.source}__in": wanted})
        # Neutron: an empty string asks for what has no value.
        return found | Q(**{f"{self.source}__isnull": True}) if "" in values else found


_TAGS = Related(
    lambda: Tag.objects.order_by("tag").values_list("resource_id", "tag"), "resource_id"
)
# One prepared query for each set of columns that is ever shown of one.
_by_id: dict[tuple[type[Model], tuple[str, ...]], Prepared[dict[str, Any]]] = {}


def tags_of(rows: Rows, ask: NetworkAsk) -> Mapping[str, list[str]]:
    """Related loader: the tags of each row."""
    found: dict[str, list[str]] = {row["id"]: [] for row in rows}
    for resource_id, tag in _TAGS(list(found)):
        found[resource_id].append(tag)
    return found


class Noun:
    """A kind of resource.  Subclasses declare Fields and the hooks below."""

    member: ClassVar[str]
    plural: ClassVar[str]
    model: ClassVar[type[Model]]
    related: ClassVar[dict[str, Loader]] = {}
    fields: ClassVar[dict[str, Field]] = {}
    shape: ClassVar[type[Shape]]
    tagged: ClassVar[bool] = False
    owned: ClassVar[bool] = True
    # Neutron: its four core nouns are served by another framework than its extensions.
    is_core: ClassVar[bool] = False
    # Whether several are made by one request.
    has_bulk: ClassVar[bool] = True
    # Neutron: most nouns know their owner as `tenant_id`, and say so when they refuse one.
    says_project: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        own: dict[str, Field] = {}
        for name, value in list(vars(cls).items()):
            if isinstance(value, Field):
                value.named(name)
                own[value.key] = value
        cls.fields = {**cls.fields, **own}
        if "member" in vars(cls):
            attrs = {
                f"a{index}": field.attr(cls.member)
                for index, field in enumerate(cls.fields.values())
                if field.show
            }
            cls.shape = type(f"{cls.__name__}Shape", (Shape,), attrs)

    # Hooks

    @classmethod
    def missing(cls, resource_id: str) -> errors.NetworkError:
        """The refusal for an id that is not there."""
        raise NotImplementedError

    @classmethod
    def visible(cls, context: RequestContext) -> Q:
        """What a caller who is no admin sees."""
        return Q(project_id=context.project_id)

    @classmethod
    def offered(cls, context: RequestContext) -> Q:
        """What of it is shared with the caller, whose it may be besides."""
        return Q(pk=None)

    # Rows

    @classmethod
    def scope(cls, context: RequestContext) -> QuerySet[Any]:
        """Everything that the caller may see."""
        return cls.seen(context, cls.sight(context))

    @classmethod
    def sight(cls, context: RequestContext) -> Sight:
        """How much the caller may see."""
        rule = f"get_{cls.member}"
        if policies.foreign_scope(context) is not None:
            return Sight.NOTHING
        if context.is_admin or (
            "service" in context.roles and "service" in policies.RULES.get(rule, ())
        ):
            return Sight.ALL
        everything = {
            "project_id": context.project_id,
            "network_project_id": context.project_id,
            "group_project_id": context.project_id,
            "parent_project_id": context.project_id,
        }
        if policies.allows(context, rule, everything):
            return Sight.OWN
        # Neutron: nobody needs a role to see what is shared.
        return Sight.SHARED if "shared" in policies.RULES.get(rule, ()) else Sight.NOTHING

    @classmethod
    def reach(cls, context: RequestContext) -> QuerySet[Any]:
        """Everything that is found for the caller, before policy is asked."""
        is_wide = context.is_admin or "service" in context.roles
        return cls.seen(context, Sight.ALL if is_wide else Sight.OWN)

    @classmethod
    def seen(cls, context: RequestContext, sight: Sight) -> QuerySet[Any]:
        """What a caller with that sight sees."""
        found = cls.model._default_manager.all()
        if sight is Sight.ALL:
            return found
        if sight is Sight.SHARED:
            return found.filter(cls.offered(context))
        return found.filter(cls.visible(context)) if sight is Sight.OWN else found.none()

    @classmethod
    def load(cls, found: QuerySet[Any], ask: NetworkAsk) -> Rows:
        """Rows with the columns and the related things that rendering for `ask` reads."""
        return cls.complete(list(found.values(*cls.own(ask))), ask)

    @classmethod
    def load_one(cls, resource_id: str, ask: NetworkAsk) -> Rows:
        """The same of one that the caller may see, if it is there."""
        own = cls.own(ask)
        prepared = _by_id.get((cls.model, own))
        if prepared is None:
            manager = cls.model._default_manager
            prepared = Prepared(lambda id: manager.filter(id=id).values(*own), str)
            if ask.only is None:
                _by_id[cls.model, own] = prepared
        return cls.complete(prepared(resource_id), ask)

    @classmethod
    def own(cls, ask: NetworkAsk) -> tuple[str, ...]:
        """The noun's own columns that rendering for `ask` reads."""
        columns = cls.shape.columns(ask)
        return ("id", *(c for c in columns if c not in cls.related and c != "id"))

    @classmethod
    def complete(cls, rows: Rows, ask: NetworkAsk) -> Rows:
        """The rows with the related things that rendering for `ask` reads."""
        if rows:
            for name in cls.shape.columns(ask):
                if name in cls.related:
                    values = cls.related[name](rows, ask)
                    for row in rows:
                        row[name] = values.get(row["id"])
        return rows

    # Bodies

    @classmethod
    def read_new(cls, body: dict[str, Any], context: RequestContext) -> dict[str, Any]:
        """Check a body that creates; every attribute with a default is there afterwards."""
        given = cls._owner(body, context)
        if cls.owned and "project_id" not in given:
            if context.project_id is None:
                raise errors.HTTPBadRequest(
                    "Running without keystone AuthN requires that project_id is specified"
                )
            given["project_id"] = context.project_id
        cls._refuse_unknown(given)
        for key, field in cls.fields.items():
            if not field.post and key in given:
                raise errors.HTTPBadRequest(f"Attribute '{key}' not allowed in POST")
            if field.post and key not in given and field.default is REQUIRED:
                raise errors.HTTPBadRequest(
                    f"Failed to parse request. Required attribute '{key}' not specified"
                )
        values: dict[str, Any] = {}
        for key, field in cls.fields.items():
            if key in given:
                values[key] = field.read(given[key], name=cls._said(key))
            elif field.post and field.default is not UNSET:
                value = field.default
                values[key] = value.copy() if isinstance(value, (list, dict)) else value
        return values

    @classmethod
    def read_change(cls, body: dict[str, Any], context: RequestContext) -> dict[str, Any]:
        """Check a body that updates; only what was given is there afterwards."""
        given = cls._owner(body, context)
        cls._refuse_unknown(given)
        for key, field in cls.fields.items():
            if key in given and not field.put:
                raise errors.HTTPBadRequest(f"Cannot update read-only attribute {cls._said(key)}")
        return {key: field.read(given[key]) for key, field in cls.fields.items() if key in given}

    @classmethod
    def _said(cls, key: str) -> str:
        return "tenant_id" if key == "project_id" and not cls.says_project else key

    @classmethod
    def _owner(cls, body: dict[str, Any], context: RequestContext) -> dict[str, Any]:
        """What a body gives, its owner by one name."""
        given = dict(body)
        names = [name for name in ("project_id", "tenant_id") if name in given]
        if not names:
            return given
        project = given[names[0]]
        if given.pop("tenant_id", project) != project:
            raise errors.HTTPBadRequest("'project_id' and 'tenant_id' do not match")
        given["project_id"] = project
        if project != context.project_id and not (context.is_admin or "service" in context.roles):
            raise errors.HTTPBadRequest(
                "Specifying 'project_id' other than the authenticated project in request is not "
                "allowed for the current user."
            )
        return given

    @classmethod
    def _refuse_unknown(cls, given: dict[str, Any]) -> None:
        unknown = [key for key in given if key not in cls.fields]
        if "project_id" in unknown:
            # Neutron: an owner goes by both names, whichever was given.
            unknown.append("tenant_id")
        if unknown:
            raise errors.HTTPBadRequest(f"Unrecognized attribute(s) '{', '.join(unknown)}'")
