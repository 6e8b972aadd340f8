"""What every Identity operation does: the caller from X-Auth-Token, policy, errors, links."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

import jsonschema
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.versioning import BaseVersioning

from cloud.identity import access_tokens, policies, timestamps, validation
from cloud.identity.authentication import KNOWN_METHODS
from cloud.identity.errors import (
    ActionForbidden,
    ApplicationCredentialRefused,
    BadRequest,
    IdentityError,
    MethodUnsupported,
    Missing,
    NotAllowed,
    Unauthorized,
)
from cloud.identity.listing import Page, Params
from cloud.identity.oauth import Signed
from middleware.context import RequestContext
from versioned import wire
from versioned.formats import is_uuid_like
from versioned.operation import MalformedBody, ResourceViewSet, UnsupportedMediaType
from versioned.schema import Dialect, Invalid, Schema

LOG = logging.getLogger(__name__)
PREFIX = "/identity"
LATEST = (3, 14)


def _explain(error: jsonschema.ValidationError, is_body: bool) -> str:
    """Say what is wrong as the other services do: the field, its value, the rule."""
    if not error.path:
        return error.message
    # A parameter is a list of values here, and one value in Keystone.
    name = error.path[-1] if is_body else error.path[0]
    return f"Invalid input for field/attribute {name}. Value: {error.instance}. {error.message}"


def _is_time(value: Any) -> bool:
    return not isinstance(value, str) or timestamps.parse(value) is not None


DIALECT = Dialect(
    formats={"date-time": _is_time, "uuid": is_uuid_like}, numeric_strings=True, explain=_explain
)


def _explain_at_length(error: jsonschema.ValidationError, is_body: bool) -> str:
    place = "/".join(str(step) for step in error.absolute_path)
    return f"Invalid input for field '{place}': {error}" if place else str(error)


# Keystone: bodies that are judged after the caller are explained with all of their schema.
LATE_DIALECT = Dialect(explain=_explain_at_length)


def query(**params: Any) -> Schema:
    """A schema of query parameters, each of which stands once."""
    return Schema(_query(params), DIALECT, is_body=False)


def closed_query(**params: Any) -> Schema:
    """A schema of query parameters beside which no other stands."""
    return Schema({**_query(params), "additionalProperties": False}, DIALECT, is_body=False)


def _query(params: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: {"type": "array", "items": rule} for name, rule in params.items()},
    }


class _OneVersion(BaseVersioning):  # type: ignore[misc]
    """Identity v3 has no microversions."""

    def determine_version(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return LATEST


class IdentityViewSet(ResourceViewSet):
    """A ResourceViewSet that knows the caller and speaks Keystone's errors."""

    dialect = DIALECT
    versioning_class = _OneVersion

    # The path of a request

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        self.identify(request._request)
        super().initial(request, *args, **kwargs)

    def identify(self, request: Any) -> None:
        """Find the caller by X-Auth-Token, unless somebody said already who it is."""
        context = getattr(request, "context", None)
        if context is None:
            context = request.context = RequestContext(
                request_id=request.META.get("openstack.request_id", ""),
                global_request_id=request.META.get("openstack.global_request_id"),
                remote_address=request.META.get("REMOTE_ADDR"),
            )
        if context.user_id is not None or context.is_admin:
            return
        text = request.META.get("HTTP_X_AUTH_TOKEN")
        if not text:
            return
        token = validation.validate(text)
        if token is None:
            access_tokens.check_behind(text)
            validation.check_scope(text)
            # Keystone: a token that is no good counts as none, which some operations do without.
            return
        if not _is_permitted(token, request):
            raise Unauthorized
        _fill(context, text, token)

    def check_media_type(self, request: Any) -> None:
        if request._request.body:
            declared = request.META.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
            is_json = declared == "application/json" or declared.endswith("+json")
            # Django's own clients and WSGI call a missing type text/plain.
            if declared not in ("", "text/plain") and not is_json:
                raise UnsupportedMediaType(declared)

    def read_body(self, request: Any) -> Any:
        # Keystone: whatever the method; null is no object either.
        raw = request._request.body
        if not raw:
            return {}
        try:
            body = wire.loads(raw)
        except ValueError:
            raise MalformedBody from None
        if not isinstance(body, dict):
            raise MalformedBody
        return body

    def finish(self, request: Any, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Vary", "X-Auth-Token")
        if request._request.method == "HEAD" and isinstance(response, HttpResponse):
            response.content = b""
        return response

    def respond(self, value: Any, status: int) -> HttpResponse:
        if value is None:
            response = HttpResponse(status=status)
            del response.headers["Content-Type"]
            response.headers["Content-Length"] = "0"
            return response
        return wire.json_response(value, status)

    # Who asks

    @property
    def context(self) -> RequestContext:
        context: RequestContext = self.request._request.context
        return context

    @property
    def token(self) -> dict[str, Any]:
        """The caller's token, or what the context tells of one."""
        context = self.context
        if context.token is not None:
            return context.token
        token: dict[str, Any] = {"methods": ["password"]}
        if context.project_id is not None:
            token["project"] = {
                "id": context.project_id,
                "domain": {"id": context.project_domain_id},
            }
        if context.domain_id is not None:
            token["domain"] = {"id": context.domain_id}
        return token

    def require_caller(self) -> None:
        """Refuse a request without a token."""
        context = self.context
        if context.user_id is None and not context.is_admin:
            raise Unauthorized

    def authorize(self, target: Mapping[str, Any] | None = None, rule: str | None = None) -> None:
        """Ask the operation's rule (or another one) of `target`, or raise 401 or 403."""
        action = rule or self.rule
        self.require_caller()
        if action is not None and not self.allows(action, target):
            raise ActionForbidden(f"identity:{action}")
        self.rule = None

    def allows(self, action: str, target: Mapping[str, Any] | None = None) -> bool:
        """Whether the rule of `action` grants it to the caller on `target`."""
        context = self.context
        credentials = context.to_policy_values()
        credentials["is_admin"] = int(context.is_admin)
        credentials["token"] = self.token
        flat: dict[str, object] = dict(self.kwargs)
        _flatten("target", target or {}, flat)
        return policies.allows(action, flat, credentials)

    def signed(self, *, with_query: bool = True) -> Signed:
        """The request as a consumer signed it, for the URL that is shown or the one it came by."""
        request = self.request._request
        urls = [self.base_url + request.path]
        # Said by who gives Identity a port of its own, where its paths are shorter.
        if url := request.META.get("openstack.url"):
            urls.append(url)
        query = request.META.get("QUERY_STRING")
        return Signed(
            urls=tuple(f"{url}?{query}" if query and with_query else url for url in urls),
            authorization=request.META.get("HTTP_AUTHORIZATION"),
            content_type=request.META.get("CONTENT_TYPE", ""),
            query={name: values[0] for name, values in self.params.items()},
        )

    def require_same_id(self, values: Mapping[str, Any], own_id: str) -> None:
        """Refuse a body that gives a thing another id."""
        if values.get("id") not in (None, own_id):
            raise BadRequest("Cannot change ID")

    # What is said

    @property
    def base_url(self) -> str:
        """scheme://host:port of the request."""
        url: str = self.request._request.build_absolute_uri("/")
        return url.rstrip("/")

    def link(self, *path: str) -> str:
        """The absolute URL of something below /v3."""
        return "/".join((f"{self.base_url}{PREFIX}/v3", *path))

    def member(self, kind: str, collection: str, shown: dict[str, Any]) -> dict[str, Any]:
        """A thing inside its envelope, with the link to itself."""
        return {kind: self.linked(collection, shown)}

    def linked(self, collection: str, shown: dict[str, Any]) -> dict[str, Any]:
        shown.setdefault("links", {})["self"] = self.link(collection, shown["id"])
        return shown

    def collection(
        self,
        name: str,
        shown: Sequence[dict[str, Any]],
        page: Page | None = None,
        *,
        path: str | None = None,
    ) -> dict[str, Any]:
        """A list inside its envelope, each thing with the link to itself (`path=""`: without)."""
        path = name if path is None else path
        if path:
            for item in shown:
                self.linked(path, item)
        request = self.request._request
        links = {
            "next": None,
            "self": request.build_absolute_uri(request.get_full_path()),
            "previous": None,
        }
        answer: dict[str, Any] = {name: shown, "links": links}
        if page is not None and page.is_cut:
            answer["truncated"] = True
        if page is not None and page.is_cut and shown:
            params = {key: values[-1] for key, values in self.params.items()}
            params["marker"] = shown[-1]["id"]
            links["next"] = request.build_absolute_uri(f"{request.path}?{urlencode(params)}")
        return answer

    def check_query(self, schema: Schema) -> None:
        # Keystone: what stands twice counts as it stood first.
        first = {name: values[:1] for name, values in self.request.params.items()}
        schema.check(first, self.schema_version)

    @property
    def params(self) -> Params:
        params: Params = self.request.params
        return params

    def default_domain(self, values: dict[str, Any]) -> dict[str, Any]:
        """Put what is made without a domain into the token's domain, or the default one."""
        if not values.get("domain_id"):
            values["domain_id"] = self.context.domain_id or "default"
        return values

    def handle_exception(self, exc: Exception) -> Any:
        """Render an error as Keystone does."""
        self.rule = None
        if isinstance(exc, MethodNotAllowed):
            return self.refuse_method()
        error = _translated(exc)
        if error is None:
            LOG.exception("%s %s failed", self.request.method, self.request.path)
            return _fault(
                500,
                "Internal Server Error",
                "An unexpected error prevented the server from fulfilling your request.",
            )
        response = _fault(error.status, error.title, error.message, _hint(error))
        if isinstance(error, Unauthorized):
            response.headers["WWW-Authenticate"] = f'Keystone uri="{self.base_url}{PREFIX}"'
        return response

    def refuse_method(self) -> HttpResponse:
        """Say which methods there are, in the words of the framework that Keystone is made with."""
        response = wire.json_response({"message": NotAllowed().message}, 405)
        response.headers["Allow"] = ", ".join(self.allowed_methods)
        return response

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        raise MethodNotAllowed(request.method)


def _is_permitted(token: dict[str, Any], request: Any) -> bool:
    """Whether a token's access rules allow a request, by the path that it came by."""
    # Keystone: a rule names all of the path, what Identity is mounted below included.
    path = urlsplit(request.META.get("openstack.url", request.path)).path
    if request.method == "GET" and path.endswith("/v3/auth/tokens"):
        return True  # Keystone: what a token is may always be asked.
    return validation.permits(token, "identity", request.method, path)


def _hint(error: IdentityError) -> dict[str, Any]:
    if isinstance(error, ApplicationCredentialRefused):
        return {"identity": {}}
    return (
        {"identity": {"methods": list(KNOWN_METHODS)}}
        if isinstance(error, MethodUnsupported)
        else {}
    )


def _fault(
    status: int, title: str, message: str, extra: dict[str, Any] | None = None
) -> HttpResponse:
    error = {"code": int(status), "message": message, "title": title, **(extra or {})}
    return wire.json_response({"error": error}, int(status))


def _translated(exc: Exception) -> IdentityError | None:
    if isinstance(exc, IdentityError):
        return exc
    if isinstance(exc, Invalid):
        return BadRequest(exc.detail)
    if isinstance(exc, MalformedBody):
        return Missing("valid JSON", "request body")
    if isinstance(exc, UnsupportedMediaType):
        return Missing("application/json", "Content-Type header")
    return None


def _flatten(prefix: str, value: Any, into: dict[str, object]) -> None:
    if isinstance(value, Mapping):
        for key, item in value.items():
            _flatten(f"{prefix}.{key}", item, into)
    else:
        into[prefix] = value


def _fill(context: RequestContext, text: str, token: dict[str, Any]) -> None:
    """Say in the context who the token's user is, and where."""
    context.auth_token = text
    context.token = token
    user, project, domain = token["user"], token.get("project"), token.get("domain")
    context.user_id, context.user_name = user["id"], user["name"]
    context.user_domain_id = user["domain"]["id"]
    context.user_domain_name = user["domain"]["name"]
    context.roles = tuple(role["name"] for role in token.get("roles", ()))
    context.is_admin = "admin" in context.roles
    if project is not None:
        context.project_id, context.project_name = project["id"], project["name"]
        context.project_domain_id = project["domain"]["id"]
        context.project_domain_name = project["domain"]["name"]
    if domain is not None:
        context.domain_id, context.domain_name = domain["id"], domain["name"]
    if "system" in token:
        context.system_scope = "all"
