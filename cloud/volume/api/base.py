"""What every operation of Volume shares: versions, errors, policy, the project in the URL."""

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.exceptions import MethodNotAllowed

from cloud.volume import policies, queries
from cloud.volume.api.formats import DIALECT
from cloud.volume.api.history import HISTORY
from cloud.volume.errors import BadRequest, NotFound, VolumeError, malformed, not_found
from middleware.webob_errors import not_found as not_found_page
from versioned import wire
from versioned.answer import Answer
from versioned.negotiation import BadVersionString, HeaderVersioning, VersionNotAcceptable
from versioned.operation import (
    MalformedBody,
    NotInThisVersion,
    ResourceViewSet,
    UnsupportedMediaType,
)
from versioned.schema import Invalid
from versioned.shape import Ask
from versioned.versions import parse, show

log = logging.getLogger(__name__)

FAULTS = {
    400: "badRequest",
    401: "unauthorized",
    403: "forbidden",
    404: "itemNotFound",
    405: "badMethod",
    409: "conflictingRequest",
    413: "overLimit",
    415: "badMediaType",
    501: "notImplemented",
    503: "serviceUnavailable",
}


MEDIA_TYPES = frozenset({"application/json", "application/vnd.openstack.volume+json"})


class NoVersion(Exception):
    """The header of versions is there, and names none of Volume."""


class VolumeVersioning(HeaderVersioning):
    service_types = ("volume",)
    first = parse(HISTORY[0][0])
    last = parse(HISTORY[-1][0])

    def _asked(self, environ: dict[str, Any]) -> str | None:
        # Cinder: Request.set_api_version_request reads the first part that says volume.
        header = environ.get("HTTP_OPENSTACK_API_VERSION")
        if header is None:
            return None
        part = next((part for part in header.split(",") if "volume" in part), "")
        words = part.split()
        if len(words) != 2:
            raise NoVersion
        return str(words[1])


class NotAcceptable(VolumeError):
    status = 406


class UnsupportedType(VolumeError):
    status = 415


class VolumeAsk(Ask):
    """What shapes may ask: version, policies, links."""

    def __init__(self, view: "VolumeServiceViewSet") -> None:
        context = view.context
        own = {"project_id": context.project_id}
        super().__init__(view.request.version, lambda rule: policies.allows(rule, context, own))
        self.context = context
        self.root = view.request._request.build_absolute_uri("/") + "volume"
        # Cinder: links hold the project when the request's URL does.
        self.prefix = f"/{context.project_id}" if view.names_project else ""

    def links(self, collection: str, ident: str) -> list[dict[str, str]]:
        tail = f"{self.prefix}/{collection}/{ident}"
        return [
            {"rel": "self", "href": f"{self.root}/v3{tail}"},
            {"rel": "bookmark", "href": f"{self.root}{tail}"},
        ]


