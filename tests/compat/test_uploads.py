"""Uploads that are too large, over a real connection: refused while they are still being sent."""

import http.client
import socket

import pytest

from tests.compat.live import LiveCloud

CAP = 2 << 20
PIECE = b"x" * (64 << 10)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    limits = {"KILONOVA_IMAGE_SIZE_CAP": str(CAP), "KILONOVA_USER_STORAGE_QUOTA": "3MB"}
    cloud = LiveCloud(tmp_path_factory.mktemp("uploads"), **limits)
    yield cloud.start()
    cloud.stop()


@pytest.fixture
def token(cloud):
    return cloud.token()


def an_image(cloud, token):
    wanted = {"name": "i", "disk_format": "raw", "container_format": "bare"}
    status, _, made = cloud.ask("POST", "/image/v2/images", wanted, token)
    assert status == 201
    return made["id"]


def send(cloud, token, image, pieces):
    """Send a body in chunks; how many bytes went, and how it was answered, if at all."""
    connection = http.client.HTTPConnection("127.0.0.1", cloud.port, timeout=60)
    connection.putrequest("PUT", f"/image/v2/images/{image}/file")
    for name, value in {
        "X-Auth-Token": token,
        "Content-Type": "application/octet-stream",
        "Transfer-Encoding": "chunked",
    }.items():
        connection.putheader(name, value)
    connection.endheaders()
    sent = 0
    try:
        for piece in pieces:
            connection.send(b"%x\r\n%s\r\n" % (len(piece), piece))
            sent += len(piece)
        connection.send(b"0\r\n\r\n")
    except OSError:
        pass  # the other side has heard enough
    try:
        return sent, connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return sent, None
    finally:
        connection.close()


def files(cloud):
    return [path for path in (cloud.data / "images").rglob("*") if path.stat().st_size >= CAP]


def test_a_chunked_upload_above_the_cap_is_413_and_leaves_nothing(cloud, token):
    image = an_image(cloud, token)
    _, status = send(cloud, token, image, [PIECE] * 33)
    assert status == 413
    assert cloud.ask("GET", f"/image/v2/images/{image}", token=token)[2]["status"] == "queued"
    assert files(cloud) == []
    assert send(cloud, token, image, [PIECE] * 32) == (CAP, 204)
    assert cloud.ask("DELETE", f"/image/v2/images/{image}", token=token)[0] == 204


def test_an_upload_without_end_is_hung_up_on(cloud, token):
    image = an_image(cloud, token)
    sent, status = send(cloud, token, image, (PIECE for _ in range(100_000)))
    assert sent < 64 * CAP
    assert status in (413, None)
    assert cloud.ask("GET", f"/image/v2/images/{image}", token=token)[2]["status"] == "queued"
    assert files(cloud) == []


def test_a_client_that_goes_away_leaves_nothing(cloud, token):
    image = an_image(cloud, token)
    with socket.create_connection(("127.0.0.1", cloud.port), 60) as connection:
        head = f"PUT /image/v2/images/{image}/file HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {token}\r\n"
        head += "Content-Type: application/octet-stream\r\nContent-Length: 1000000\r\n\r\n"
        connection.sendall(head.encode() + PIECE)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(12) == b"HTTP/1.1 400"
    assert cloud.ask("GET", f"/image/v2/images/{image}", token=token)[2]["status"] == "queued"
