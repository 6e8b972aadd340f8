"""Who comes in, and how: the strategies, and what each of them needs."""

import os

from computeproject.settings.neighbours import NEIGHBOURS, SERVICE_USER

# Who says whether a token is good: embedded (our Identity), keystone (a real one), oidc (bearer
# tokens of an OpenID provider), noauth2 (believes everything; for development only).
AUTH_STRATEGY = os.environ.get("KILONOVA_AUTH", "embedded")
AUTH_FILTERS = {
    "embedded": "authtoken keystone_context",
    "keystone": "keystone keystone_context",
    "oidc": "oidc keystone_context",
    "noauth2": "noauth",
}

# embedded

AUTHTOKEN_VALIDATOR = "cloud.identity.validation.validate"
# Where 401 sends clients; None: /identity of the host that the request was sent to.
WWW_AUTHENTICATE_URI = None
SERVICE_TOKEN_ROLES = ["service"]
SERVICE_TOKEN_ROLES_REQUIRED = True
# How often one address may ask for a token or log in, like "30/minute"; None: at any rate.
TOKEN_RATE = os.environ.get("KILONOVA_TOKEN_RATE") or None

# noauth2: whether other machines are believed, too.  runserver wants to be told once more.
NOAUTH_BEYOND_LOOPBACK = False

# keystone

# The options of [keystone_authtoken] in nova.conf, by their names.  `config_file` names a file in
# which there are more of them.
KEYSTONE_AUTHTOKEN: dict[str, object] = {}
if AUTH_STRATEGY == "keystone" and SERVICE_USER:
    _keystone = SERVICE_USER["auth_url"].rstrip("/").removesuffix("/v3")
    # The same dictionary that others see: who asks Keystone about tokens asks it about projects.
    NEIGHBOURS.setdefault("identity", _keystone)
    KEYSTONE_AUTHTOKEN = {
        "www_authenticate_uri": NEIGHBOURS["identity"],
        "auth_url": _keystone,
        "auth_type": "password",
        "username": SERVICE_USER["name"],
        "password": SERVICE_USER["password"],
        "project_name": SERVICE_USER["project"],
        "user_domain_id": SERVICE_USER["domain_id"],
        "project_domain_id": SERVICE_USER["domain_id"],
        "service_token_roles": "service",
        "service_token_roles_required": True,
        "delay_auth_decision": False,
        # How many seconds a token is good without asking again, as Nova has it.
        "token_cache_time": os.environ.get("KILONOVA_TOKEN_CACHE_TIME", "300"),
    }

# oidc: mozilla-django-oidc's settings by its names.  Endpoints that are not set are looked up in
# the issuer's discovery document.

OIDC_OP_ISSUER = os.environ.get("KILONOVA_OIDC_ISSUER", "")
OIDC_RP_CLIENT_ID = os.environ.get("KILONOVA_OIDC_CLIENT", "kilonova")
OIDC_RP_CLIENT_SECRET = os.environ.get("KILONOVA_OIDC_SECRET", "")
OIDC_RP_SIGN_ALGO = "RS256"
OIDC_RP_SCOPES = os.environ.get("KILONOVA_OIDC_SCOPES", "openid profile email")
# Whom access tokens must be meant for.
OIDC_AUDIENCE = os.environ.get("KILONOVA_OIDC_AUDIENCE", OIDC_RP_CLIENT_ID)
# How far the provider's clock may be from ours, in seconds.
OIDC_LEEWAY = 10
OIDC_TIMEOUT = 10
# Ask the provider about every token, even where its signature could be read.
OIDC_ALWAYS_INTROSPECT = False
# How many seconds an answer about a token is good.
OIDC_INTROSPECTION_CACHE = 5
OIDC_USE_PKCE = True
OIDC_TOKEN_USE_BASIC_AUTH = True
# What Identity calls the provider and the protocol; the provider's users are in a domain so named.
OIDC_PROVIDER = os.environ.get("KILONOVA_OIDC_PROVIDER", "openid")
OIDC_PROTOCOL = "openid"
# fmt: off
OIDC_CLAIMS: dict[str, str | None] = {
    # what            the claim that says it; dots lead into objects
    "user_id":        "sub",
    "user_name":      "preferred_username",
    "roles":          "roles",
    "project_id":     "project_id",
    "project_name":   "project_name",
    "system_scope":   "system_scope",
}
# fmt: on
OIDC_PROJECT_DOMAIN = {"id": "default", "name": "Default"}
# Roles by the provider's name for them; empty: its names are the cloud's own.
OIDC_ROLES: dict[str, str] = {}
OIDC_IMPLIED_ROLES = {"admin": ["manager"], "manager": ["member"], "member": ["reader"]}

# Whose bearer tokens Identity exchanges for tokens of its own:
# /v3/OS-FEDERATION/identity_providers/{idp}/protocols/{protocol}/auth.
IDENTITY_PROVIDERS: dict[str, dict[str, str]] = {}
# How providers that were made through Identity's API may vouch for users; what reads bearer tokens
# for their mappings; and where of what it reads the provider's own name stands.
FEDERATION_PROTOCOLS = ["mapped", OIDC_PROTOCOL]
FEDERATION_ASSERTION: str | None = None
FEDERATION_REMOTE_ID_ATTRIBUTE = "HTTP_OIDC_ISS"
# The admin site: by a password of Identity's, and by OpenID Connect where there is a provider.
AUTHENTICATION_BACKENDS = ["computeproject.administrators.PasswordBackend"]
ADMIN_SESSIONS = [*AUTHENTICATION_BACKENDS]
ADMIN_SESSION_JUDGE = "computeproject.administrators.still_holds"
# Where the role admin makes an administrator of the cloud, and the domain that they log in from.
ADMIN_SCOPES: list[dict[str, object]] = [
    {"system": {"all": True}},
    {"project": {"name": "admin", "domain": {"id": "default"}}},
]
ADMIN_DOMAIN = "default"
OPENID_SESSIONS: list[str] = []
OIDC_APPLICATIONS: list[str] = []
OIDC_URLS: list[str] = []
# How often the provider is asked whether an administrator's session goes on, in seconds.
OIDC_RENEW_ID_TOKEN_EXPIRY_SECONDS = int(os.environ.get("KILONOVA_OIDC_RENEW") or 900)
if OIDC_OP_ISSUER:
    IDENTITY_PROVIDERS = {OIDC_PROVIDER: {OIDC_PROTOCOL: "middleware.bearer_tokens.describe"}}
    FEDERATION_ASSERTION = "middleware.bearer_tokens.assertion"
    OPENID_SESSIONS = ["computeproject.openid.AdminBackend"]
    AUTHENTICATION_BACKENDS = [*AUTHENTICATION_BACKENDS, *OPENID_SESSIONS]
    OIDC_APPLICATIONS = ["mozilla_django_oidc"]
    OIDC_URLS = ["mozilla_django_oidc.urls"]
    OIDC_AUTHENTICATE_CLASS = "computeproject.openid.LogIn"
    OIDC_CALLBACK_CLASS = "computeproject.openid.Callback"
LOGIN_REDIRECT_URL = "/admin/"
LOGIN_REDIRECT_URL_FAILURE = "/admin/login/?openid=refused"
LOGOUT_REDIRECT_URL = "/admin/"

# What browsers are told of the admin site's pages.
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
