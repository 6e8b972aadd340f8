"""A cloud that others can reach: TLS in front of it, and nothing that everybody knows.

Wants KILONOVA_SECRET_KEY, KILONOVA_ADMIN_PASSWORD and KILONOVA_ALLOWED_HOSTS; what is missing,
short or well-known keeps it from starting (`computeproject.doors`).
"""

import os

from computeproject.settings.base import *  # noqa: F403
from computeproject.settings.base import LOGGING

SECRET_KEY = os.environ.get("KILONOVA_SECRET_KEY", "")
ALLOWED_HOSTS = os.environ.get("KILONOVA_ALLOWED_HOSTS", "").split()
if ALLOWED_HOSTS:
    # So compute calls the neighbours that are in its own process.
    ALLOWED_HOSTS.append("localhost")
# What the first users of the seed get; read only while there are none.
ADMIN_PASSWORD = os.environ.get("KILONOVA_ADMIN_PASSWORD", "")
REFUSE_WELL_KNOWN = True
IDENTITY_PASSWORD_ROUNDS = 600_000

TOKEN_RATE = os.environ.get("KILONOVA_TOKEN_RATE", "60/minute")

# A proxy ends TLS, and says so in X-Forwarded-Proto.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ENABLE_PROXY_HEADERS_PARSING = True
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 31536000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
# Lax, because the OpenID provider sends browsers back from another site.
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-session"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_NAME = "__Host-csrf"
OIDC_REDIRECT_REQUIRE_HTTPS = True

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Django looks for its filters by their own names; here they are subclasses that only the admin
# site's pipeline uses.  `middleware.checks` runs all of Django's checks on those.
SILENCED_SYSTEM_CHECKS = ["security.W001", "security.W002", "security.W003"]

LOGGING = {**LOGGING, "root": {"handlers": ["console"], "level": "INFO"}}
