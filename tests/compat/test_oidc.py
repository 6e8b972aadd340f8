"""An OpenID provider vouches for people: with bearer tokens, in exchange, and at the admin site."""

import base64
import json
import time
import urllib.error
import urllib.request
import uuid

import pytest

from tests.compat import browser, openid
from tests.compat.live import LiveCloud, Openstack

pytestmark = [
    pytest.mark.auth,
    pytest.mark.skipif(
        not openid.is_installed(), reason="no node, or tests/compat/openid/setup.sh was not run"
    ),
]
# How many seconds an administrator's session lasts before the provider is asked again.
RENEWED = 6
with_browser = pytest.mark.skipif(
    not browser.is_installed(), reason="no chromium and chromedriver (Debian: chromium-driver)"
)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    data = tmp_path_factory.mktemp("oidc")
    provider = openid.Provider()
    cloud = LiveCloud(
        data / "cloud",
        KILONOVA_AUTH="oidc",
        KILONOVA_OIDC_ISSUER=provider.issuer,
        KILONOVA_OIDC_CLIENT="kilonova",
        KILONOVA_OIDC_SECRET="kilonova-secret",
        KILONOVA_OIDC_AUDIENCE=openid.AUDIENCE,
        KILONOVA_OIDC_PROVIDER="acme",
        KILONOVA_OIDC_RENEW=str(RENEWED),
    )
    provider.start(cloud.base, data / "provider.log")
    yield provider, cloud.start()
    cloud.stop()
    provider.stop()


@pytest.fixture
def provider(world):
    return world[0]


@pytest.fixture
def cloud(world):
    return world[1]


def ask(cloud, path, bearer, method="GET", body=None, **headers):
    headers = {"Content-Type": "application/json", **headers}
    if bearer is not None:
        headers["Authorization"] = f"Bearer {bearer}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(cloud.base + path, data, headers, method=method)
    try:
        answer = urllib.request.urlopen(request, timeout=60)
    except urllib.error.HTTPError as exc:
        answer = exc
    with answer:
        raw = answer.read()
    return answer.status, answer.headers, json.loads(raw) if raw else None


# Bearer tokens


@pytest.mark.parametrize("client", ["robot", "opaque"])
def test_a_bearer_token_is_its_users(provider, cloud, client):
    member, reader = provider.token("max", client), provider.token("rita", client)
    admin = provider.token("ada", client)
    assert (member.count(".") == 2) == (client == "robot")
    group = {"server_group": {"name": uuid.uuid4().hex, "policies": ["affinity"]}}
    status, _, made = ask(cloud, "/v2.1/os-server-groups", member, "POST", group)
    assert status == 200
    found = ask(
        cloud,
        f"/v2.1/os-server-groups/{made['server_group']['id']}",
        reader,
        **{"OpenStack-API-Version": "compute 2.13"},
    )[2]["server_group"]
    assert (found["user_id"], found["project_id"]) == ("max", openid.PROJECT)
    assert ask(cloud, "/v2.1/os-server-groups", reader, "POST", group)[0] == 403
    assert ask(cloud, "/v2.1/os-hypervisors", member)[0] == 403
    assert ask(cloud, "/v2.1/os-hypervisors", admin)[0] == 200
    for path in ("/image/v2/images", "/network/v2.0/networks", "/placement/resource_providers"):
        assert ask(cloud, path, admin)[0] == 200, path


def test_a_bearer_token_must_be_good(provider, cloud):
    good = provider.token("ada")
    head, body, signature = good.split(".")

    def changed(part, **values):
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return (
            base64.urlsafe_b64encode(json.dumps({**claims, **values}).encode()).decode().strip("=")
        )

    short = provider.token("ada", "shortlived")
    bad = {
        "none": None,
        "empty": "",
        "nonsense": "nonsense",
        "three words": "a.b.c",
        "another user": f"{head}.{changed(body, sub='root')}.{signature}",
        "no signature": f"{changed(head, alg='none')}.{body}.",
        "another algorithm": f"{changed(head, alg='HS256')}.{body}.{signature}",
        "an unknown key": f"{changed(head, kid='other')}.{body}.{signature}",
        "another audience": provider.token("ada", "elsewhere"),
        "another audience, opaque": provider.token("ada", "opaque")[:-1] + "x",
    }
    for what, token in bad.items():
        status, headers, _ = ask(cloud, "/v2.1/servers", token)
        assert status == 401, what
        assert 'Bearer realm="kilonova"' in headers["WWW-Authenticate"]
    time.sleep(12)  # one second of life, and ten that clocks may differ
    assert ask(cloud, "/v2.1/servers", short)[0] == 401
    assert ask(cloud, "/v2.1/servers", good)[0] == 200
    assert ask(cloud, "/v2.1/servers", good, **{"X-Auth-Token": good})[0] == 401


def test_what_the_provider_takes_back_is_refused(provider, cloud):
    token = provider.token("max", "opaque")
    assert ask(cloud, "/v2.1/servers", token)[0] == 200
    provider.revoke(token, "opaque")
    time.sleep(6)
    assert ask(cloud, "/v2.1/servers", token)[0] == 401


# The exchange


