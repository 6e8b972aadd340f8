"""What keeps the cloud from starting."""

import subprocess
import sys

import pytest
from django.core.management.base import CommandError

from computeproject import doors
from middleware.noauth import is_loopback


@pytest.fixture
def production(settings):
    settings.REFUSE_WELL_KNOWN = True
    settings.SECRET_KEY = "abcdefghij" * 6
    settings.ADMIN_PASSWORD = "correct horse battery"
    settings.ALLOWED_HOSTS = ["cloud.example.org"]
    settings.DEBUG = False
    settings.SERVICE_METADATA_PROXY = settings.PROFILER_ENABLED = True
    settings.METADATA_PROXY_SHARED_SECRET = settings.PROFILER_HMAC_KEYS = "nobody knows this"
    return settings


def test_good_secrets_start(production):
    doors.refuse_well_known()


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("SECRET_KEY", "short", "KILONOVA_SECRET_KEY"),
        ("SECRET_KEY", "a" * 60, "KILONOVA_SECRET_KEY"),
        ("ADMIN_PASSWORD", "password", "KILONOVA_ADMIN_PASSWORD"),
        ("ADMIN_PASSWORD", "", "KILONOVA_ADMIN_PASSWORD"),
        ("ALLOWED_HOSTS", ["*"], "KILONOVA_ALLOWED_HOSTS"),
        ("ALLOWED_HOSTS", [], "KILONOVA_ALLOWED_HOSTS"),
        ("AUTH_STRATEGY", "noauth2", "noauth2"),
        ("SERVICE_USER", {"name": "nova", "password": "nova"}, "KILONOVA_SERVICE_USER"),
        ("OIDC_OP_ISSUER", "http://issuer", "KILONOVA_OIDC_ISSUER"),
        ("METADATA_PROXY_SHARED_SECRET", "between-us", "KILONOVA_METADATA_SECRET"),
        ("PROFILER_HMAC_KEYS", "a long enough key,SECRET_KEY", "PROFILER_HMAC_KEYS"),
        ("DEBUG", True, "DEBUG"),
    ],
)
def test_well_known_ones_do_not(production, name, value, text):
    setattr(production, name, value)
    with pytest.raises(CommandError, match=text):
        doors.refuse_well_known()
    production.REFUSE_WELL_KNOWN = False
    doors.refuse_well_known()


@pytest.mark.django_db
def test_users_with_well_known_passwords_keep_it_from_starting(production):
    from cloud.identity import seed

    seed.seed("correct horse battery")
    doors.refuse_well_known_users()
    from cloud.identity import passwords
    from cloud.identity.models import User

    User.objects.filter(name="demo").update(password=passwords.conceal("password"))
    with pytest.raises(CommandError, match="demo"):
        doors.refuse_well_known_users()


@pytest.mark.parametrize(
    ("address", "is_ours"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("::ffff:127.0.0.1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.0.2.1", False),
        ("cloud.example.org", False),
        ("", False),
    ],
)
def test_noauth_wants_to_be_told_twice(settings, monkeypatch, address, is_ours):
    assert is_loopback(address) == is_ours
    doors.refuse_open_noauth(address)
    settings.AUTH_STRATEGY = "noauth2"
    if is_ours:
        doors.refuse_open_noauth(address)
        return
    for told in (lambda: None, lambda: setattr(settings, "NOAUTH_BEYOND_LOOPBACK", True)):
        told()
        with pytest.raises(CommandError, match="noauth2"):
            doors.refuse_open_noauth(address)
    monkeypatch.setenv("KILONOVA_NOAUTH_BEYOND_LOOPBACK", "yes")
    doors.refuse_open_noauth(address)


def test_the_embedded_strategy_loads_no_library_of_the_others(tmp_path):
    program = (
        "import sys, computeproject.wsgi\n"
        "names = ('keystonemiddleware', 'mozilla_django_oidc', 'jwt', 'webob')\n"
        "sys.exit(','.join(name for name in names if name in sys.modules) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"KILONOVA_DATA": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
