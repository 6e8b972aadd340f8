"""Which APIs are served, and where; and how a neighbour answers on a port of its own."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from computeproject import apis


@pytest.fixture(autouse=True)
def alone(settings):
    settings.ENABLED_APIS = ["osapi_compute"]
    settings.ENABLED_SSL_APIS = []
    settings.PUBLIC_URL = ""


def test_defaults_are_novas(settings):
    settings.ENABLED_APIS = ["osapi_compute", "metadata", "placement"]
    ports = {each.name: each.port for each in apis.enabled()}
    assert ports == {"osapi_compute": 8774, "metadata": 8775, "placement": 8778}
    assert {each.listen for each in apis.enabled()} == {"0.0.0.0"}


def test_each_has_settings_of_its_own(settings):
    settings.OSAPI_COMPUTE_LISTEN = "::1"
    settings.OSAPI_COMPUTE_LISTEN_PORT = "9000"
    settings.OSAPI_COMPUTE_WORKERS = "3"
    (listener,) = apis.enabled()
    assert (listener.url, listener.workers) == ("http://[::1]:9000/", 3)


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        (
            "OSAPI_COMPUTE_WORKERS",
            0,
            "osapi_compute_workers value of 0 is invalid, must be greater than 0",
        ),
        ("OSAPI_COMPUTE_WORKERS", "many", "osapi_compute_workers is 'many', not a number"),
        ("ENABLED_APIS", ["ec2"], "enabled_apis names 'ec2'"),
        ("ENABLED_APIS", [""], "enabled_apis is empty"),
        ("ENABLED_SSL_APIS", ["osapi_compute"], "Unable to find ssl_cert_file"),
    ],
)
def test_what_cannot_be_is_refused_clearly(settings, setting, value, sentence):
    setattr(settings, setting, value)
    with pytest.raises(ImproperlyConfigured, match=sentence):
        apis.enabled()


@pytest.fixture
def seen(settings, monkeypatch):
    """The environment with which a request on the identity port gets to Django."""
    settings.ENABLED_APIS = ["osapi_compute", "identity"]
    found = {}
    monkeypatch.setattr(
        "computeproject.wsgi.application", lambda environ, start: found.update(environ)
    )

    def ask(path):
        main, identity = apis.enabled()
        environ = {"PATH_INFO": path, "HTTP_HOST": "cloud:5000", "SERVER_NAME": "x"}
        environ["wsgi.url_scheme"] = "http"
        apis.application(identity, [main, identity])(environ, None)
        return found

    return ask


@pytest.mark.parametrize("path", ["/v3", "/identity/v3"])
def test_a_neighbour_answers_with_and_without_its_prefix(seen, path):
    assert seen(path)["PATH_INFO"] == "/identity/v3"


def test_links_name_the_main_port(seen):
    assert seen("/v3")["HTTP_HOST"] == "cloud:8774"


@pytest.mark.parametrize("path", ["/v3", "/identity/v3"])
def test_the_url_that_was_asked_is_kept_for_what_was_signed_for_it(seen, path):
    assert seen(path)["openstack.url"] == f"http://cloud:5000{path}"


def test_links_name_the_public_url_where_there_is_one(seen, settings):
    settings.PUBLIC_URL = "https://cloud.example"
    environ = seen("/v3")
    assert (environ["HTTP_HOST"], environ["wsgi.url_scheme"]) == ("cloud.example", "https")