@pytest.fixture
def federated(shell, provider, cloud):
    def someone(plugin, **more):
        who = Openstack(shell, cloud)
        for name in ("OS_USERNAME", "OS_PASSWORD", "OS_USER_DOMAIN_ID"):
            del who.environment[name]
        who.environment |= {
            "OS_AUTH_TYPE": plugin,
            "OS_AUTH_URL": f"{cloud.base}/identity/v3",
            "OS_IDENTITY_PROVIDER": "acme",
            "OS_PROTOCOL": "openid",
            "OS_DISCOVERY_ENDPOINT": f"{provider.issuer}/.well-known/openid-configuration",
            "OS_PROJECT_NAME": "federated",
            "OS_CLIENT_ID": "robot",
            "OS_CLIENT_SECRET": "robot-secret",
            "OS_OPENID_SCOPE": "api",
            **more,
        }
        return who

    return someone


def test_the_client_logs_in_by_password(federated):
    max_ = federated("v3oidcpassword", OS_USERNAME="max", OS_PASSWORD="p")
    token = max_.show("token", "issue")
    assert (token["user_id"], token["project_id"]) == ("max", openid.PROJECT)
    name = f"server-{uuid.uuid4().hex[:8]}"
    made = max_.show(
        *("server", "create", "--flavor", "m1.tiny", "--image", "cirros-0.6.3-x86_64-disk"),
        *("--nic", "none", "--wait", name),
        version="2.37",
    )
    assert made["status"] == "ACTIVE"
    assert name in max_.column("Name", "server", "list")
    max_.say("server", "delete", "--wait", name)
    assert "403" in max_.refused("hypervisor", "list")
    wrong = federated("v3oidcpassword", OS_USERNAME="max", OS_PASSWORD="wrong")
    assert wrong.refused("token", "issue")


def test_the_client_logs_in_by_its_own_credentials(federated):
    robot = federated("v3oidcclientcredentials")
    token = robot.show("token", "issue")
    assert (token["user_id"], token["project_id"]) == ("robot", openid.PROJECT)
    assert robot.show("server", "list") == []


@pytest.mark.parametrize("client", ["robot", "opaque"])
def test_the_client_logs_in_by_an_access_token(federated, provider, client):
    ada = federated("v3oidcaccesstoken", OS_ACCESS_TOKEN=provider.token("ada", client))
    assert ada.show("token", "issue")["user_id"] == "ada"
    assert len(ada.show("hypervisor", "list")) == 2
    assert federated("v3oidcaccesstoken", OS_ACCESS_TOKEN="nonsense").refused("token", "issue")


def test_the_exchange_gives_an_unscoped_token(provider, cloud):
    path = "/identity/v3/OS-FEDERATION/identity_providers/{}/protocols/{}/auth"
    status, headers, body = ask(cloud, path.format("acme", "openid"), provider.token("max"), "POST")
    assert status == 201
    assert headers["X-Subject-Token"]
    token = body["token"]
    assert token["methods"] == ["openid"]
    assert not {"project", "roles", "catalog"} & token.keys()
    assert token["user"]["domain"] == {"id": "acme", "name": "acme"}
    federation = token["user"]["OS-FEDERATION"]
    assert federation["identity_provider"] == {"id": "acme"}
    assert federation["protocol"] == {"id": "openid"}
    good = provider.token("max")
    assert ask(cloud, path.format("other", "openid"), good, "POST")[0] == 404
    assert ask(cloud, path.format("acme", "saml2"), good, "POST")[0] == 401
    assert ask(cloud, path.format("acme", "openid"), None, "POST")[0] == 401
    assert ask(cloud, path.format("acme", "openid"), "nonsense", "POST")[0] == 401


# The admin site


@pytest.fixture
def chromium(tmp_path):
    chromium = browser.Browser(tmp_path)
    yield chromium
    chromium.close()


def log_in(chromium, cloud, name):
    chromium.open(f"{cloud.base}/admin/")
    chromium.click("#openid")
    chromium.until(lambda: "/interaction/" in chromium.url)
    chromium.type("input[name=login]", name)
    chromium.type("input[name=password]", "p")
    chromium.click("button[type=submit]")
    chromium.until(lambda: cloud.base in chromium.url or "Continue" in chromium.text)
    if cloud.base not in chromium.url:
        chromium.click("button[type=submit]")
    chromium.until(lambda: cloud.base in chromium.url and "/oidc/" not in chromium.url)


@with_browser
def test_an_administrator_logs_in_at_the_admin_site(chromium, cloud):
    log_in(chromium, cloud, "ada")
    assert chromium.url == f"{cloud.base}/admin/"
    assert "ADA" in chromium.text.upper()
    chromium.open(f"{cloud.base}/admin/compute/service/")
    assert "nova-compute" in chromium.text
    assert [text for text in chromium.complaints() if cloud.base in text] == []


@with_browser
def test_a_member_does_not(chromium, cloud):
    log_in(chromium, cloud, "max")
    assert chromium.url == f"{cloud.base}/admin/login/?openid=refused"
    assert "did not say that you are an administrator" in chromium.text
    chromium.open(f"{cloud.base}/admin/compute/service/")
    assert "/admin/login/" in chromium.url


@with_browser
def test_the_provider_is_asked_again_and_its_no_ends_the_session(chromium, cloud):
    log_in(chromium, cloud, "ada")
    services = f"{cloud.base}/admin/compute/service/"
    ours = {"sessionid", "csrftoken"}
    time.sleep(RENEWED + 1)
    chromium.open(services)
    # There and back without a question, because the provider knows the browser.
    assert chromium.url == services
    assert "nova-compute" in chromium.text
    chromium.forget(*(chromium.cookies().keys() - ours))
    time.sleep(RENEWED + 1)
    chromium.open(services)
    assert "/admin/login/" in chromium.url
    chromium.open(services)
    assert "/admin/login/" in chromium.url
