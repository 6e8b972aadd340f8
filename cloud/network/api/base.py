"""The base of every view of the Network service: its error format, its single version."""

import logging
from typing import Any

from django.db import IntegrityError
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.versioning import BaseVersioning

from cloud.network import errors, policies
from middleware.context import RequestContext
from versioned import wire
from versioned.operation import MalformedBody, ResourceViewSet
from versioned.versions import Version

LOG = logging.getLogger(__name__)


WORDLESS = (
    "The server could not comply with the request since it is either malformed or otherwise "
    "incorrect."
)


def _accepts_json(header: str) -> bool:
    """Whether one of the media types in an Accept header is, or covers, JSON."""
    for part in header.split(","):
        kind, *parameters = (word.strip().lower() for word in part.split(";"))
        is_refused = any(word.replace(" ", "") in ("q=0", "q=0.0") for word in parameters)
        if kind in ("*/*", "application/*", "application/json") and not is_refused:
            return True
    return False


class OnlyVersion(BaseVersioning):
    """Neutron has extensions in place of microversions."""

    def determine_version(  # type: ignore[override]
        self, request: Any, *args: Any, **kwargs: Any
    ) -> Version:
        return (2, 0)


def fault(error: errors.NetworkError) -> HttpResponse:
    body = {"type": error.kind, "message": error.message, "detail": ""}
    is_bare = isinstance(error, errors.Unseen)
    return wire.json_response(body if is_bare else {"NeutronError": body}, error.status)


def said_null() -> HttpResponse:
    """The answer 201 of an operation that has nothing to say.

    # Neutron: says null, which clients read.
    """
    text = b"null"
    length = {"Content-Length": str(len(text))}
    return HttpResponse(text, status=201, content_type="application/json", headers=length)


class NetworkViewSet(ResourceViewSet):
    """DRF's ViewSet in Neutron's words."""

    versioning_class = OnlyVersion

    @property
    def context(self) -> RequestContext:
        context: RequestContext = self.request.context
        return context

    def check_media_type(self, request: Any) -> None:
        """Read every body as JSON, whatever it is declared as, as Neutron does; refuse HEAD."""
        if request.method == "HEAD":
            raise MethodNotAllowed("HEAD")
        accepted = request.META.get("HTTP_ACCEPT", "")
        if accepted and not _accepts_json(accepted):
            raise errors.HTTPNotAcceptable(WORDLESS)

    def check_url(self, kwargs: dict[str, Any]) -> None:
        """Take the suffix ".json" off the last part of the path."""
        for name, value in kwargs.items():
            if isinstance(value, str) and value.endswith(".json"):
                kwargs[name] = value[: -len(".json")]

    def demand(self, rule: str, target: policies.Target) -> None:
        """Raise PolicyNotAuthorized unless `rule` is granted, to a token of a project."""
        scope = policies.foreign_scope(self.context)
        if scope is not None:
            raise errors.InvalidScope(rule=rule, scope=scope)
        if not policies.allows(self.context, rule, target):
            raise errors.PolicyNotAuthorized(rule=f"rule:{rule}")

    def visible(self, rule: str, rows: Any) -> Any:
        """Rows of a list that are nobody's in particular, or none for whom `rule` is not granted.

        # Neutron: a list is never refused; what one may not see is left out.
        """
        target = {"project_id": self.context.project_id}
        return rows if policies.allows(self.context, rule, target) else []

    def demand_visible(self, rule: str, target: policies.Target, missing: Exception) -> None:
        """Raise `missing` unless `rule` is granted: a stranger learns nothing."""
        if not policies.allows(self.context, rule, target):
            raise missing

    def respond(self, value: Any, status: int) -> HttpResponse:
        if status == 204:
            response = HttpResponse(status=204)
            del response.headers["Content-Type"]
            return response
        return super().respond(value, status)

    def flag(self, name: str) -> str | None:
        """The last value of a query parameter."""
        values = self.request.params.get(name)
        return str(values[-1]) if values else None

    @property
    def base_url(self) -> str:
        return str(self.request.build_absolute_uri("/")) + "network/v2.0"

    def handle_exception(  # type: ignore[override]
        self, exc: Exception
    ) -> HttpResponseBase:
        if isinstance(exc, errors.NetworkError):
            return fault(exc)
        if isinstance(exc, MalformedBody):
            return fault(errors.HTTPBadRequest("Body contains invalid data"))
        if isinstance(exc, MethodNotAllowed):
            return fault(
                # Neutron: says what its framework says of every refusal that has no words.
                errors.HTTPMethodNotAllowed(WORDLESS)
            )
        if isinstance(exc, IntegrityError):
            # What the request leant on went away while it was answered.
            LOG.warning("%s %s lost a race: %s", self.request.method, self.request.path, exc)
            return fault(
                errors.HTTPConflict("There was a conflict when trying to complete your request.")
            )
        LOG.exception("%s %s failed.", self.request.method, self.request.path)
        return fault(
            errors.HTTPInternalServerError(
                "Request Failed: internal server error while processing your request."
            )
        )
