"""A real Keystone in front of the cloud: tokens are its own, servers are ours."""

import shutil
import time
import uuid
from urllib.parse import quote

import pytest
import requests

from tests.compat.keystone import ADMIN_PASSWORD, RealKeystone, is_installed
from tests.compat.live import LiveCloud, Openstack

pytestmark = [
    pytest.mark.auth,
    pytest.mark.skipif(not is_installed(), reason="tests/compat/keystone/setup.sh was not run"),
]

CACHED = 2
SERVICE_PASSWORD = "a-service-password"
CATALOG = {
    "compute": "/v2.1",
    "image": "/image",
    "network": "/network",
    "block-storage": "/volume/v3/$(project_id)s",
    "placement": "/placement",
}


@pytest.fixture(scope="module")
def keystone(tmp_path_factory):
    pytest.importorskip("keystonemiddleware", reason="the extra `keystone` is not installed")
    keystone = RealKeystone(tmp_path_factory.mktemp("keystone")).start()
    service = keystone.make("project", name="service", domain_id="default")
    keystone.person("nova", SERVICE_PASSWORD, service, "service", "admin")
    demo = keystone.make("project", name="demo", domain_id="default")
    keystone.person("demo", "password", demo, "member")
    keystone.person("rita", "password", demo, "reader")
    yield keystone
    keystone.stop()


def cloud_behind(keystone, data, password):
    return LiveCloud(
        data,
        KILONOVA_AUTH="keystone",
        KILONOVA_SERVICE_USER=keystone.url.replace("://", f"://nova:{quote(password)}@"),
        KILONOVA_TOKEN_CACHE_TIME=str(CACHED),
    )


@pytest.fixture(scope="module")
def cloud(keystone, tmp_path_factory):
    cloud = cloud_behind(keystone, tmp_path_factory.mktemp("cloud"), SERVICE_PASSWORD)
    for kind, path in CATALOG.items():
        keystone.offer(kind, cloud.base + path)
    yield cloud.start()
    cloud.stop()


@pytest.fixture
def demo(shell, keystone, cloud):
    demo = Openstack(shell, cloud)
    demo.environment["OS_AUTH_URL"] = f"{keystone.url}/v3"
    return demo


def test_a_server_lives_on_tokens_of_a_real_keystone(keystone, demo):
    assert demo.show("token", "issue")["project_id"]
    name = f"server-{uuid.uuid4().hex[:8]}"
    made = demo.show(
        *("server", "create", "--flavor", "m1.tiny", "--image", "cirros-0.6.3-x86_64-disk"),
        *("--network", "private", "--wait", name),
    )
    assert made["status"] == "ACTIVE"
    demo.say("server", "stop", name)
    demo.say("server", "start", name)
    volume = demo.show("volume", "create", "--size", "1", "data")
    assert volume["name"] == "data"
    demo.say("server", "delete", "--wait", name)
    assert name not in {row["Name"] for row in demo.show("server", "list")}


def test_roles_are_those_that_keystone_says(keystone, cloud):
    reader = keystone.issue("rita", "password", "demo")
    assert cloud.ask("GET", "/v2.1/servers", token=reader)[0] == 200
    group = {"server_group": {"name": "g", "policies": ["affinity"]}}
    assert cloud.ask("POST", "/v2.1/os-server-groups", group, reader)[0] == 403
    assert cloud.ask("GET", "/v2.1/os-hypervisors", token=reader)[0] == 403
    assert cloud.ask("GET", "/v2.1/os-hypervisors", token=keystone.token)[0] == 200


@pytest.mark.parametrize("token", [None, "", "gAAAAAnonsense"])
def test_without_a_good_token_it_is_401(keystone, cloud, token):
    status, headers, body = cloud.ask("GET", "/v2.1/servers", token=token)
    assert status == 401
    assert headers["WWW-Authenticate"] == f'Keystone uri="{keystone.url}"'
    assert body["error"]["code"] == 401


def test_tokens_of_the_embedded_identity_are_good_for_nothing(cloud):
    identity = {"methods": ["password"]}
    user = {"name": "admin", "password": "password", "domain": {"id": "default"}}
    body = {"auth": {"identity": {**identity, "password": {"user": user}}}}
    assert cloud.ask("POST", "/identity/v3/auth/tokens", body)[0] == 401


def test_a_revoked_token_is_refused(keystone, cloud):
    token = keystone.issue("demo", "password", "demo")
    assert cloud.ask("GET", "/v2.1/servers", token=token)[0] == 200
    keystone.revoke(token)
    # As in Nova a token is good without asking again for as long as it is cached.
    time.sleep(CACHED + 1)
    assert cloud.ask("GET", "/v2.1/servers", token=token)[0] == 401


def test_a_service_token_must_be_a_services(keystone, cloud):
    token = keystone.issue("demo", "password", "demo")
    service = keystone.issue("nova", SERVICE_PASSWORD, "service")

    def asked(with_token):
        import urllib.error
        import urllib.request

        headers = {"X-Auth-Token": token, "X-Service-Token": with_token}
        request = urllib.request.Request(f"{cloud.base}/v2.1/servers", None, headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status
        except urllib.error.HTTPError as exc:
            return exc.code

    assert asked(service) == 200
    assert asked(token) == 401
    assert asked("nonsense") == 401


def logged_in(cloud, name, password):
    """A session at the admin site; None for who is not let in."""
    browser = requests.Session()
    page = browser.get(f"{cloud.base}/admin/login/", timeout=60)
    csrf = page.text.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    answer = browser.post(
        f"{cloud.base}/admin/login/?next=/admin/",
        {"username": name, "password": password, "csrfmiddlewaretoken": csrf},
        timeout=60,
    )
    return browser if answer.url == f"{cloud.base}/admin/" else None


def test_the_admin_site_asks_keystone(keystone, cloud):
    browser = logged_in(cloud, "admin", ADMIN_PASSWORD)
    services = f"{cloud.base}/admin/compute/service/"
    assert "nova-compute" in browser.get(services, timeout=60).text
    assert logged_in(cloud, "admin", "password") is None
    assert logged_in(cloud, "demo", "password") is None
    project = keystone.make("project", name="elsewhere", domain_id="default")
    user = keystone.person("ann", "a-password", project, "admin")
    assert logged_in(cloud, "ann", "a-password") is None
    keystone.ask("PUT", f"/system/users/{user}/roles/{keystone.role('admin')}")
    browser = logged_in(cloud, "ann", "a-password")
    assert browser is not None
    keystone.ask("PATCH", f"/users/{user}", {"user": {"enabled": False}})
    time.sleep(CACHED + 1)
    assert browser.get(services, timeout=60).url.startswith(f"{cloud.base}/admin/login/")


def test_a_wrong_service_password_is_503(keystone, tmp_path):
    cloud = cloud_behind(keystone, tmp_path / "wrong", "not the password")
    try:
        cloud.start()
        token = keystone.issue("demo", "password", "demo")
        status, _, body = cloud.ask("GET", "/v2.1/servers", token=token)
        assert status == 503
        assert "temporarily unavailable" in str(body)
    finally:
        cloud.stop()
        shutil.rmtree(cloud.data, ignore_errors=True)
