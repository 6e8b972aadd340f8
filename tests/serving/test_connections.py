"""The short way of connections tells applications, and clients, what cheroot's own way tells."""

import re
import socket
from contextlib import closing

import pytest
from cheroot import wsgi
from cheroot.server import HTTPConnection, HTTPRequest
from hypothesis import given, settings
from hypothesis import strategies as st

from computeproject.connections import Connection, Gateway, Request
from computeproject.server import Server

HOST = b"Host: cloud.example.org\r\n"
PLAIN = [
    b"GET /v2.1/servers?limit=1&name=%5Ea HTTP/1.1\r\n" + HOST + b"X-Auth-Token:  t \r\n\r\n",
    b"GET / HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + HOST + b"Connection: keep-alive\r\n\r\n",
    b"HEAD /v2.1/ HTTP/1.1\r\n" + HOST + b"accept: */*\r\n\r\n",
    b"POST /a HTTP/1.1\r\n" + HOST + b"Content-Type: text/x\r\nContent-Length: 3\r\n\r\nabc",
    b"POST /unread HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\n\r\nabc",
    b"PUT /stream HTTP/1.1\r\n" + HOST + b"X-Name_Of: \xe4\r\nContent-Length: 0\r\n\r\n",
    b"GET /empty HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /nothing HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /broken HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /413 HTTP/1.1\r\n" + HOST + b"\r\n",
]
ODD = [
    b"GET /a%20b%2Fc HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET //other/a HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /a#b HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET http://other/a HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /\xc3\xa4 HTTP/1.1\r\n" + HOST + b"\r\n",
    b"get / HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET a HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET / HTTP/1.0\r\n\r\n",
    b"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
    b"GET / HTTP/2.0\r\n\r\n",
    b"GET /\r\n\r\n",
    b"GET / HTTP/1.1\r\nAccept: a\r\nAccept: b\r\n\r\n",
    b"GET / HTTP/1.1\r\nX-A: a\r\nX-A: b\r\n\r\n",
    b"GET / HTTP/1.1\r\nX-A: a\r\n b\r\n\r\n",
    b"GET / HTTP/1.1\r\nX-A : a\r\n\r\n",
    b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
    b"GET / HTTP/1.1\r\nX-A: a\nX-B: b\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: +3\r\n\r\nabc",
    b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    b"POST /a HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
    b"POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
    b"\r\nGET / HTTP/1.1\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\n\r\n",
    b"CONNECT a:1 HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nX: " + b"x" * 9000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a",
    b"",
]
_DATE = re.compile(rb"Date: [^\r]+")


class Application:
    """Answers in the ways that applications do, and keeps what it was told."""

    def __init__(self):
        self.told = []

    def __call__(self, environ, start_response):
        path, length = environ["PATH_INFO"], environ.get("CONTENT_LENGTH")
        body = b"" if path == "/unread" else environ["wsgi.input"].read(int(length or 0))
        self.told.append((without_objects(environ), body))
        if path == "/stream":
            start_response("200 OK", [("Content-Type", "text/plain")])
            return iter([b"", b"one", b"two"])
        if path == "/empty":
            start_response("204 No Content", [])
            return []
        if path == "/nothing":
            start_response("202 Accepted", [("X-A", "a")])
            return [b""]
        if path == "/broken":
            start_response("200 OK", [("Content-Length", "9")])
            return self.breaking()
        status = "413 Too Large" if path == "/413" else "200 OK"
        start_response(status, [("X-A", "a"), ("Content-Length", "4")])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [b"body"]

    def breaking(self):
        yield b"four"
        raise RuntimeError


def without_objects(environ):
    return {k: v for k, v in environ.items() if k not in ("wsgi.input", "wsgi.errors")}


class Listening(Server):
    """A server that has started, as far as connections know."""

    can_add_keepalive_connection = True

    def error_log(self, *args, **how):
        pass


def served(kind, gateway, raw):
    """What the application was told, what the client read, and whether the connection stays."""
    application = Application()
    server = Listening(("127.0.0.1", 0), application)
    server.gateway = gateway
    near, far = socket.socketpair()
    with closing(far):
        far.sendall(raw)
        far.shutdown(socket.SHUT_WR)
        connection = kind(server, near)
        stays = HTTPConnection.communicate(connection)
        connection.close()
        near.close()
        read = b"".join(iter(lambda: far.recv(65536), b""))
    return application.told, _DATE.sub(b"Date: then", read), bool(stays)


def check(raw):
    ours = served(Connection, Gateway, raw)
    assert ours == served(HTTPConnection, wsgi.Gateway_10, raw)
    return ours


@pytest.mark.parametrize("raw", PLAIN)
def test_a_plain_request_is_read_at_once_and_means_what_cheroot_reads(raw, monkeypatch):
    expected = check(raw)
    assert expected[0]
    monkeypatch.setattr(HTTPRequest, "parse_request", None)
    assert served(Connection, Gateway, raw) == expected


@pytest.mark.parametrize("raw", ODD, ids=lambda raw: repr(raw[:60]))
def test_an_odd_request_is_for_cheroot_to_read_or_refuse(raw):
    check(raw)


names = st.from_regex(rb"[A-Za-z][A-Za-z-]{0,8}", fullmatch=True)
texts = st.binary(max_size=12)
heads = st.builds(
    lambda line, headers: line + b"".join(k + b":" + v + b"\r\n" for k, v in headers) + b"\r\n",
    st.one_of(
        st.sampled_from([b"GET / HTTP/1.1\r\n", b"DELETE /a;b?c=d?e HTTP/1.1\r\n"]),
        st.builds(lambda path: b"GET /" + path + b" HTTP/1.1\r\n", texts),
    ),
    st.lists(st.tuples(names, texts), max_size=4),
)


@settings(max_examples=200, deadline=None)
@given(heads)
def test_no_head_is_read_in_two_ways(raw):
    check(raw)


def test_a_head_leaves_with_what_comes_first_of_the_body(monkeypatch):
    sent = []
    write = Request.write
    monkeypatch.setattr(
        Request, "write", lambda self, chunk: (sent.append(chunk), write(self, chunk))
    )
    near, far = socket.socketpair()
    with closing(far):
        server = Listening(("127.0.0.1", 0), Application())
        far.sendall(PLAIN[0])
        connection = Connection(server, near)
        HTTPConnection.communicate(connection)
        # One piece: a second read would find nothing there.
        assert far.recv(65536).endswith(b"\r\n\r\nbody")
        connection.close()
        near.close()
    assert sent == [b"body"]
