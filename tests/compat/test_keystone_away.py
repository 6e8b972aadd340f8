"""What keystonemiddleware makes of requests while nobody answers at Keystone's address.

A stand-in for Keystone, since a real one that falls silent in time takes minutes to arrange.
"""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.test import Client

pytestmark = [
    pytest.mark.auth,
    pytest.mark.enable_socket,
    pytest.mark.django_db,
    # Of the library and what it is made of.
    pytest.mark.filterwarnings("ignore"),
]

DOMAIN = {"id": "default", "name": "Default"}
ROLES = {"nova": ["service"], "demo": ["member", "reader"], "old": ["member", "reader"]}


def body_of(name, url):
    endpoints = [
        {"id": kind, "interface": kind, "region": "R", "region_id": "R", "url": url}
        for kind in ("public", "internal", "admin")
    ]
    hours = -1 if name == "old" else 1
    end = datetime.now(UTC) + timedelta(hours=hours)
    token = {
        "methods": ["password"],
        "user": {"id": name, "name": name, "domain": DOMAIN},
        "project": {"id": "p1", "name": "p1", "domain": DOMAIN},
        "roles": [{"id": role, "name": role} for role in ROLES[name]],
        "issued_at": "2026-01-01T00:00:00.000000Z",
        "expires_at": end.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "catalog": [{"type": "identity", "name": "keystone", "id": "i", "endpoints": endpoints}],
    }
    return {"token": token}


class Handler(BaseHTTPRequestHandler):
    """Just enough of Identity v3 to judge tokens; a token is its user's name."""

    @property
    def _url(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def do_GET(self):
        if self.path.startswith("/v3/auth/tokens"):
            self._judge()
            return
        link = {"rel": "self", "href": f"{self._url}/v3/"}
        version = {"id": "v3.14", "status": "stable", "links": [link], "media-types": []}
        self._say(
            200,
            {"version": version}
            if self.path.startswith("/v3")
            else {"versions": {"values": [version]}},
        )

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self._say(201, body_of("nova", self._url), **{"X-Subject-Token": "nova"})

    def _judge(self):
        name = self.headers["X-Subject-Token"]
        self.server.asked.append((name, "allow_expired" in self.path))
        if name not in ROLES or (name == "old" and "allow_expired" not in self.path):
            self._say(404, {"error": {"code": 404, "message": "no such token", "title": "x"}})
        else:
            self._say(200, body_of(name, self._url))

    def _say(self, status, body, **headers):
        text = json.dumps(body).encode()
        self.send_response(status)
        for key, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *args):
        """Say nothing."""


class StandIn:
    def __init__(self):
        self.server = None
        self.port = 0

    def start(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.asked = []
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def stop(self):
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None


@pytest.fixture
def keystone():
    pytest.importorskip("keystonemiddleware", reason="the extra `keystone` is not installed")
    keystone = StandIn().start()
    yield keystone
    keystone.stop()


@pytest.fixture
def options(keystone, settings):
    settings.ROOT_URLCONF = "tests.middleware.urls"
    settings.AUTH_STRATEGY = "keystone"
    url = f"http://127.0.0.1:{keystone.port}"
    options = {"www_authenticate_uri": url, "auth_url": url, "auth_type": "password"}
    options |= {"username": "nova", "password": "x", "project_name": "service"}
    options |= {"user_domain_id": "default", "project_domain_id": "default"}
    options |= {"service_token_roles": "service", "service_token_roles_required": True}
    options |= {"token_cache_time": "-1", "http_request_max_retries": 0}
    settings.KEYSTONE_AUTHTOKEN = options
    return options


@pytest.fixture
def ask(options):
    """Asks as one user; the filter is made at the first request, and kept."""
    clients = []

    def asked(token, **headers):
        if not clients:
            clients.append(Client(raise_request_exception=False))
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            sent["X-Auth-Token"] = token
        return clients[0].get("/v2.1/shown", headers={"Accept": "application/json", **sent})

    return asked


def test_a_good_token_is_let_in_and_a_bad_one_is_not(ask):
    assert ask("demo").json()["context"]["user_id"] == "demo"
    for bad in ("nonsense", "old", "", None):
        assert ask(bad).status_code == 401, bad


def test_a_keystone_that_cannot_be_reached_is_503(ask, keystone):
    assert ask("demo").status_code == 200
    keystone.stop()
    answer = ask("demo")
    assert answer.status_code == 503
    assert "The Keystone service is temporarily unavailable." in answer.content.decode()
    # Who shows no token is told so without anybody having to be asked.
    assert ask(None).status_code == 401
    keystone.start()
    assert ask("demo").status_code == 200


def test_a_keystone_that_was_never_there_is_503(ask, keystone):
    keystone.stop()
    assert ask("demo").status_code == 503
    keystone.start()
    assert ask("demo").status_code == 200


def test_a_token_that_was_seen_is_good_while_nobody_answers(ask, keystone, options):
    options["token_cache_time"] = "300"
    assert ask("demo").status_code == 200
    keystone.stop()
    assert ask("demo").status_code == 200
    assert ask("other").status_code == 503


def test_a_decision_may_be_left_to_what_stands_behind(ask, keystone, options):
    """With delay_auth_decision nobody is refused here; Nova's context then finds no user."""
    options["delay_auth_decision"] = True
    assert ask("demo").json()["meta"]["HTTP_X_IDENTITY_STATUS"] == "Confirmed"
    for bad in ("nonsense", None):
        answer = ask(bad)
        assert answer.status_code == 401, bad
        assert answer["WWW-Authenticate"] == f'Keystone uri="http://127.0.0.1:{keystone.port}"'
    keystone.stop()
    assert ask("demo").status_code == 401


def test_nobody_comes_in_by_a_forged_header_while_a_decision_is_delayed(ask, options):
    options["delay_auth_decision"] = True
    forged = {"X_User_Id": "root", "X_Roles": "admin", "X_Project_Id": "p1"}
    assert ask(None, **forged).status_code == 401
    assert ask("nonsense", **forged, X_Identity_Status="Confirmed").status_code == 401


def test_a_service_token_lets_an_old_token_go_on(ask, keystone):
    answer = ask("old", X_Service_Token="nova")
    assert answer.status_code == 200
    assert ("old", True) in keystone.server.asked
    context = answer.json()["context"]
    assert (context["user_id"], context["service_roles"]) == ("old", ["service"])
    assert ask("old", X_Service_Token="demo").status_code == 401
    assert ask("old", X_Service_Token="nonsense").status_code == 401
    assert ask("old").status_code == 401