class VolumeServiceViewSet(ResourceViewSet):
    """The base of Volume's views."""

    dialect = DIALECT
    versioning_class = VolumeVersioning
    names_project = False
    answers_head = False

    @property
    def context(self) -> Any:
        return self.request.context

    @property
    def ask(self) -> VolumeAsk:
        return VolumeAsk(self)

    def authorize(self, target: Mapping[str, Any] | None = None) -> None:
        rule, self.rule = self.rule, None
        if rule is not None:
            self.enforce(rule, target)

    def enforce(self, rule: str, target: Mapping[str, Any] | None = None) -> None:
        own = {"project_id": self.context.project_id}
        policies.enforce(rule, self.context, own if target is None else target)

    def allows(self, rule: str) -> bool:
        return policies.allows(rule, self.context, {"project_id": self.context.project_id})

    def check_url(self, kwargs: dict[str, Any]) -> None:
        """Take the project out of the URL; it must be the caller's own."""
        project_id = kwargs.pop("project_id", None)
        if project_id is not None and project_id != self.context.project_id:
            raise BadRequest("Malformed request url")
        self.names_project = project_id is not None

    def flag(self, name: str) -> bool:
        """A boolean of the query: `?cascade=True`."""
        values = self.request.params.get(name)
        return strict(name, values[-1]) if values else False

    def volume(self, volume_id: str) -> dict[str, Any]:
        """A volume that the caller may see; to others it is not there."""
        # Volume (Cinder): volume.api.API.get
        row = queries.volume(self.context, volume_id)
        if not policies.allows("volume:get", self.context, row):
            raise not_found("Volume", volume_id)
        return row

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # Cinder: routes match methods, too, and none matches HEAD.
        is_head = request.method == "HEAD"
        if request.method.lower() not in self.action_map or (is_head and not self.answers_head):
            return not_found_page(request)
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        try:
            unquote_to_bytes(request.META.get("QUERY_STRING", "")).decode()
        except UnicodeDecodeError:
            raise BadRequest(
                "Error decoding your request. Either the URL or the request body contained "
                "characters that could not be decoded by Cinder."
            ) from None

    def check_media_type(self, request: Any) -> None:
        # Cinder: Resource.get_body looks at the type of what is not empty.
        declared = request.META.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        if request._request.body and declared not in MEDIA_TYPES:
            raise UnsupportedMediaType(declared)

    def bare(self, status: int) -> HttpResponse:
        """An empty answer that is no JSON, and does not say the request's id in Cinder's way."""
        return Answer(status=status, content_type="text/html; charset=UTF-8")

    def handle_exception(  # type: ignore[override]
        self, exc: Exception
    ) -> HttpResponseBase:
        match exc:
            case VolumeError():
                error = exc
            case MalformedBody():
                error = BadRequest("Malformed request body")
            case UnsupportedMediaType():
                error = UnsupportedType("Unsupported Content-Type")
            case Invalid():
                error = BadRequest(exc.detail)
            case NotInThisVersion() | MethodNotAllowed():
                # Cinder: what a version does not know looks as if it were not there at all.
                error = NotFound()
            case NoVersion():
                error = malformed()
            case BadVersionString():
                error = BadRequest(
                    f"API Version String {exc.text} is of invalid format. Must be of format "
                    "MajorNum.MinorNum."
                )
            case VersionNotAcceptable():
                self.request.version = exc.version
                error = NotAcceptable(
                    f"Version {show(exc.version)} is not supported by the API. Minimum is "
                    f"{show(exc.first)} and maximum is {show(exc.last)}."
                )
            case _:
                log.exception("Caught error: %s", exc)
                error = VolumeError(
                    "The server has either erred or is incapable of performing the requested "
                    "operation."
                )
        return fault(error)

    def finish(self, request: Any, response: HttpResponseBase) -> HttpResponseBase:
        version = getattr(request, "version", None)
        # Cinder: _is_legacy_endpoint; a version that is too old is not said back.
        if version is not None and not any(old in show(version) for old in ("1.0", "2.0")):
            for name, value in VolumeVersioning.headers(version):
                response.headers[name] = value
            response.headers["Vary"] = "OpenStack-API-Version"
        if response.headers["Content-Type"] == "application/json":
            made = request.META.get("openstack.request_id", "")
            response.headers["x-compute-request-id"] = made
        return response


def fault(error: VolumeError) -> HttpResponse:
    inner: dict[str, Any] = {"code": error.status, "message": error.message}
    headers = {}
    if error.status == 413:
        inner["retryAfter"] = headers["Retry-After"] = "0"
    response = wire.json_response({FAULTS.get(error.status, "computeFault"): inner}, error.status)
    for name, value in headers.items():
        response.headers[name] = value
    return response


class UnroutedViewSet(VolumeServiceViewSet):
    """Paths that are none."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return not_found_page(request)

    def nothing(self, request: Any) -> Any:
        """What routes need; `dispatch` answers."""


_TRUE = frozenset(("true", "1", "on", "yes", "y", "t"))
_FALSE = frozenset(("false", "0", "off", "no", "n", "f"))


def boolean(value: Any) -> bool | None:
    """A boolean as Cinder reads it, strings included; None for what is none."""
    text = str(value).strip().lower()
    if text in _TRUE:
        return True
    return False if text in _FALSE else None


def strict(name: str, text: str) -> bool:
    """A boolean parameter, without white space around it."""
    # Volume (Cinder): utils.get_bool_param
    value = boolean(text) if text == text.strip() else None
    if value is None:
        raise BadRequest(f"Value '{text}' for '{name}' is not a boolean.")
    return value
