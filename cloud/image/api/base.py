"""What every operation of Image shares: its errors, its reading of bodies, and policy."""

import logging
from collections.abc import Mapping
from typing import Any, ClassVar

from django.http.response import HttpResponse, HttpResponseBase
from rest_framework.exceptions import MethodNotAllowed as WrongMethod
from rest_framework.versioning import BaseVersioning

from cloud.image import policies, queries
from cloud.image.api import faults
from cloud.image.api.queries import Asked
from cloud.image.errors import (
    BadRequest,
    Forbidden,
    ImageError,
    MethodNotAllowed,
    NotFound,
    NotImplementedMethod,
)
from versioned import wire
from versioned.answer import Answer
from versioned.operation import ResourceViewSet
from versioned.schema import Dialect, Invalid

_IMPLEMENTED = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH")
log = logging.getLogger(__name__)


class OneVersion(BaseVersioning):  # type: ignore[misc]
    """Image has no microversions: what it can do is told by its list of versions."""

    def determine_version(  # type: ignore[override]
        self, request: Any, *args: Any, **kwargs: Any
    ) -> tuple[int, int]:
        return 2, 18


# Glance: the whole account of jsonschema, not only its first line, is in the sentence.
DIALECT = Dialect(explain=lambda error, is_body: str(error))


class ImageServiceViewSet(ResourceViewSet):
    """The base of Image's views."""

    dialect = DIALECT
    versioning_class = OneVersion
    # The operations that read bodies, those that let them be, and those that read them for nothing;
    # the others refuse them.
    parses: ClassVar[frozenset[str]] = frozenset({"create", "update"})
    ignores: ClassVar[frozenset[str]] = frozenset()
    # Glance: wsgi.JSONRequestDeserializer.default reads them, and the controller then fails.
    drops: ClassVar[frozenset[str]] = frozenset()
    # What Allow says where that is not the methods in their order.
    allow: ClassVar[str | None] = None

    def authorize(self, target: Mapping[str, Any] | None = None) -> None:
        """Ask the operation's rule; what cannot be seen is not there."""
        rule, self.rule = self.rule, None
        if rule is not None:
            self.enforce(rule, {"owner": self.context.project_id} if target is None else target)

    def enforce(self, rule: str, target: Mapping[str, Any]) -> None:
        try:
            policies.enforce(rule, self.context, target)
        except Forbidden:
            is_image = "status" in target
            if is_image and not policies.allows("get_image", self.context, target):
                raise NotFound from None
            raise

    @property
    def context(self) -> Any:
        return self.request.context

    def find(self, image_id: str) -> dict[str, Any]:
        """The image as a row, if the caller's project may see it; no rule is asked."""
        return queries.find(self.context, image_id)

    def found(self, image_id: str) -> dict[str, Any]:
        """The image, with the operation's own rule asked of it."""
        image = self.find(image_id)
        self.authorize(image)
        return image

    def check_media_type(self, request: Any) -> None:
        """Glance reads JSON whatever it is called."""

    def check_url(self, kwargs: dict[str, Any]) -> None:
        """Refuse HEAD, which GET does not stand in for, and take paths byte by byte."""
        if self.request.method == "HEAD":
            raise WrongMethod("HEAD")
        for name, value in kwargs.items():
            # Glance: no path is decoded, so that what is no ASCII in it names nothing else.
            kwargs[name] = value.encode("utf-8", "surrogateescape").decode("latin-1")
            if self.request._request.path.endswith(value):
                # Glance: an end of line at the end of a path is none of its name.
                kwargs[name] = kwargs[name].removesuffix("\n")

    def read_body(self, request: Any) -> Any:
        """Read no body yet (`body` does); refuse it where the operation takes none."""
        name = self.action_map.get(request.method.lower())
        if name in self.drops and has_body(request):
            self.body()
        elif name and name not in self.parses | self.ignores and has_body(request):
            raise BadRequest("A body is not expected with this request.")
        return None

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        # Glance: wsgi.RejectMethodController reads the body first.
        if has_body(request):
            self.body()
        return super().http_method_not_allowed(request, *args, **kwargs)

    def object_body(self) -> dict[str, Any]:
        """The body, refused if it is a list, which Glance often fails on."""
        body = self.body()
        if isinstance(body, dict):
            return body
        raise BadRequest(f"Provided object does not match schema: {body} is not a dict.")

    def asked(self) -> Asked:
        """The query, read now: operations that do not care for it let it be anything."""
        return Asked.read(self.request.META.get("QUERY_STRING", ""))

    def body(self) -> Any:
        """The body of a request that needs one: an object or a list."""
        if not has_body(self.request):
            raise BadRequest("Body expected in request.")
        try:
            body = wire.loads(self.request._request.body)
        except ValueError:
            raise BadRequest("Malformed JSON in request body.") from None
        if not isinstance(body, (dict, list)):
            raise BadRequest("Unexpected body type. Expected list/dict.")
        return body

    def handle_exception(  # type: ignore[override]
        self, exc: Exception
    ) -> HttpResponseBase:
        match exc:
            case ImageError():
                error = exc
            case Invalid():
                error = BadRequest(exc.detail)
            case WrongMethod():
                allowed = ", ".join(name.upper() for name in self.allowed())
                error = MethodNotAllowed(headers={"Allow": self.allow or allowed})
            case _:
                log.exception("Caught error: %s", exc)
                error = ImageError()
        return faults.response(error, self.request)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Refuse as any method that a resource has not; DRF would describe its views."""
        return self.http_method_not_allowed(request)

    def allowed(self) -> list[str]:
        return [
            name for name in ("get", "post", "put", "patch", "delete") if name in self.action_map
        ]

    def respond(self, value: Any, status: int) -> HttpResponse:
        if value is not None:
            return super().respond(value, status)
        # Glance: an empty answer is webob's; its client would read one of JSON, and ask again.
        return Answer(status=status, content_type="text/html; charset=UTF-8")

    def json(self, value: Any, status: int = 200, **headers: str) -> HttpResponseBase:
        response = wire.json_response(value, status)
        for name, text in headers.items():
            response.headers[name.replace("_", "-")] = text
        return response


class Without405(ImageServiceViewSet):
    """Resources that are not there for other methods than theirs."""

    def check_url(self, kwargs: dict[str, Any]) -> None:
        if self.request.method == "HEAD":
            raise NotFound
        super().check_url(kwargs)

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        raise NotFound if request.method in _IMPLEMENTED else NotImplementedMethod


class UnroutedViewSet(Without405):
    """Paths that are none."""

    ignores = frozenset({"nothing"})

    def nothing(self, request: Any) -> Any:
        raise NotFound


def has_body(request: Any) -> bool:
    """Whether a request brings a body, or may bring one in pieces."""
    if request.method in ("POST", "PUT", "PATCH"):
        encoding = request.META.get("HTTP_TRANSFER_ENCODING", "").lower()
        if encoding in ("chunked", "compress", "deflate", "gzip", "identity"):
            return True
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0) > 0
    except ValueError:
        return False
