"""The WSGI handler leaves out what Django does for nothing, and nothing else."""

import io
import json

import pytest
from django.db import connection
from django.urls import get_script_prefix, get_urlconf, reverse

from computeproject.handler import Handler
from computeproject.metadata_wsgi import application as metadata
from computeproject.wsgi import application
from middleware.admin import Sessions
from middleware.request_id import RequestId
from middleware.sizelimit import SizeLimit

pytestmark = pytest.mark.django_db


def ask(path, application=application, **environ):
    """The status, the headers and the body that a WSGI server would send."""
    told = {}

    def start_response(status, headers):
        told.update(status=status, headers=headers)

    answer = application(
        {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "SCRIPT_NAME": "",
            "QUERY_STRING": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8774",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "127.0.0.1:8774",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            **environ,
        },
        start_response,
    )
    body = b"".join(answer)
    answer.close()
    return told["status"], told["headers"], body


def test_a_document_names_the_host_that_was_asked():
    for host in ("one.example:8774", "two.example:8774", "one.example:8774"):
        status, _, body = ask("/v2.1/", HTTP_HOST=host)
        assert status == "200 OK"
        assert f"http://{host}/v2.1/".encode() in body


def test_a_path_that_nobody_has_stays_unknown():
    for _ in range(2):
        status, _, _ = ask("/v2.1/no-such-thing", HTTP_X_AUTH_TOKEN="")
        assert status.startswith("401")
        status, _, _ = ask("/identity/v3/no-such-thing")
        assert status.startswith("404")


def test_an_application_of_its_own_does_not_lend_its_urls_to_the_next_request():
    status, _, _ = ask("/", metadata)
    assert status == "200 OK"
    assert get_urlconf() is None
    assert reverse("admin:index")
    status, _, _ = ask("/v2.1/")
    assert status == "200 OK"


def test_a_prefix_is_of_the_request_that_came_below_it():
    _, headers, _ = ask("/admin/", SCRIPT_NAME="/cloud")
    assert dict(headers)["Location"].startswith("/cloud/admin/login/")
    assert get_script_prefix() == "/"
    _, headers, _ = ask("/admin/")
    assert dict(headers)["Location"].startswith("/admin/login/")


def test_cookies_are_sent():
    status, headers, _ = ask("/admin/login/")
    assert status == "200 OK"
    assert any(name == "Set-Cookie" and "csrftoken" in text for name, text in headers)


@pytest.mark.django_db(transaction=True)
def test_a_connection_with_errors_is_looked_at_when_the_request_ends():
    connection.ensure_connection()
    connection.errors_occurred = True
    ask("/v2.1/")
    assert not connection.errors_occurred


@pytest.mark.django_db(transaction=True)
def test_bytes_that_are_no_text_are_letters_to_nova(cast):
    as_sent = {"HTTP_X_AUTH_TOKEN": "alice"}
    for sent in ("\xff", "\xc3\xa9"):
        status, _, body = ask(f"/v2.1/servers/{sent}", **as_sent)
        assert status == "404 Not Found"
        message = json.loads(body)["itemNotFound"]["message"]
        assert message == f"Instance {sent} could not be found."


def test_a_cloud_answers_by_any_name_and_its_admin_site_by_good_ones():
    status, _, body = ask("/", HTTP_HOST="nova_api:8774")
    assert status == "200 OK"
    assert b"http://nova_api:8774/v2.1/" in body
    status, _, _ = ask("/admin/", HTTP_HOST="nova_api:8774")
    assert status == "400 Bad Request"


def test_only_allowed_names_are_answered_by_where_some_are(settings):
    settings.ALLOWED_HOSTS = ["cloud.example"]
    status, _, _ = ask("/", HTTP_HOST="cloud.example")
    assert status == "200 OK"
    status, _, _ = ask("/", HTTP_HOST="other.example")
    assert status == "400 Bad Request"


@pytest.mark.django_db(transaction=True)
def test_a_connection_with_errors_is_looked_at_when_the_request_has_ended():
    connection.ensure_connection()
    connection.errors_occurred = True
    ask("/v2.1/")
    assert not connection.errors_occurred


def test_filters_that_a_pipeline_does_not_name_are_not_asked(monkeypatch):
    asked = []

    def note(self, request):
        asked.append(type(self).__name__)
        return self.get_response(request)

    for each in (RequestId, SizeLimit):
        monkeypatch.setattr(each, "handle", note)
    monkeypatch.setattr(Sessions, "__call__", note)
    noted = Handler()
    ask("/v2.1/", noted)
    assert asked == ["RequestId"]
    asked.clear()
    ask("/v2.1/servers", noted)
    assert asked == ["RequestId", "SizeLimit"]
    asked.clear()
    ask("/_cloud/ready", noted)
    assert asked == ["RequestId", "SizeLimit"]
