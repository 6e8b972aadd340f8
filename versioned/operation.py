"""`@operation`: one HTTP operation, its versions, schemas, policy and status; and its ViewSet.

The order of checks is the same everywhere, because it decides which error a client sees: version
negotiation, content type, the body is JSON, the URL's project is the token's, the version range
of the operation, query schema, body schema, policy, handler.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from versioned import wire
from versioned.schema import Dialect, Schema
from versioned.versions import EARLIEST, Ranged, Version, after, changing, marks, span

Handler = Callable[..., Any]


class NotInThisVersion(Exception):
    """The operation exists, but not at the version asked for."""


class MalformedBody(Exception):
    """The body is not JSON."""


class UnsupportedMediaType(Exception):
    """The body has a content type that the service does not read."""


class PolicyNotAsked(RuntimeError):
    """A handler answered without asking the policy that it declares: a bug, never a yes."""


class Variant:
    """One body of an operation, for one range of versions."""

    def __init__(
        self,
        handler: Handler,
        *,
        policy: str | None,
        target: str,
        body: Any,
        query: Any,
        status: Any,
        since: str | None,
        until: str | None,
    ) -> None:
        self.handler = handler
        self.policy = policy
        self.target = target
        self.body_tree = body
        self.query_tree = query
        self.status_tree = changing(status) if isinstance(status, Mapping) else status
        self.first, self.last = span(since, until)
        self.body: Schema | None = None
        self.query: Schema | None = None
        self.envelope: str | None = None

    def bind(self, dialect: Dialect) -> None:
        if self.body_tree is not None:
            self.body = _schema(self.body_tree, dialect, is_body=True)
            self.envelope = _envelope(self.body.tree)
        if self.query_tree is not None:
            self.query = _schema(self.query_tree, dialect, is_body=False)

    def holds(self, version: Version) -> bool:
        return self.first <= version and (self.last is None or version <= self.last)

    def status(self, version: Version) -> int:
        tree = self.status_tree
        return int(tree.at(version) if isinstance(tree, Ranged) else tree)

    def marks(self) -> set[Version]:
        found = {self.first} | marks(self.status_tree)
        if self.last is not None:
            found.add(after(self.last))
        for schema in (self.body, self.query):
            if schema is not None:
                found |= schema.marks
        return found - {EARLIEST}


def _schema(tree: Any, dialect: Dialect, *, is_body: bool) -> Schema:
    return tree if isinstance(tree, Schema) else Schema(tree, dialect, is_body=is_body)


def _envelope(tree: Any) -> str | None:
    properties = tree.get("properties") if isinstance(tree, dict) else None
    return next(iter(properties)) if properties and len(properties) == 1 else None


class Operation:
    """A method of a ResourceViewSet: one or more variants with ranges that do not overlap."""

    def __init__(self, variant: Variant) -> None:
        self.variants = [variant]
        self.name = variant.handler.__name__
        self.__doc__ = variant.handler.__doc__

    def also(self, **how: Any) -> Callable[[Handler], "Operation"]:
        """Add another body for another range of versions."""

        def add(handler: Handler) -> "Operation":
            self.variants.append(_variant(handler, **how))
            return self

        return add

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, view: Any, owner: type | None = None) -> Any:
        return self if view is None else partial(self.call, view)

    def bind(self, dialect: Dialect) -> None:
        for variant in self.variants:
            variant.bind(dialect)

    def marks(self) -> set[Version]:
        return set().union(*(variant.marks() for variant in self.variants))

    def at(self, version: Version) -> Variant:
        for variant in self.variants:
            if variant.holds(version):
                return variant
        raise NotInThisVersion(self.name)

    def call(self, view: "ResourceViewSet", request: Any, **kwargs: Any) -> HttpResponseBase:
        variant = self.at(request.version)
        if variant.query is not None:
            view.check_query(variant.query)
        if variant.body is not None:
            body = variant.body.check(request.json, view.schema_version, relaxed=view.is_relaxed)
            if variant.envelope is None:
                kwargs["body"] = body
            else:
                name = variant.envelope.replace("-", "_").replace(":", "_")
                kwargs[name] = body.get(variant.envelope)
            request.json = body
        view.rule = variant.policy
        if variant.policy is not None and variant.target == "own":
            view.authorize()
        result = variant.handler(view, request, **kwargs)
        if view.rule is not None:
            raise PolicyNotAsked(f"{type(view).__name__}.{self.name}: {view.rule}")
        if isinstance(result, HttpResponseBase):
            return result
        return view.respond(result, variant.status(request.version))


def _variant(
    handler: Handler,
    *,
    policy: str | None = None,
    target: str = "own",
    body: Any = None,
    query: Any = None,
    status: Any = 200,
    since: str | None = None,
    until: str | None = None,
) -> Variant:
    return Variant(
        handler,
        policy=policy,
        target=target,
        body=body,
        query=query,
        status=status,
        since=since,
        until=until,
    )


def operation(**how: Any) -> Callable[[Handler], Operation]:
    """Declare a method of a ResourceViewSet as an operation.

    `policy`: the rule to ask; with `target="own"` (default) it is asked of the caller's own
    project before the handler runs, with `target="found"` the handler looks its target up first
    and calls `self.authorize(target)`, and forgetting that is an error, never a yes.
    `body`, `query`: ranged schemas.  `status`: a code, or codes by version.  `since`, `until`:
    outside them the operation does not exist.

    The handler gets the inside of the body's envelope as a keyword of the envelope's name (the
    whole body as `body` when there is no single envelope), and returns what is to be rendered,
    None for an empty answer, or a response.
    """
    return lambda handler: Operation(_variant(handler, **how))


class ResourceViewSet(ViewSet):  # type: ignore[misc]
    """DRF's ViewSet plus negotiation, JSON bodies and one place for faults.

    A service subclasses it once, with its dialect, its versioning class, and the hooks below.
    """

    dialect: ClassVar[Dialect] = Dialect()
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    parser_classes = ()
    media_types: ClassVar[frozenset[str]] = frozenset({"application/json"})

    request: Any
    rule: str | None = None
    is_relaxed = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for value in vars(cls).values():
            if isinstance(value, Operation):
                value.bind(cls.dialect)

    @classmethod
    def operations(cls) -> dict[str, Operation]:
        return {
            name: value
            for base in reversed(cls.__mro__)
            for name, value in vars(base).items()
            if isinstance(value, Operation)
        }

    @classmethod
    def as_view(cls, actions: Any = None, **how: Any) -> Any:
        """DRF's, which would put None in the place of a method called `detail`."""
        own = vars(cls).get("detail")
        view = super().as_view(actions, **how)
        if own is not None:
            cls.detail = own
        return view

    # Hooks of a service

    def authorize(self, target: Mapping[str, Any] | None = None) -> None:
        """Ask the operation's rule of `target` (None: the caller's own project), or raise."""
        self.rule = None

    @property
    def schema_version(self) -> Version:
        """The version at which request schemas are asked."""
        version: Version = self.request.version
        return version

    def respond(self, value: Any, status: int) -> HttpResponse:
        return wire.json_response(value, status)

    def check_url(self, kwargs: dict[str, Any]) -> None:
        """Refuse or take out what the URL carries beside the resource's own ids."""

    def check_query(self, schema: Schema) -> None:
        """Validate the query and leave its values, a list each, in `request.params`."""
        schema.check(self.request.params, self.schema_version, relaxed=self.is_relaxed)

    # The path of a request

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        return Request(request, parsers=())

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Negotiate the version and the content type, read the body, check the URL."""
        # A service without microversions has one version, which everything holds at.
        request.version = EARLIEST if self.versioning_class is None else None
        if self.versioning_class is not None:
            request.version = self.versioning_class().determine_version(request)
        request.params = (
            dict(request._request.GET.lists()) if request.META.get("QUERY_STRING") else {}
        )
        self.check_media_type(request)
        request.json = self.read_body(request)
        self.check_url(kwargs)
        self.kwargs = kwargs

    def check_media_type(self, request: Any) -> None:
        declared = request.META.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        if declared and declared != "text/plain" and declared not in self.media_types:
            raise UnsupportedMediaType(declared)

    def read_body(self, request: Any) -> Any:
        if request.method not in ("POST", "PUT", "PATCH"):
            return None
        raw = request._request.body
        if not raw:
            return None
        try:
            return wire.loads(raw)
        except ValueError:
            raise MalformedBody from None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """DRF's dispatch, less its renderers: handlers answer with finished responses."""
        self.args = args
        self.kwargs = kwargs
        asked = self.initialize_request(request)
        self.request = asked
        self.headers: dict[str, str] = {}
        try:
            self.initial(asked, **kwargs)
            handler = getattr(self, request.method.lower(), self.http_method_not_allowed)
            response: HttpResponseBase = handler(asked, **self.kwargs)
        except RequestDataTooBig:
            # No fault of the service: the sizelimit filter answers it.
            raise
        except Exception as exc:
            response = self.handle_exception(exc)
        return self.finish(asked, response)

    def finish(self, request: Any, response: HttpResponseBase) -> HttpResponseBase:
        """Add the headers that every answer of the service carries."""
        return response
