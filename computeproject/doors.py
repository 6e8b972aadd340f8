"""What keeps the cloud from starting: well-known secrets, and noauth2 where others can reach it."""

import os
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

WELL_KNOWN = ("password", "admin", "secret", "changeme", "secretadmin", "nova", "openstack")
_SHORTEST_SECRET = 50
_SHORTEST_PASSWORD = 12


def refuse_well_known() -> None:
    """Raise if settings want it so and something is well-known; asks no database."""
    if getattr(settings, "REFUSE_WELL_KNOWN", False):
        found = list(in_settings())
        if found:
            raise CommandError(" ".join(found))


def refuse_well_known_users() -> None:
    """Raise if somebody who may log in still has a password that everybody knows."""
    if getattr(settings, "REFUSE_WELL_KNOWN", False):
        found = list(in_database())
        if found:
            raise CommandError(" ".join(found))


def refuse_open_noauth(host: str) -> None:
    """Raise if noauth2 is to listen beyond loopback, unless a setting and the environment say so.

    # Nova: noauth2 said no such thing, and clouds were found open.
    """
    if settings.AUTH_STRATEGY != "noauth2":
        return
    from middleware.noauth import is_loopback

    told = settings.NOAUTH_BEYOND_LOOPBACK is True
    told_again = os.environ.get("KILONOVA_NOAUTH_BEYOND_LOOPBACK") == "yes"
    if not is_loopback(host) and not (told and told_again):
        raise CommandError(
            f"AUTH_STRATEGY is noauth2, which believes everybody: it does not listen on {host}, "
            "unless the setting NOAUTH_BEYOND_LOOPBACK is True and the environment says "
            "KILONOVA_NOAUTH_BEYOND_LOOPBACK=yes."
        )


def in_settings() -> Iterator[str]:
    """What settings have that nobody should."""
    if settings.DEBUG:
        yield "DEBUG is on."
    if len(settings.SECRET_KEY) < _SHORTEST_SECRET or len(set(settings.SECRET_KEY)) < 5:
        yield f"KILONOVA_SECRET_KEY has fewer than {_SHORTEST_SECRET} characters."
    if not _is_good(getattr(settings, "ADMIN_PASSWORD", "")):
        yield (
            f"KILONOVA_ADMIN_PASSWORD is well-known or has fewer than {_SHORTEST_PASSWORD} "
            "characters."
        )
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        yield "KILONOVA_ALLOWED_HOSTS does not name the hosts that are answered for."
    if settings.AUTH_STRATEGY == "noauth2":
        yield "AUTH_STRATEGY is noauth2, which believes everybody."
    password = settings.SERVICE_USER.get("password")
    if settings.SERVICE_USER and not _is_good(password):
        yield "KILONOVA_SERVICE_USER has a password that is well-known or short."
    secret = settings.METADATA_PROXY_SHARED_SECRET
    if settings.SERVICE_METADATA_PROXY and not _is_good(secret):
        yield "KILONOVA_METADATA_SECRET is well-known or short."
    if settings.PROFILER_ENABLED and not all(map(_is_good, settings.PROFILER_HMAC_KEYS.split(","))):
        yield "PROFILER_HMAC_KEYS has one that is well-known or short."
    if settings.OIDC_OP_ISSUER and not settings.OIDC_OP_ISSUER.startswith("https://"):
        yield "KILONOVA_OIDC_ISSUER is not reached over TLS."


def in_database() -> Iterator[str]:
    """Who has a password that everybody knows."""
    from cloud.identity import passwords
    from cloud.identity.models import User

    seeded = ("admin", "demo", "alt_demo", "nova", "glance", "neutron", "cinder", "placement")
    for user in User.objects.filter(name__in=seeded, enabled=True).exclude(password=None):
        hashed: Any = user.password
        if passwords.matches("password", hashed):
            yield f"Identity's user {user.name} has the password that everybody knows."


def _is_good(password: object) -> bool:
    return (
        isinstance(password, str)
        and len(password) >= _SHORTEST_PASSWORD
        and password.lower() not in WELL_KNOWN
    )
