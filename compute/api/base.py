"""What every resource of the Compute API shares: Nova's versions, schemas, policy and faults."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar

import jsonschema
from django.http import HttpResponse
from django.http.response import HttpResponseBase

from compute.api import faults, history, policy
from compute.api.formats import FORMATS, InvalidName
from compute.api.links import Links
from compute.domain.errors import BadRequest
from middleware.webob_errors import not_found
from versioned import wire
from versioned.answer import Answer, Headers
from versioned.negotiation import HeaderVersioning
from versioned.operation import ResourceViewSet, UnsupportedMediaType
from versioned.schema import Dialect, Invalid, Schema
from versioned.shape import Ask
from versioned.versions import Version

LEGACY: Version = (2, 0)
MEDIA_TYPES = frozenset({"application/json", "application/vnd.openstack.compute+json"})


class ComputeVersioning(HeaderVersioning):
    service_types = ("compute",)
    older_headers = ("X-OpenStack-Nova-API-Version",)
    first = history.EARLIEST
    last = history.NEWEST


@lru_cache(maxsize=256)
def _headers(version: Version) -> Headers:
    """What an answer at this version says of it."""
    headers, said = Headers(), dict(ComputeVersioning.headers(version))
    for name, text in said.items():
        headers[name] = text
    headers["Vary"] = ", ".join(said)
    return headers


def say_version(version: Version, response: HttpResponseBase) -> None:
    """Let an answer say at which version it was made."""
    said = _headers(version)
    if isinstance(response.headers, Headers):
        response.headers.take(said)
    else:
        for name, text in said.pairs():
            response.headers[name] = text


def _explain(error: jsonschema.ValidationError, is_body: bool) -> str:
    if isinstance(error.cause, InvalidName):
        return str(error.cause)
    path = list(error.path)
    if not path:
        return str(error.message)
    if is_body:
        return (
            f"Invalid input for field/attribute {path[-1]}. "
            f"Value: {error.instance}. {error.message}"
        )
    return f"Invalid input for query parameters {path[0]}. Value: {error.instance}. {error.message}"


NOVA = Dialect(
    formats=FORMATS, format_errors=(InvalidName,), numeric_strings=True, explain=_explain
)


class ComputeAsk(Ask):
    """What shapes of compute may ask: links, the caller, policies, and related rows."""

    def __init__(self, request: Any) -> None:
        super().__init__(request.version, lambda rule: policy.allows(request.context, rule))
        self.context = request.context
        self.links: Links = request.links
        # Rows of related tables, by the id of what they belong to; a query module fills it.
        self.related: dict[str, dict[Any, Any]] = {}


def check_media_type(meta: Mapping[str, Any]) -> None:
    """Refuse a body of another type. Nova: to it, capitals make another one."""
    declared = meta.get("CONTENT_TYPE", "").partition(";")[0].strip()
    if declared and declared != "text/plain" and declared not in MEDIA_TYPES:
        raise UnsupportedMediaType(declared)


class ComputeViewSet(ResourceViewSet):
    """The base of every resource below /v2.1 and /v2."""

    dialect: ClassVar[Dialect] = NOVA
    versioning_class = ComputeVersioning

    def check_media_type(self, request: Any) -> None:
        check_media_type(request.META)

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        # Nova: the legacy API is the oldest version, with other schemas and no version headers.
        self.is_relaxed = getattr(request._request, "legacy_v2", False)
        super().initial(request, *args, **kwargs)
        request.links = Links(request)

    @property
    def context(self) -> Any:
        return self.request.context

    @property
    def ask(self) -> ComputeAsk:
        return ComputeAsk(self.request)

    @property
    def schema_version(self) -> Version:
        return LEGACY if self.is_relaxed else self.request.version

    def authorize(self, target: Mapping[str, Any] | None = None) -> None:
        rule = self.rule
        self.rule = None
        if rule is not None:
            policy.authorize(self.context, rule, target)

    def check_url(self, kwargs: dict[str, Any]) -> None:
        project_id = kwargs.pop("project_id", None)
        if project_id and project_id != self.context.project_id:
            raise BadRequest(
                f"Malformed request URL: URL's project_id '{project_id}' doesn't match "
                f"Context's project_id '{self.context.project_id}'"
            )

    def check_query(self, schema: Schema) -> None:
        params = self.request.params
        if any("�" in value for values in params.values() for value in values):
            raise Invalid("Query string is not UTF-8 encoded")
        super().check_query(schema)
        validator = schema.validator(self.schema_version, relaxed=self.is_relaxed)
        if not params or validator is None:
            return
        # Nova: what the schema does not name never reaches the handler, nor the next page's link.
        known = validator.schema.get("properties", {})
        if not params.keys() <= known.keys():
            patterns = validator.schema.get("patternProperties", ())
            self.request.params = {
                name: params[name]
                for name in params
                if name in known or any(re.match(pattern, name) for pattern in patterns)
            }
            self.request.links = Links(self.request)

    def respond(self, value: Any, status: int) -> HttpResponse:
        if value is None:
            response = Answer(status=status)
        else:
            # Nova: the vendor's media type is given back to those who ask for it.
            media_type = getattr(self.request._request, "best_content_type", "application/json")
            response = wire.json_response(value, status, media_type)
        for name, text in self.headers.items():
            response.headers[name] = text
        return response

    def http_method_not_allowed(  # type: ignore[override]
        self, request: Any, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        # Nova: a method without a route is a path without a route, and webob says so.
        request.version = None
        return not_found(request._request)

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # Nova: no route answers HEAD, which DRF would answer as GET.
        if request.method == "HEAD" or request.method.lower() not in self.action_map:
            return not_found(request)
        return super().dispatch(request, *args, **kwargs)

    def handle_exception(self, exc: Exception) -> HttpResponse:  # type: ignore[override]
        return faults.fault_for(exc, self.request)

    def finish(self, request: Any, response: HttpResponseBase) -> HttpResponseBase:
        if request.version is not None and not self.is_relaxed:
            say_version(request.version, response)
        return response
