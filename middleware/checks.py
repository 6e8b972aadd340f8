"""System checks of the chain's settings: a pipeline that cannot work is found at start."""

import re
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.checks.security import base, csrf, sessions
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from middleware.conf import conf
from middleware.pipelines import pipelines
from middleware.rate_limit import read_rate


@register()
def check_chain(**kwargs: Any) -> list[CheckMessage]:
    """Check that names in pipelines and in the URL map exist."""
    return list(_problems())


def _problems() -> Iterator[CheckMessage]:
    if conf.auth_strategy not in conf.auth_filters:
        yield Error(f"AUTH_STRATEGY {conf.auth_strategy!r} is unknown.", id="middleware.E001")
        return
    if conf.auth_strategy == "noauth2":
        yield Warning(
            "AUTH_STRATEGY is noauth2: everybody is who they say they are.",
            hint="Use it on loopback only.",
            id="middleware.W001",
        )
    yield from _strategy_problems()
    known = filter_names()
    for name, filters in pipelines().items():
        for filter_name in filters:
            if filter_name not in known:
                yield Error(
                    f"Pipeline {name!r} names {filter_name!r}, which no middleware is called.",
                    id="middleware.E002",
                )
    if "/" not in conf.url_map:
        yield Error("URL_MAP has no '/'.", id="middleware.E003")
    for prefix, name in conf.url_map.items():
        if name not in conf.pipelines:
            yield Error(f"URL_MAP sends {prefix} to no pipeline: {name!r}.", id="middleware.E003")
    if conf.max_request_body_size <= 0:
        yield Error("MAX_REQUEST_BODY_SIZE must be above zero.", id="middleware.E004")
    try:
        _ = conf.unlimited_uploads
    except re.error as exc:
        yield Error(f"UNLIMITED_UPLOADS is no regular expression: {exc}.", id="middleware.E004")
    if conf.profiler_enabled and not conf.profiler_hmac_keys:
        yield Error("PROFILER_ENABLED needs PROFILER_HMAC_KEYS.", id="middleware.E005")


def _strategy_problems() -> Iterator[CheckMessage]:
    """What the strategy in force lacks."""
    if conf.auth_strategy == "keystone":
        if find_spec("keystonemiddleware") is None:
            yield Error(
                "AUTH_STRATEGY is keystone, and keystonemiddleware is not installed.",
                hint="pip install 'kilonova[keystone]'",
                id="middleware.E006",
            )
        options = conf.keystone_authtoken
        if "config_file" not in options and not (options.get("auth_url") and "password" in options):
            yield Error(
                "AUTH_STRATEGY is keystone, and KEYSTONE_AUTHTOKEN has no auth_url and password.",
                id="middleware.E006",
            )
    if conf.auth_strategy == "oidc":
        for name in ("OIDC_OP_ISSUER", "OIDC_RP_CLIENT_ID", "OIDC_RP_CLIENT_SECRET", "OIDC_CLAIMS"):
            if not getattr(settings, name, None):
                yield Error(f"AUTH_STRATEGY is oidc, and {name} is not set.", id="middleware.E007")
        if getattr(settings, "OIDC_ALLOW_UNSECURED_JWT", False):
            yield Error("Tokens without a signature are no proof.", id="middleware.E007")
    if conf.token_rate is not None and read_rate(conf.token_rate) is None:
        yield Error(
            f"TOKEN_RATE {conf.token_rate!r} is not like '30/minute'.", id="middleware.E008"
        )


def filter_names() -> dict[str, str]:
    """The filters of `MIDDLEWARE` by the name that pipelines call them."""
    found = {}
    for path in settings.MIDDLEWARE:
        try:
            name = getattr(import_string(path), "name", None)
        except ImportError as exc:
            raise ImproperlyConfigured(f"MIDDLEWARE: {path} cannot be imported") from exc
        if isinstance(name, str):
            found[name] = path
    return found


# Django's own checks look for its classes; these are their counterparts.
_BROWSER_FILTERS = ("security", "frame_options", "content_security", "csrf")


@register(Tags.security, deploy=True)
def check_as_django_does(**kwargs: Any) -> list[CheckMessage]:
    """Run Django's own checks as if its filters stood where their subclasses do.

    It skips most of them where it does not find its filters by name, and says so in
    security.W001 to W003, which production settings silence for that reason.
    """
    own = settings.MIDDLEWARE
    settings.MIDDLEWARE = [_django_name(path) for path in own]
    try:
        found = [
            message
            for module in (base, csrf, sessions)
            for name, check in vars(module).items()
            if name.startswith("check_") and check.__module__ == module.__name__
            for message in check(None)
        ]
    finally:
        settings.MIDDLEWARE = own
    for message in found:
        message.id = str(message.id).replace("security.", "middleware.deploy_")
    return found


def _django_name(path: str) -> str:
    """The filter of Django's own that one of ours is made of; else what it is called."""
    found = import_string(path)
    for parent in getattr(found, "__mro__", ()):
        if parent.__module__.startswith(("django.middleware.", "django.contrib.sessions.")):
            return f"{parent.__module__}.{parent.__qualname__}"
    return path


@register(Tags.security, deploy=True)
def check_admin(**kwargs: Any) -> list[CheckMessage]:
    """Check that the admin site's pipeline has what keeps browsers safe."""
    filters = pipelines().get("admin", ())
    found: list[CheckMessage] = [
        Error(f"The admin pipeline has no {name}.", id="middleware.E009")
        for name in _BROWSER_FILTERS
        if filters and name not in filters
    ]
    for name in ("SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "CONTENT_SECURITY_POLICY"):
        if not getattr(settings, name, None):
            found.append(Warning(f"{name} is not set.", id="middleware.W002"))
    if not getattr(settings, "TOKEN_RATE", None):
        found.append(Warning("TOKEN_RATE is not set.", id="middleware.W002"))
    return found
