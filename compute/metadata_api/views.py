"""The metadata service: what a guest may know of itself.  / on port 8775"""

import logging
import posixpath
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse

from compute.domain import guest_password
from compute.domain.guest_data import ec2, openstack
from compute.domain.guest_data.facts import Facts
from compute.metadata_api import callers
from compute.metadata_api.errors import Refused
from middleware.webob_errors import page

LOG = logging.getLogger("nova.api.metadata")

TEXT, JSON = "text/plain; charset=UTF-8", "application/json"
_HTML = "text/html; charset=UTF-8"


def answer(request: HttpRequest) -> HttpResponse:
    """Answer any path, by any method."""
    try:
        path = posixpath.normpath("/" + request.path_info.lstrip("/"))
        if path == "/":
            return _said(ec2.printed(ec2.LISTED))
        return _found(request, callers.find(request), path.split("/")[1:])
    except Refused as refused:
        return page(request, refused.status, refused.explanation)
    except KeyError:
        return page(request, 404)
    except Exception as exc:
        LOG.exception("%s %s", request.method, request.path_info, exc_info=exc)
        return failed(request)


def failed(request: HttpRequest) -> HttpResponse:
    """What the server in front says when the application has failed."""
    return _said(b"", "text/plain", 500)


def _found(request: HttpRequest, facts: Facts, path: list[str]) -> HttpResponse:
    if path[0] == "openstack":
        return _openstack(request, facts, path[1:])
    # Nova: whatever begins with nothing it knows is EC2's.
    tokens = path[1:] if path[0] == "ec2" else path
    if not tokens:
        return _said(ec2.printed(ec2.LISTED))
    return _said(ec2.printed(ec2.find(ec2.tree(facts, tokens[0]), tokens[1:])))


def _openstack(request: HttpRequest, facts: Facts, path: list[str]) -> HttpResponse:
    if not path:
        return _list(openstack.versions())
    if path[0] == openstack.CONTENT:
        if len(path) != 2:
            raise KeyError(path)
        return _said(facts.content[path[1]])
    version = openstack.known(path[0])
    name = "/".join(path[1:]) or "version"
    if name == openstack.CONTENT:
        # Nova: a leftover of its routes, which calls its handler in a way that it cannot be.
        raise TypeError(name)
    if name == "version":
        return _list(openstack.names(facts, version))
    if name == openstack.PASSWORD:
        if version < "2013-04-04":
            raise KeyError(name)
        return _password(request, facts)
    if name not in openstack.DOCUMENTS:
        raise KeyError(name)
    content = openstack.document(facts, version, name)
    return _said(content, JSON if openstack.is_json(name) else TEXT)


def _password(request: HttpRequest, facts: Facts) -> HttpResponse:
    known = facts.server.encrypted_password
    if request.method == "GET":
        return _said(known.encode(), _HTML)
    if request.method != "POST":
        raise Refused(400, "GET and POST only are supported.")
    if known:
        raise Refused(409)
    length = request.META.get("CONTENT_LENGTH")
    if not length:
        # Nova: a length that is not told cannot be compared.
        return failed(request)
    if int(length) > guest_password.MOST:
        raise Refused(400, "Request is too large.")
    try:
        guest_password.tell(facts.server, request.body.decode())
    except guest_password.ServerGone as exc:
        raise Refused(400, exc.text) from exc
    return _said(b"", _HTML)


def _list(names: Sequence[str]) -> HttpResponse:
    return _said(ec2.printed(names))


def _said(content: bytes, content_type: str = TEXT, status: int = 200) -> HttpResponse:
    headers = {"Content-Length": str(len(content))}
    return HttpResponse(content, content_type=content_type, status=status, headers=headers)
