"""Vendor data: from a file, and from targets that must not be turned against the cloud."""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.checks import run_checks

from compute.domain.guest_data import targets
from tests.cast import HERS
from tests.domain.servers import server

pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]

V1, V2 = "/openstack/latest/vendor_data.json", "/openstack/latest/vendor_data2.json"


@pytest.fixture
def here(guest):
    row = server(project_id=HERS, metadata={"a": "b"}, system_metadata={"boot_roles": "member"})
    return guest(row.uuid)


@pytest.fixture
def target(settings):
    """A target on this machine; `heard` is what it was sent, `says` what it answers."""

    class Target:
        heard = []
        says = (200, b'{"of": "target"}', {})

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            Target.heard.append((self.path, dict(self.headers), json.loads(body)))
            status, content, headers = Target.says
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args):
            pass

    listening = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    Target.url = f"http://127.0.0.1:{listening.server_port}"
    settings.VENDORDATA_PROVIDERS = ["StaticJSON", "DynamicJSON"]
    settings.VENDORDATA_DYNAMIC_TARGETS = [f"first@{Target.url}/path"]
    settings.VENDORDATA_DYNAMIC_ALLOW_LOCAL = True
    yield Target
    listening.shutdown()
    listening.server_close()
    thread.join()


def test_without_a_file_there_is_nothing_in_it(here):
    assert here(V1).text == "{}"
    assert here(V1).type == "application/json"
    assert here(V2).text == '{"static": {}}'


def test_the_file_is_told(here, settings, tmp_path):
    settings.VENDORDATA_JSONFILE_PATH = tmp_path / "vendor.json"
    settings.VENDORDATA_JSONFILE_PATH.write_text('{"cloud-init": "#cloud-config"}')
    assert here(V1).json == {"cloud-init": "#cloud-config"}
    assert here(V2).json == {"static": {"cloud-init": "#cloud-config"}}
    settings.VENDORDATA_PROVIDERS = []
    assert here(V1).status == 404
    assert here(V2).json == {}


@pytest.mark.parametrize("content", [None, "{broken"])
def test_a_file_that_cannot_be_read_is_an_error(here, settings, tmp_path, content):
    path = settings.VENDORDATA_JSONFILE_PATH = tmp_path / "vendor.json"
    if content is not None:
        path.write_text(content)
    answer = here(V1)
    assert answer.status == 500
    assert "An unknown error has occurred." in answer.text
    assert "compute.E012" in {problem.id for problem in run_checks()}


def test_a_target_is_asked_about_the_guest(here, target):
    assert here(V2).json == {"static": {}, "first": {"of": "target"}}
    ((path, headers, body),) = target.heard
    assert path == "/path"
    assert headers["User-Agent"] == "openstack-nova-vendordata"
    assert headers["Content-Type"] == headers["Accept"] == "application/json"
    assert list(body) == [
        "project-id",
        "instance-id",
        "image-id",
        "user-data",
        "hostname",
        "metadata",
        "boot-roles",
    ]
    assert body["project-id"] == HERS
    assert (body["metadata"], body["boot-roles"]) == ({"a": "b"}, "member")


@pytest.mark.parametrize(
    "says",
    [
        (500, b"{}", {}),
        (200, b"no json", {}),
        (200, b'"' + b"x" * targets._LONGEST + b'"', {}),
        (302, b"", {"Location": "/elsewhere"}),
        (307, b"", {"Location": "/elsewhere"}),
    ],
)
def test_a_target_that_fails_says_nothing_or_stops_everything(here, target, settings, says):
    target.heard.clear()
    target.says = says
    assert here(V2).json == {"static": {}, "first": {}}
    assert [path for path, _, _ in target.heard] == ["/path"]
    settings.VENDORDATA_DYNAMIC_FAILURE_FATAL = True
    assert here(V2).status == 500


def test_an_empty_answer_is_an_empty_object(here, target):
    target.says = (200, b"", {})
    assert here(V2).json["first"] == {}


def test_names_are_told_once_and_targets_without_one_not_at_all(here, target, settings):
    settings.VENDORDATA_DYNAMIC_TARGETS = [
        f"static@{target.url}/a",
        f"two@{target.url}/b@c",
        f"two@{target.url}/d",
        target.url,
    ]
    target.heard.clear()
    assert here(V2).json == {"static": {}, "two": {"of": "target"}}
    assert [path for path, _, _ in target.heard] == ["/a", "/b@c"]
    assert "compute.E011" in {problem.id for problem in run_checks()}


def test_targets_on_this_machine_are_not_asked_unless_allowed(here, target, settings):
    settings.VENDORDATA_DYNAMIC_ALLOW_LOCAL = False
    target.heard.clear()
    port = target.url.rpartition(":")[2]
    settings.VENDORDATA_DYNAMIC_TARGETS = [
        f"plain@{target.url}",
        f"name@http://localhost:{port}",
        f"number@http://2130706433:{port}",
        f"mapped@http://[::ffff:127.0.0.1]:{port}",
        f"zero@http://0.0.0.0:{port}",
    ]
    assert here(V2).json == {
        "static": {},
        **{key: {} for key in ("plain", "name", "number", "mapped", "zero")},
    }
    assert target.heard == []


def test_a_proxy_of_the_environment_is_not_used(here, target, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://192.0.2.1:1")
    assert here(V2).json["first"] == {"of": "target"}


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("169.254.169.254", True),
        ("fe80::1%eth0", True),
        ("0.0.0.0", True),
        ("224.0.0.1", True),
        ("10.0.0.1", False),
        ("192.168.1.1", False),
        ("8.8.8.8", False),
        ("2001:db8::1", False),
        ("fd00::1", False),
    ],
)
def test_what_is_local(address, local):
    assert targets.is_local(address) is local


def test_a_proxy_without_a_secret_is_warned_of(settings):
    settings.SERVICE_METADATA_PROXY, settings.METADATA_PROXY_SHARED_SECRET = True, ""
    assert "compute.W010" in {problem.id for problem in run_checks()}


def test_a_target_that_does_not_answer_is_given_up(here, target, settings):
    settings.VENDORDATA_DYNAMIC_READ_TIMEOUT = 0.1
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        settings.VENDORDATA_DYNAMIC_TARGETS = [f"silent@http://127.0.0.1:{port}"]
        assert here(V2).json == {"static": {}, "silent": {}}
