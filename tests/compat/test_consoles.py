"""Consoles through their sockets, by a real WebSocket client."""

import urllib.request
from urllib.parse import parse_qs, urlparse

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect


@pytest.fixture(scope="module")
def server(live):
    token = live.token()
    images = live.ask("GET", "/image/v2/images", token=token)[2]["images"]
    body = {"server": {"name": "console", "flavorRef": "c1", "imageRef": images[0]["id"]}}
    server_id = live.ask("POST", "/v2.1/servers", body, token)[2]["server"]["id"]
    status = "BUILD"
    while status == "BUILD":
        status = live.ask("GET", f"/v2.1/servers/{server_id}", token=token)[2]["server"]["status"]
    assert status == "ACTIVE"
    yield server_id
    live.ask("DELETE", f"/v2.1/servers/{server_id}", token=token)


def console(live, server, protocol, kind):
    body = {"remote_console": {"protocol": protocol, "type": kind}}
    path = f"/v2.1/servers/{server}/remote-consoles"
    return live.ask("POST", path, body, live.token(), "2.8")[2]["remote_console"]["url"]


def socket_of(live, url):
    return live.base.replace("http", "ws") + "/" + parse_qs(urlparse(url).query)["path"][0]


def test_a_vnc_console_has_a_page_and_a_screen(live, server):
    url = console(live, server, "vnc", "novnc")
    with urllib.request.urlopen(url) as page:
        assert b"noVNC" in page.read()
    with connect(socket_of(live, url), subprotocols=["binary"]) as screen:
        assert screen.recv(timeout=5) == b"RFB 003.008\n"
        screen.send(b"RFB 003.008\n")
        assert screen.recv(timeout=5) == b"\x01\x01"


def test_a_bad_token_is_hung_up_on_without_a_word(live, server):
    url = socket_of(live, console(live, server, "vnc", "novnc")).replace("token=", "token=bad")
    with connect(url) as screen, pytest.raises(ConnectionClosed):
        screen.recv(timeout=5)


def test_a_serial_console_echoes(live, server):
    url = console(live, server, "serial", "serial")
    assert url.startswith("ws://")
    with connect(url) as terminal:
        terminal.recv(timeout=5)
        terminal.send(b"hello")
        assert terminal.recv(timeout=5) == b"hello"
