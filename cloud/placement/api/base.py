"""What every resource of Placement shares: its versions, schemas, headers and faults."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import jsonschema
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import http_date
from rest_framework.exceptions import MethodNotAllowed

from cloud.placement.api import faults, policies
from cloud.placement.api.faults import Fault
from cloud.placement.api.history import FIRST, LAST
from middleware.context import RequestContext
from versioned import wire
from versioned.formats import is_uuid_like
from versioned.negotiation import HeaderVersioning
from versioned.operation import ResourceViewSet
from versioned.schema import Dialect, Schema
from versioned.shape import Ask
from versioned.versions import Version

log = logging.getLogger(__name__)

CACHED_SINCE: Version = (1, 15)


def _is_strict_uuid(value: Any) -> bool:
    if not isinstance(value, str):
        return True
    try:
        UUID(value)
    except ValueError:
        return False
    return all(value[place] == "-" for place in (8, 13, 18, 23))


BODIES = Dialect(formats={"uuid": is_uuid_like})
# Placement: checks uuids in queries by JSON Schema's own rule, which wants the dashes.
QUERIES = Dialect(formats={"uuid": _is_strict_uuid})


class _Checked:
    """A ranged schema with Placement's words for what does not fit: the whole of jsonschema's."""

    dialect: ClassVar[Dialect]
    prefix: ClassVar[str]

    def __init__(self, tree: Any) -> None:
        self.schema = Schema(tree, self.dialect)

    def check(self, value: Any, version: Version) -> None:
        validator = self.schema.validator(version)
        if validator is None or validator.accepts_fast(value):
            return
        slow = jsonschema.Draft202012Validator(
            validator.schema, format_checker=self.dialect.checker()
        )
        error = jsonschema.exceptions.best_match(slow.iter_errors(value))
        if error is not None:
            raise Fault(400, f"{self.prefix}: {error}")


class Body(_Checked):
    """The schema of a body."""

    dialect = BODIES
    prefix = "JSON does not validate"


class Query(_Checked):
    """The schema of a query: of the last value of each parameter."""

    dialect = QUERIES
    prefix = "Invalid query string parameters"


class Versioning(HeaderVersioning):
    service_types = ("placement",)
    first = FIRST
    last = LAST


class PlacementAsk(Ask):
    """What shapes of Placement ask: the version, and the path that the service is mounted at."""

    def __init__(self, version: Version, mount: str) -> None:
        super().__init__(version)
        self.mount = mount


class PlacementViewSet(ResourceViewSet):
    """The order of checks is Placement's: version, media type, policy, what is named, body.

    So handlers read their bodies themselves, by `self.read(SCHEMA)`, when its turn has come.
    """

    versioning_class = Versioning
    # The first word of the path, after which links are made.
    collection: ClassVar[str] = ""
    # Methods that neither answer with JSON nor read it.
    without_json: ClassVar[frozenset[str]] = frozenset()
    is_public: ClassVar[bool] = False
    # Whether an answer is said to vary with the version.
    varies = True

    @property
    def context(self) -> RequestContext:
        found: RequestContext = self.request._request.context
        return found

    @property
    def version(self) -> Version:
        found: Version = self.request.version
        return found

    @property
    def mount(self) -> str:
        """The path that the service is mounted at."""
        path: str = self.request._request.path
        return path[: path.index(f"/{self.collection}")]

    @property
    def ask(self) -> PlacementAsk:
        return PlacementAsk(self.version, self.mount)

    # The path of a request

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        request.version = None
        context = getattr(request._request, "context", None)
        if not self.is_public and (
            context is None or (context.user_id is None and not context.roles)
        ):
            raise Fault(401)
        request.version = self.versioning_class().determine_version(request)
        self._check_content_length(request.META)
        if request.method.lower() not in self._methods():
            raise MethodNotAllowed(request.method)
        self.kwargs = kwargs

    def _methods(self) -> list[str]:
        # DRF answers HEAD wherever there is a GET, and OPTIONS everywhere; Placement neither.
        return [name for name in getattr(self, "action_map", {}) if name != "head"]

    def _check_content_length(self, environ: Mapping[str, Any]) -> None:
        length = environ.get("CONTENT_LENGTH")
        if not length:
            return
        try:
            is_empty = int(length) <= 0
        except ValueError:
            raise Fault(400, "content-length header must be an integer") from None
        if not is_empty and not environ.get("CONTENT_TYPE"):
            raise Fault(400, "content-type header required when content-length > 0")

    def authorize(self, target: Mapping[str, Any] | None = None) -> None:
        """Check media types, then ask the operation's rule of `target`."""
        self._check_media_types()
        rule, self.rule = self.rule, None
        if rule is None:
            return
        context = self.context
        if target is None:
            target = {"project_id": context.project_id, "user_id": context.user_id}
        if not policies.allows(rule, context, target):
            raise Fault(403, f"Policy does not allow {rule} to be performed.", varies=False)

    def _check_media_types(self) -> None:
        request = self.request._request
        method = request.method
        if method in self.without_json:
            return
        if method in ("POST", "PUT"):
            sent = request.META.get("CONTENT_TYPE") or "None"
            if sent.partition(";")[0].strip() != "application/json":
                kind = sent.partition(";")[0].strip()
                raise Fault(415, f"The media type {kind} is not supported, use application/json")
        elif method == "GET" and not faults.accepts_json(request):
            raise Fault(406, "Only application/json is provided")

    # What handlers read

    def read(self, schema: Body) -> Any:
        """The body, which fits `schema`."""
        try:
            value = wire.loads(self.request._request.body)
        except ValueError as exc:
            raise Fault(400, f"Malformed JSON: {exc}") from None
        schema.check(value, self.version)
        return value

    def query(self, schema: Query) -> dict[str, str]:
        """The query's parameters, the last value of each, which fit `schema`."""
        faults.check_text(self.request.META.get("QUERY_STRING", ""))
        found: dict[str, str] = self.request._request.GET.dict()
        schema.check(found, self.version)
        return found

    # What handlers answer

    def modified(self, when: datetime | None) -> None:
        """Say when what is answered was last changed, at versions that say so."""
        if self.version >= CACHED_SINCE:
            self.headers["Cache-Control"] = "no-cache"
            self.headers["Last-Modified"] = http_date(when.timestamp() if when else None)

    def respond(self, value: Any, status: int) -> HttpResponse:
        response = wire.json_response(value, status)
        if value is None:
            del response.headers["Content-Type"]
        return response

    def located(self, path: str) -> None:
        """Say where what was made is."""
        self.headers["Location"] = self.request._request.build_absolute_uri(f"{self.mount}/{path}")

    def handle_exception(  # type: ignore[override]
        self, exc: Exception
    ) -> HttpResponseBase:
        request = self.request._request
        allowed = ", ".join(name.upper() for name in self._methods())
        fault = faults.fault_of(exc, allowed)
        if fault is None:
            log.exception("Placement API unexpected error")
            fault = Fault(500)
        self.headers = {}
        self.varies = fault.varies
        # What nobody has to log in for has no context, but an id.
        context = getattr(request, "context", None)
        known = request.META.get("openstack.request_id", "")
        request_id = context.request_id if context else known
        return faults.render(fault, request, self.request.version, request_id)

    def finish(self, request: Any, response: HttpResponseBase) -> HttpResponseBase:
        for name, value in self.headers.items():
            response.headers[name] = value
        if request.version is not None:
            for name, value in Versioning.headers(request.version):
                response.headers[name] = value
            if self.varies:
                response.headers["Vary"] = "openstack-api-version"
        return response
