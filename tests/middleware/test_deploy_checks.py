"""`manage.py check --deploy` is clean with production's settings, and only with them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from middleware.checks import check_as_django_does

ROOT = Path(__file__).parents[2]
GOOD = {
    "SECURE_HSTS_SECONDS": 31536000,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SECURE_HSTS_PRELOAD": True,
    "SECURE_SSL_REDIRECT": True,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SECRET_KEY": "abcdefghij" * 6,
    "ALLOWED_HOSTS": ["cloud.example.org"],
}


@pytest.fixture
def production(settings):
    for name, value in GOOD.items():
        setattr(settings, name, value)
    return settings


def found():
    return {message.id.rpartition("_")[2] for message in check_as_django_does()}


def test_good_settings_are_good(production):
    assert found() == set()


@pytest.mark.parametrize(
    ("name", "value", "number"),
    [
        ("SECURE_HSTS_SECONDS", 0, "W004"),
        ("SECURE_HSTS_INCLUDE_SUBDOMAINS", False, "W005"),
        ("SECURE_HSTS_PRELOAD", False, "W021"),
        ("SECURE_CONTENT_TYPE_NOSNIFF", False, "W006"),
        ("SECURE_SSL_REDIRECT", False, "W008"),
        ("SECURE_REFERRER_POLICY", None, "W022"),
        ("SESSION_COOKIE_SECURE", False, "W012"),
        ("CSRF_COOKIE_SECURE", False, "W016"),
        ("X_FRAME_OPTIONS", "SAMEORIGIN", "W019"),
        ("SECRET_KEY", "short", "W009"),
        ("DEBUG", True, "W018"),
        ("ALLOWED_HOSTS", [], "W020"),
    ],
)
def test_what_django_would_say_is_said(production, name, value, number):
    setattr(production, name, value)
    assert number in found()


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("middleware.admin.Security", "W001"),
        ("middleware.admin.FrameOptions", "W002"),
        ("middleware.admin.Csrf", "W003"),
    ],
)
def test_a_missing_filter_is_missed(production, path, number):
    production.MIDDLEWARE = [each for each in production.MIDDLEWARE if each != path]
    assert number in found()


def check(tmp_path, **environment):
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "KILONOVA_DATA": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "computeproject.settings.production",
            "KILONOVA_SECRET_KEY": "abcdefghij" * 6,
            "KILONOVA_ADMIN_PASSWORD": "correct horse battery",
            "KILONOVA_ALLOWED_HOSTS": "cloud.example.org",
            **environment,
        },
        capture_output=True,
        text=True,
    )


def test_production_is_clean(tmp_path):
    done = check(tmp_path)
    assert done.returncode == 0, done.stderr
    assert check(tmp_path, KILONOVA_SECRET_KEY="short").returncode != 0
