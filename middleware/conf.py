"""The chain's settings, one property each.  `settings/chain.py` says what they are here."""

import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


class Conf:
    """Reads settings when it is asked, so that tests may override them."""

    # Which filters, for whom

    @property
    def pipelines(self) -> dict[str, str]:
        """The filters of each pipeline, separated by spaces."""
        found: dict[str, str] = settings.PIPELINES
        return found

    @property
    def url_map(self) -> dict[str, str]:
        """The pipeline of each prefix."""
        found: dict[str, str] = settings.URL_MAP
        return found

    @property
    def applications(self) -> dict[str, tuple[str, str]]:
        """The pipeline and the URLs of each application that has a port of its own."""
        found: dict[str, tuple[str, str]] = getattr(settings, "APPLICATIONS", {})
        return found

    @property
    def auth_strategy(self) -> str:
        """The key of `AUTH_FILTERS` that the word `auth` in pipelines stands for."""
        found: str = getattr(settings, "AUTH_STRATEGY", "embedded")
        return found

    @property
    def auth_filters(self) -> dict[str, str]:
        found: dict[str, str] = settings.AUTH_FILTERS
        return found

    # authtoken

    @property
    def validate(self) -> Callable[..., dict[str, Any] | None]:
        """What judges a token: a callable from a token to its body, None for a bad one."""
        found: Callable[..., dict[str, Any] | None] = import_string(settings.AUTHTOKEN_VALIDATOR)
        return found

    @property
    def www_authenticate_uri(self) -> str | None:
        """Where to get tokens; None: /identity of the host that was asked."""
        found: str | None = getattr(settings, "WWW_AUTHENTICATE_URI", None)
        return found

    @property
    def service_token_roles(self) -> frozenset[str]:
        """One of these roles makes a token a service's."""
        return frozenset(getattr(settings, "SERVICE_TOKEN_ROLES", ["service"]))

    @property
    def service_token_roles_required(self) -> bool:
        """Whether X-Service-Token must be a service's, or any good token will do."""
        return bool(getattr(settings, "SERVICE_TOKEN_ROLES_REQUIRED", True))

    @property
    def service_types(self) -> dict[str, str]:
        """What access rules call the service of a pipeline."""
        found: dict[str, str] = getattr(settings, "SERVICE_TYPES", {})
        return found

    # keystone

    @property
    def keystone_authtoken(self) -> dict[str, Any]:
        """The options of [keystone_authtoken], by their names; `config_file` may hold more."""
        found: dict[str, Any] = getattr(settings, "KEYSTONE_AUTHTOKEN", {})
        return found

    # oidc

    @property
    def oidc_provider(self) -> str:
        """What Identity calls the provider; its users are in a domain of that name."""
        return str(getattr(settings, "OIDC_PROVIDER", "openid"))

    @property
    def oidc_protocol(self) -> str:
        """What Identity calls the protocol."""
        return str(getattr(settings, "OIDC_PROTOCOL", "openid"))

    @property
    def oidc_claims(self) -> dict[str, str | None]:
        """The claim that says each thing; dots lead into objects."""
        found: dict[str, str | None] = settings.OIDC_CLAIMS
        return found

    @property
    def oidc_roles(self) -> dict[str, str]:
        """Roles by the provider's name for them; empty: the names are the cloud's own."""
        found: dict[str, str] = getattr(settings, "OIDC_ROLES", {})
        return found

    @property
    def oidc_implied_roles(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = getattr(settings, "OIDC_IMPLIED_ROLES", {})
        return found

    @property
    def oidc_project_domain(self) -> dict[str, str]:
        """The domain of claimed projects."""
        found: dict[str, str] = settings.OIDC_PROJECT_DOMAIN
        return found

    # noauth

    @property
    def noauth_beyond_loopback(self) -> bool:
        """Whether noauth2 believes other machines, too."""
        return getattr(settings, "NOAUTH_BEYOND_LOOPBACK", False) is True

    # rate_limit

    @property
    def token_rate(self) -> str | None:
        """How often an address may show a password: "30/minute"; None: at any rate."""
        found: str | None = getattr(settings, "TOKEN_RATE", None)
        return found

    # admin_session

    @property
    def admin_sessions(self) -> frozenset[str]:
        """The log-ins whose sessions are bound to a token."""
        return frozenset(getattr(settings, "ADMIN_SESSIONS", ()))

    @property
    def openid_sessions(self) -> frozenset[str]:
        """The log-ins whose sessions the OpenID provider renews."""
        return frozenset(getattr(settings, "OPENID_SESSIONS", ()))

    @property
    def admin_session_holds(self) -> Callable[[str], bool]:
        """What judges the token of a session, which is sealed."""
        found: Callable[[str], bool] = import_string(settings.ADMIN_SESSION_JUDGE)
        return found

    @property
    def oidc_issuer(self) -> str:
        return str(getattr(settings, "OIDC_OP_ISSUER", ""))

    # content_security

    @property
    def content_security_policy(self) -> str:
        """The Content-Security-Policy of the admin site; empty: none."""
        return str(getattr(settings, "CONTENT_SECURITY_POLICY", ""))

    # request_id, http_proxy, sizelimit

    @property
    def request_id_headers(self) -> dict[str, list[str]]:
        """Further response headers with the request's id, by pipeline."""
        found: dict[str, list[str]] = getattr(settings, "REQUEST_ID_HEADERS", {})
        return found

    @property
    def enable_proxy_headers_parsing(self) -> bool:
        """Whether a proxy stands before the cloud, whose headers are to be believed."""
        return bool(getattr(settings, "ENABLE_PROXY_HEADERS_PARSING", False))

    @property
    def max_request_body_size(self) -> int:
        """The largest body in bytes."""
        return int(getattr(settings, "MAX_REQUEST_BODY_SIZE", 114688))

    @property
    def unlimited_uploads(self) -> re.Pattern[str]:
        """Paths of PUT requests that have no limit."""
        return re.compile(getattr(settings, "UNLIMITED_UPLOADS", r"(?!)"))

    # osprofiler

    @property
    def profiler_enabled(self) -> bool:
        return bool(getattr(settings, "PROFILER_ENABLED", False))

    @property
    def profiler_hmac_keys(self) -> list[str]:
        """Who may have requests traced: those who know one of these, separated by commas."""
        keys = getattr(settings, "PROFILER_HMAC_KEYS", "SECRET_KEY").split(",")
        return [key for part in keys if (key := part.strip())]

    @property
    def profiler_notifier(self) -> Callable[[dict[str, Any]], None]:
        """What is told of each event of a trace."""
        found: Callable[[dict[str, Any]], None] = import_string(
            getattr(settings, "PROFILER_NOTIFIER", "middleware.osprofiler.log_event")
        )
        return found


conf = Conf()
