"""What every operation of Image shares: its errors, its reading of bodies, and policy."""

import logging
from collections.abc import Mapping
from typing import Any

from django.http.response import HttpResponse, HttpResponseBase
from rest_framework.exceptions import MethodNotAllowed as WrongMethod
from rest_framework.versioning import BaseVersioning

from cloud.image import policies, queries
from cloud.image.api import faults
from cloud.image.errors import (
    BadRequest,
    Forbidden,
    ImageError,
    MethodNotAllowed,
    NotFound,
)
from versioned import wire
from versioned.operation import MalformedBody, ResourceViewSet
from versioned.schema import Dialect, Invalid

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
        """The image as a row, if the caller may see it."""
        image = queries.find(self.context, image_id)
        if not policies.allows("get_image", self.context, image):
            raise NotFound
        return image

    def found(self, image_id: str) -> dict[str, Any]:
        """The image, with the operation's own rule asked of it."""
        image = self.find(image_id)
        self.authorize(image)
        return image

    def check_media_type(self, request: Any) -> None:
        """Glance reads JSON whatever it is called."""

    def read_body(self, request: Any) -> Any:
        body = super().read_body(request)
        if body is not None and not isinstance(body, (dict, list)):
            raise BadRequest("Unexpected body type. Expected list/dict.")
        if isinstance(body, list) and request.method != "PATCH":
            raise BadRequest(f"Provided object does not match schema: {body} is not a dict.")
        return body

    def body(self) -> Any:
        """The body of a request that needs one."""
        if self.request.json is None:
            raise BadRequest("Body expected in request.")
        return self.request.json

    def handle_exception(  # type: ignore[override]
        self, exc: Exception
    ) -> HttpResponseBase:
        match exc:
            case ImageError():
                error = exc
            case MalformedBody():
                error = BadRequest("Malformed JSON in request body.")
            case Invalid():
                error = BadRequest(exc.detail)
            case WrongMethod():
                allowed = ", ".join(name.upper() for name in self.allowed())
                error = MethodNotAllowed(headers={"Allow": allowed})
            case _:
                log.exception("Caught error: %s", exc)
                error = ImageError()
        return faults.response(error, self.request)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Refuse as any method that a resource has not; DRF would describe its views."""
        return self.http_method_not_allowed(request)

    def allowed(self) -> list[str]:
        return [name for name in ("get", "post", "put", "patch", "delete") if hasattr(self, name)]

    def respond(self, value: Any, status: int) -> HttpResponse:
        if value is not None:
            return super().respond(value, status)
        # Glance: an empty answer is webob's; its client would read one of JSON, and ask again.
        response = HttpResponse(status=status, content_type="text/html; charset=UTF-8")
        response.headers["Content-Length"] = "0"
        return response

    def json(self, value: Any, status: int = 200, **headers: str) -> HttpResponseBase:
        response = wire.json_response(value, status)
        for name, text in headers.items():
            response.headers[name.replace("_", "-")] = text
        return response


class UnroutedViewSet(ImageServiceViewSet):
    """Paths that are none."""

    def nothing(self, request: Any) -> Any:
        raise NotFound

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        raise NotFound
