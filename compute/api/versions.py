"""Version documents: what versions there are, without a token.  /, /v2, /v2.1"""

import json
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from compute.api import faults, history
from compute.api.base import ComputeVersioning, ComputeViewSet, check_media_type, say_version
from compute.api.links import host_of
from middleware.webob_errors import not_found
from versioned import wire
from versioned.answer import Answer
from versioned.negotiation import BadVersionString, VersionNotAcceptable
from versioned.operation import MalformedBody, UnsupportedMediaType, operation
from versioned.versions import Version, show

DOCUMENTATION = "http://docs.openstack.org/"
PATH_SAFE = "/~!$&'()*+,;=:@"

# fmt: off
# id, status, newest, oldest, updated, path, version of the media type
VERSIONS = (
    ("v2.0", "DEPRECATED", "",                    "",                      "2025-07-04T12:00:00Z", "v2",   "2"),  # noqa: E501
    ("v2.1", "CURRENT",    show(history.NEWEST), show(history.EARLIEST), "2013-07-23T11:33:21Z", "v2.1", "2.1"),  # noqa: E501
)
# fmt: on
_BY_ID = {row[0]: row for row in VERSIONS}


def root(request: HttpRequest) -> HttpResponse:
    """List the versions.  GET /"""
    links = [f"{host_of(request)}/{row[5]}/" for row in VERSIONS]
    return _unversioned(
        request,
        {
            "versions": [
                {**_head(row), "links": [{"rel": "self", "href": link}]}
                for row, link in zip(VERSIONS, links, strict=True)
            ]
        },
    )


def choices(request: HttpRequest) -> HttpResponse:
    """Offer the versions of a path that names none: 300."""
    path = quote(request.path.strip("/"), safe=PATH_SAFE)
    return _unversioned(
        request,
        {
            "choices": [
                {
                    "id": row[0],
                    "status": row[1],
                    "links": [{"rel": "self", "href": f"{host_of(request)}/{row[5]}/{path}"}],
                    "media-types": _media_types(row),
                }
                for row in VERSIONS
            ]
        },
        status=300,
    )


def legacy(request: HttpRequest) -> HttpResponse:
    """Describe the legacy version.  GET /v2"""
    return _unversioned(request, _document("v2.0", f"{host_of(request)}/v2/"))


def current(request: HttpRequest) -> HttpResponse:
    """Describe the version with microversions, in the headers of the one asked.  GET /v2.1"""
    version: Version | None = None
    try:
        version = ComputeVersioning().determine_version(request)
        _read(request)
        response = _answer(request, _document("v2.1", f"{host_of(request)}/v2.1/"))
    except VersionNotAcceptable as exc:
        version = exc.version
        response = faults.fault_for(exc, request)
    except (BadVersionString, MalformedBody, UnsupportedMediaType) as exc:
        response = faults.fault_for(exc, request)
    if version is not None:
        say_version(version, response)
    return response


def unrouted(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer what no route matched: 300 where a version is missing, else 404."""
    if getattr(request, "pipeline", None) == "versions":
        return choices(request)
    return not_found(request)


class VersionViewSet(ComputeViewSet):
    """The same documents inside the API, with a token.  /{project_id}/, /versions/{id}"""

    @operation(policy=None)
    def retrieve(self, request: Any, id: str = "v2.1") -> HttpResponse:
        if self.is_relaxed:
            # Nova: below /v2 every id is the legacy version's.
            id = "v2.0"
        if id not in _BY_ID:
            return faults.fault(404, faults.NOT_FOUND)
        prefix = "v2" if self.is_relaxed else "v2.1"
        django_request = request._request
        return _answer(django_request, _document(id, f"{host_of(django_request)}/{prefix}/"))


@lru_cache(maxsize=64)
def _document(version_id: str, link: str) -> bytes:
    """The whole description of one version, as it is sent; it differs by where it is asked only."""
    row = _BY_ID[version_id]
    whole = {
        "version": {
            **_head(row),
            "links": [
                {"rel": "self", "href": link},
                {"rel": "describedby", "type": "text/html", "href": DOCUMENTATION},
            ],
            "media-types": _media_types(row),
        }
    }
    return json.dumps(whole).encode()


def _head(row: tuple[str, ...]) -> dict[str, str]:
    return dict(zip(("id", "status", "version", "min_version", "updated"), row, strict=False))


def _media_types(row: tuple[str, ...]) -> list[dict[str, str]]:
    kind = f"application/vnd.openstack.compute+json;version={row[6]}"
    return [{"base": "application/json", "type": kind}]


def _unversioned(request: HttpRequest, value: Any, status: int = 200) -> HttpResponse:
    """Answer any method, as Nova's version apps do, unless its body cannot be read."""
    try:
        _read(request)
    except (MalformedBody, UnsupportedMediaType) as exc:
        return faults.fault_for(exc, request)
    return _answer(request, value, status)


def _read(request: HttpRequest) -> None:
    check_media_type(request.META)
    if request.method in ("POST", "PUT") and _body(request):
        try:
            wire.loads(request.body)
        except ValueError:
            raise MalformedBody from None


def _body(request: HttpRequest) -> bytes:
    """The body; MalformedBody for one that is larger than any may be.

    Nova: it reads whatever anybody sends to the version documents, and says so of most of it.
    """
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > settings.MAX_REQUEST_BODY_SIZE:
        raise MalformedBody
    return request.body


def _answer(request: HttpRequest, value: Any, status: int = 200) -> HttpResponse:
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Answer(content, status, getattr(request, "best_content_type", "application/json"))
