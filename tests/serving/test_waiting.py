"""A thread waits for more of the connection that it answered, and leaves when it is needed."""

import socket
import threading
import time
from contextlib import ExitStack, closing

import pytest

from computeproject import server as http
from computeproject.connections import Connection
from computeproject.waiting import Waiting

pytestmark = pytest.mark.enable_socket
REQUEST = b"GET / HTTP/1.1\r\nHost: cloud\r\n\r\n"


def tell_thread(environ, start_response):
    name = threading.current_thread().name.encode()
    start_response("200 OK", [("Content-Length", str(len(name)))])
    return [name]


@pytest.fixture
def server():
    server = http.make("127.0.0.1", 0, tell_thread, threads=2, patience=60)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    while not server.ready:
        time.sleep(0.01)
    yield server
    server.stop()
    thread.join(30)


@pytest.fixture
def connect(server):
    with ExitStack() as stack:
        yield lambda: stack.enter_context(
            closing(socket.create_connection(server.bind_addr[:2], timeout=30))
        )


def ask(connection):
    connection.sendall(REQUEST)
    answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 200"), answer
    return answer.rpartition(b"\r\n\r\n")[2]


def await_waiting(server, count):
    until = time.monotonic() + 30
    while len(server.waiting) != count:
        assert time.monotonic() < until, len(server.waiting)
        time.sleep(0.01)


def test_the_thread_that_answered_waits_for_the_next_request(server, connect):
    connection = connect()
    names = set()
    for _ in range(5):
        names.add(ask(connection))
        await_waiting(server, 1)
    assert len(names) == 1


def test_connections_that_stay_open_keep_nobody_else_from_being_answered(server, connect):
    everybody = [connect() for _ in range(8)]
    for _ in range(3):
        for connection in everybody:
            assert ask(connection)


def test_who_was_not_called_sees_after_a_while_that_there_is_something_to_do(
    server, connect, monkeypatch
):
    monkeypatch.setattr(Connection, "A_WHILE", 0.05)
    held = [connect() for _ in range(2)]
    for connection in held:
        ask(connection)
    monkeypatch.setattr(server.waiting, "call", lambda: False)
    assert ask(connect())


def test_who_waits_for_nothing_does_not_keep_the_server_from_stopping(server, connect):
    connections = [connect() for _ in range(2)]
    for connection in connections:
        ask(connection)
    stopping = threading.Thread(target=server.stop, daemon=True)
    stopping.start()
    stopping.join(30)
    assert not stopping.is_alive()
    assert [connection.recv(1) for connection in connections] == [b"", b""]


@pytest.fixture
def pair():
    near, far = socket.socketpair()
    with closing(near), closing(far):
        yield near, far


def test_nothing_comes_in_time(pair):
    waiting = Waiting()
    assert waiting.wait(pair[0], 0, lambda: False) is False
    assert len(waiting) == 0
    assert not waiting.call()


def test_who_is_needed_does_not_begin_to_wait(pair):
    waiting = Waiting()
    assert waiting.wait(pair[0], 600, lambda: True) is None
    waiting.end()
    assert waiting.wait(pair[0], 600, lambda: False) is None


def test_who_is_called_away_while_more_came_calls_the_next(pair):
    waiting, found = Waiting(), []
    other_near, other_far = socket.socketpair()
    with closing(other_near), closing(other_far):
        other = threading.Thread(
            target=lambda: found.append(waiting.wait(other_near, 600, lambda: False))
        )

        def is_needed():
            # This one waits already, and the other one after it.
            other.start()
            while len(waiting) < 2:
                time.sleep(0.001)
            assert waiting.call()
            pair[1].sendall(b"more")
            return False

        assert waiting.wait(pair[0], 600, is_needed) is True
        other.join(30)
    assert found == [None]
