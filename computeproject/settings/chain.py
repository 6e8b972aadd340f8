"""The chain of filters that a request goes through: Nova's api-paste.ini, as settings.

`MIDDLEWARE` holds every filter once, in order.  `PIPELINES` says which of them a service uses,
`URL_MAP` which path goes where; `manage.py pipelines` prints the outcome.
"""

import os

MIDDLEWARE = [
    "middleware.urlmap.UrlMap",  # first: the others ask it which pipeline the request is in
    "middleware.cors.Cors",  # before auth: a browser asks without a token
    "middleware.http_proxy.HttpProxy",
    "middleware.request_id.RequestId",
    "middleware.faultwrap.FaultWrap",
    "middleware.request_log.RequestLog",
    "middleware.rate_limit.RateLimit",
    "middleware.sizelimit.SizeLimit",  # before auth: nobody may make the cloud read for ever
    "middleware.osprofiler.OsProfiler",
    # One strategy each; the first of them that a pipeline names is followed by the context.
    "middleware.authtoken.AuthToken",
    "middleware.keystone.Keystone",
    "middleware.openid.OpenIdConnect",
    "middleware.keystone_context.KeystoneContext",  # reads what authtoken sets
    "middleware.noauth.NoAuth",
    "middleware.legacy_v2.LegacyV2",
    "middleware.static.StaticFiles",
    "middleware.admin.Security",
    "middleware.admin.FrameOptions",
    "middleware.content_security.ContentSecurity",
    "middleware.admin.Sessions",
    "middleware.admin.Common",
    "middleware.admin.Csrf",
    "middleware.admin.Authentication",
    "middleware.admin_session.AdminSession",  # after authentication: it logs out
    "middleware.admin_session.SessionRenewal",
    "middleware.admin.Messages",
]

# The word `auth` stands for the filters of AUTH_STRATEGY.
# fmt: off
PIPELINES = {
    # Nova, whose version documents have no sizelimit; here they read no more than the others.
    "versions":     "cors http_proxy faultwrap request_log",
    "versions_v2":  "cors http_proxy request_id faultwrap request_log legacy_v2",
    "versions_v21": "cors http_proxy request_id faultwrap request_log",
    "api":          "cors http_proxy request_id faultwrap request_log sizelimit osprofiler auth",
    "api_legacy":   "cors http_proxy request_id faultwrap request_log sizelimit osprofiler auth legacy_v2",  # noqa: E501
    "metadata":     "cors http_proxy sizelimit",
    # The neighbours
    "documents":    "cors http_proxy request_id faultwrap request_log sizelimit",
    "identity":     "cors http_proxy request_id faultwrap request_log rate_limit sizelimit",
    "image":        "cors http_proxy request_id faultwrap request_log sizelimit auth",
    "network":      "cors http_proxy request_id faultwrap request_log sizelimit auth",
    "volume":       "cors http_proxy request_id faultwrap request_log sizelimit auth",
    "placement_root": "cors http_proxy request_id faultwrap request_log sizelimit",
    "placement":    "cors http_proxy request_id faultwrap request_log sizelimit auth",
    # The cloud itself
    "admin":        "http_proxy request_log rate_limit sizelimit security frame_options content_security sessions common csrf authentication admin_session session_renewal messages",  # noqa: E501
    "static":       "http_proxy request_log sizelimit static",
    "cloud":        "http_proxy request_id faultwrap request_log sizelimit",
}

# The longest prefix counts; `/+` means that something must follow the slash.
URL_MAP = {
    "/":               "versions",
    "/v2":             "versions_v2",
    "/v2.1":           "versions_v21",
    "/v2/+":           "api_legacy",
    "/v2.1/+":         "api",
    "/identity":       "identity",
    "/image":          "documents",
    "/image/versions": "documents",
    "/image/+":        "image",
    "/network":        "documents",
    "/network/+":      "network",
    "/volume":         "documents",
    "/volume/v3":      "volume",
    "/placement":      "placement_root",
    "/placement/+":    "placement",
    "/admin":          "admin",
    "/static":         "static",
    "/_cloud":         "cloud",
    "/console":        "cloud",
}
# fmt: on

# Applications that have a port of their own, and name themselves in the environment of requests:
# (pipeline, URLs).
APPLICATIONS = {
    "metadata": ("metadata", "compute.metadata_api.urls"),
}

# What access rules of application credentials call the services of pipelines.
SERVICE_TYPES = {
    "api": "compute",
    "api_legacy": "compute",
    "image": "image",
    "network": "network",
    "volume": "block-storage",
    "placement": "placement",
}

# Further response headers that carry the request's id.
REQUEST_ID_HEADERS = {
    "versions_v2": ["x-compute-request-id"],
    "versions_v21": ["x-compute-request-id"],
    "api": ["x-compute-request-id"],
    "api_legacy": ["x-compute-request-id"],
}

ENABLE_PROXY_HEADERS_PARSING = False

MAX_REQUEST_BODY_SIZE = 114688
# PUT requests that carry data of any size.
UNLIMITED_UPLOADS = r"/image/v2/images/[^/]+/(?:file|stage)$"

PROFILER_ENABLED = False
PROFILER_HMAC_KEYS = "SECRET_KEY"
PROFILER_NOTIFIER = "middleware.osprofiler.log_event"

# Whose pages may read answers: "https://dashboard.example.org https://…".
CORS_ALLOWED_ORIGINS: list[str] = os.environ.get("KILONOVA_CORS_ORIGINS", "").split()
CORS_ALLOW_CREDENTIALS = True
CORS_PREFLIGHT_MAX_AGE = 3600
CORS_ALLOW_METHODS = ["GET", "PUT", "POST", "DELETE", "PATCH"]
CORS_ALLOW_HEADERS = [
    "X-Auth-Token",
    "X-Openstack-Request-Id",
    "X-Identity-Status",
    "X-Roles",
    "X-Service-Catalog",
    "X-User-Id",
    "X-Tenant-Id",
    "X-OpenStack-Nova-API-Version",
    "OpenStack-API-Version",
]
CORS_EXPOSE_HEADERS = [
    "X-Auth-Token",
    "X-Openstack-Request-Id",
    "X-Subject-Token",
    "X-Service-Token",
    "X-OpenStack-Nova-API-Version",
    "OpenStack-API-Version",
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        # Every 4xx is a warning to Django; here they are answers like others.
        "django.request": {"level": "ERROR"},
    },
}
