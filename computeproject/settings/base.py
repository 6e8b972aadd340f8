"""What every deployment shares.  Everything that is written lies below DATA."""

import os
from pathlib import Path

from computeproject.settings.auth import *  # noqa: F403
from computeproject.settings.auth import OIDC_APPLICATIONS
from computeproject.settings.chain import *  # noqa: F403
from computeproject.settings.metadata import *  # noqa: F403
from computeproject.settings.neighbours import *  # noqa: F403
from computeproject.settings.serving import *  # noqa: F403

BASE_DIR = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("KILONOVA_DATA", BASE_DIR / "data")).resolve()

DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "computeproject.urls"
WSGI_APPLICATION = "computeproject.wsgi.application"
# Nova answers /servers/ with 404, not with a redirect.
APPEND_SLASH = False
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Bodies are bounded by the sizelimit middleware, and image uploads are streamed.
DATA_UPLOAD_MAX_MEMORY_SIZE = None

INSTALLED_APPS = [
    "compute",  # first: its runserver goes before Django's
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "corsheaders",
    "middleware",
    "cloud.identity",
    "cloud.image",
    "cloud.network",
    "cloud.volume",
    "cloud.placement",
    *OIDC_APPLICATIONS,
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA / "kilonova.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # Writers queue at BEGIN instead of failing half-way through a transaction.
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            # A server's life alone takes more different statements than sqlite3 keeps compiled.
            "cached_statements": 256,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
                "PRAGMA mmap_size=134217728; PRAGMA temp_store=MEMORY;"
            ),
        },
    }
}

# A cloud of many processes: PostgreSQL, and a broker through which they wake each other.
if _database := os.environ.get("KILONOVA_DATABASE"):
    import dj_database_url

    DATABASES = {
        "default": dict(
            dj_database_url.parse(_database, conn_max_age=None, conn_health_checks=True)
        )
    }
# Simulated hosts of a cloud in one process, counted when it is made.
COMPUTE_HOSTS = int(os.environ.get("KILONOVA_HOSTS") or 2)
# amqp://user:password@host:5672//; without one every service runs in the server's own process.
BROKER = os.environ.get("KILONOVA_BROKER", "")

REST_FRAMEWORK: dict[str, object] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
}

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
IMAGE_STORE = DATA / "images"
# The most bytes of one image, and of all images of a project: "10GB"; "0" is as many as it likes.
IMAGE_SIZE_CAP = int(os.environ.get("KILONOVA_IMAGE_SIZE_CAP") or 1024**4)
USER_STORAGE_QUOTA = os.environ.get("KILONOVA_USER_STORAGE_QUOTA", "0")

# How embedded neighbours reach others; None: not at all.
VOLUME_IMAGE_CLIENT = "computeproject.neighbours.Images"
NETWORK_EVENTS = "compute.domain.events.from_network"
VOLUME_COMPUTE_CLIENT = "compute.domain.events.FromVolume"

# How simulated work takes its time: compute/work/clock.py.
COMPUTE_CLOCK = "brief"
