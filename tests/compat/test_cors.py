"""A page of another origin asks the cloud, in a real browser."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.compat import browser
from tests.compat.live import LiveCloud

pytestmark = [
    pytest.mark.auth,
    pytest.mark.skipif(
        not browser.is_installed(), reason="no chromium and chromedriver (Debian: chromium-driver)"
    ),
]

ASK = """
const [url, method, headers, body, done] = arguments;
fetch(url, {method, headers, body})
  .then(async (answer) => done({
    status: answer.status,
    token: answer.headers.get('X-Subject-Token'),
    request: answer.headers.get('X-Openstack-Request-Id'),
    version: answer.headers.get('OpenStack-API-Version'),
    body: await answer.text(),
  }))
  .catch((error) => done({refused: String(error)}));
"""


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>dashboard</title>")

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def origins():
    """Two origins: a dashboard's, and somebody else's."""
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Page) for _ in range(2)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield [f"http://127.0.0.1:{server.server_address[1]}" for server in servers]
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def cloud(origins, tmp_path_factory):
    cloud = LiveCloud(tmp_path_factory.mktemp("cors"), KILONOVA_CORS_ORIGINS=origins[0])
    yield cloud.start()
    cloud.stop()


@pytest.fixture
def chromium(tmp_path):
    chromium = browser.Browser(tmp_path)
    yield chromium
    chromium.close()


def test_the_dashboards_page_may_ask_and_read(chromium, cloud, origins):
    chromium.open(origins[0])
    user = '{"name":"demo","password":"password","domain":{"id":"default"}}'
    scope = '{"project":{"name":"demo","domain":{"id":"default"}}}'
    identity = f'{{"methods":["password"],"password":{{"user":{user}}}}}'
    body = f'{{"auth":{{"identity":{identity},"scope":{scope}}}}}'
    url, json = f"{cloud.base}/identity/v3/auth/tokens", {"Content-Type": "application/json"}
    made = chromium.run_later(ASK, url, "POST", json, body)
    assert made["status"] == 201
    token = {"X-Auth-Token": made["token"], "OpenStack-API-Version": "compute 2.90"}
    shown = chromium.run_later(ASK, f"{cloud.base}/v2.1/servers/detail", "GET", token, None)
    assert (shown["status"], shown["version"]) == (200, "compute 2.90")
    assert shown["body"] == '{"servers":[]}'
    keypair = '{"keypair":{"name":"from-a-page"}}'
    url = f"{cloud.base}/v2.1/os-keypairs"
    made = chromium.run_later(
        ASK, url, "POST", {**json, "X-Auth-Token": token["X-Auth-Token"]}, keypair
    )
    assert made["status"] == 200
    url = f"{url}/from-a-page"
    assert chromium.run_later(ASK, url, "DELETE", token, None)["status"] == 204
    # A refusal can be read, too: a page must be able to tell why.
    bad = chromium.run_later(ASK, url, "GET", {"X-Auth-Token": "bad"}, None)
    assert bad["status"] == 401


def test_another_page_may_not(chromium, cloud, origins):
    chromium.open(origins[1])
    for headers in ({"X-Auth-Token": cloud.token()}, {}):
        url = f"{cloud.base}/v2.1/servers"
        assert "refused" in chromium.run_later(ASK, url, "GET", headers, None)
