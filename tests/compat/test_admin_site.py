"""An administrator at the admin site, in a real browser."""

import time

import pytest

from tests.compat import browser
from tests.compat.live import LiveCloud

pytestmark = [
    pytest.mark.skipif(
        not browser.is_installed(), reason="no chromium and chromedriver (Debian: chromium-driver)"
    ),
    # The cloud that the browser closes on its way out is not the tests' to complain about.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture
def cloud(tmp_path):
    here = LiveCloud(tmp_path / "data")
    yield here.start()
    here.stop()


@pytest.fixture
def chromium(tmp_path):
    here = browser.Browser(tmp_path)
    yield here
    here.close()


def boot(cloud, token):
    """An ACTIVE server; its record."""
    _, _, body = cloud.ask("GET", "/image/v2/images", token=token)
    server = {"name": "patient", "flavorRef": "c1", "imageRef": body["images"][0]["id"]}
    server["networks"] = "none"
    body = {"server": server}
    status, _, body = cloud.ask("POST", "/v2.1/servers", body, token, "2.37")
    assert status == 202, body
    return wait_for(cloud, token, body["server"]["id"], lambda s: s["status"] == "ACTIVE")


def wait_for(cloud, token, server, what):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        _, _, body = cloud.ask("GET", f"/v2.1/servers/{server}", token=token, version="2.37")
        if what(body["server"]):
            return body["server"]
        time.sleep(0.2)
    raise AssertionError(body)


def wait_until_cleared(cloud, token):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        _, _, body = cloud.ask("GET", "/v2.1/os-migrations", token=token, version="2.23")
        if {move["status"] for move in body["migrations"]} == {"completed"}:
            return
        time.sleep(0.2)
    raise AssertionError(body)


def log_in(chromium, cloud):
    chromium.open(f"{cloud.base}/admin/")
    chromium.type("#id_username", "admin")
    chromium.type("#id_password", "password")
    chromium.click("input[type=submit]")
    chromium.until(lambda: "The cloud" in chromium.text)


def choose(chromium, host, name, reason=""):
    """Mark the host's compute service, choose an action and press Go."""
    chromium.run(
        """
        const rows = [...document.querySelectorAll('#result_list tbody tr')];
        const row = rows.find(
            r => r.innerText.includes('nova-compute') && r.innerText.includes(arguments[0]));
        row.querySelector('input.action-select').click();
        document.querySelector('select[name=action]').value = arguments[1];
        document.querySelector('input[name=reason]').value = arguments[2];
        """,
        host,
        name,
        reason,
    )
    chromium.click("button[name=index]")


def test_an_administrator_disables_forces_down_and_evacuates_a_host(cloud, chromium):
    token = cloud.token("admin", "admin")
    server = boot(cloud, token)
    host = server["OS-EXT-SRV-ATTR:host"]
    log_in(chromium, cloud)
    chromium.open(f"{cloud.base}/admin/compute/service/")
    assert chromium.text.count("nova-compute") >= 2
    choose(chromium, host, "disable", "it smells of smoke")
    chromium.until(lambda: "it smells of smoke" in chromium.text)
    choose(chromium, host, "evacuate")
    chromium.until(lambda: f"Compute service of {host} is still in use." in chromium.text)
    choose(chromium, host, "force_down")
    chromium.until(lambda: "Forced down: 1" in chromium.text)
    choose(chromium, host, "evacuate")
    chromium.until(lambda: "Evacuated: 1" in chromium.text)
    moved = wait_for(
        cloud,
        token,
        server["id"],
        lambda s: s["status"] == "ACTIVE" and s["OS-EXT-SRV-ATTR:host"] != host,
    )
    choose(chromium, host, "let_up")
    chromium.until(lambda: f"Unable to force up host {host}" in chromium.text)
    choose(chromium, host, "restart")
    chromium.until(lambda: "Restarted: 1" in chromium.text)
    wait_until_cleared(cloud, token)
    choose(chromium, host, "let_up")
    chromium.until(lambda: "Let up: 1" in chromium.text)
    chromium.open(f"{cloud.base}/admin/compute/server/?q={server['id']}")
    chromium.click("#result_list tbody th a")
    chromium.until(lambda: "rebuild_server (Success)" in chromium.text)
    assert moved["OS-EXT-SRV-ATTR:host"] in chromium.run(
        "return [...document.querySelectorAll('.readonly')].map(e => e.innerText).join('\\n')"
    )
    chromium.click(".historylink")
    chromium.until(lambda: "Evacuated" in chromium.text)
    assert "(admin)" in chromium.text


def test_hosts_show_how_full_they_are(cloud, chromium):
    boot(cloud, cloud.token("admin", "admin"))
    log_in(chromium, cloud)
    chromium.open(f"{cloud.base}/admin/compute/host/")
    bars = chromium.run(
        "return [...document.querySelectorAll('progress')].map(bar => bar.position > 0)"
    )
    # Processors, memory and disk of two hosts.
    assert (len(bars), any(bars)) == (6, True)
    assert not chromium.complaints()
