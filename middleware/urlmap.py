"""The URL map: which pipeline a request goes through, and which content type it wants back."""

import re

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from middleware.accept import JSON, best_match, content_version
from middleware.base import GetResponse, Request
from middleware.conf import conf
from middleware.pipelines import NOVA, Mount, UrlTable

_SLASHES = re.compile("//+")
# Where the server's handler leaves a path of more than ASCII as it came, a letter for each byte.
RAW_PATH = "kilonova.path"


class UrlMap:
    """Set `request.pipeline` by application or path, else by the `version` of Content-Type.

    The first of the chain: every other filter asks `request.pipeline`.
    """

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.table = UrlTable(conf.url_map)
        self.applications = conf.applications

    def __call__(self, request: Request) -> HttpResponseBase:
        request.legacy_v2 = False
        # Set by the entry point of an application of its own; no client can set it.
        application = request.META.get("kilonova.application")
        if application is None:
            self._map(request)
        else:
            request.pipeline, request.urlconf = self.applications[application]
            request.best_content_type = JSON
        response = self.get_response(request)
        if request.method == "HEAD":
            _drop_body(response)
        return response

    def _map(self, request: Request) -> None:
        path = request.path_info
        if "//" in path:
            # Nova: several slashes count as one.
            path = request.path_info = request.path = _SLASHES.sub("/", path)
        mount = self.table.find(path)
        wanted = JSON if path.endswith(".json") else None
        accept = request.META.get("HTTP_ACCEPT", "")
        if mount is self.table.default:
            mount, wanted = self._by_header(request, path, wanted, accept)
        elif wanted is None and accept:
            wanted = best_match(accept, with_atom=path == mount.prefix + "/")[0]
        raw = request.META.get(RAW_PATH)
        is_odd = raw is not None or path[-1:] == "\n" or not path.isascii()
        if is_odd and mount.pipeline in NOVA:
            request.path_info = _as_routed(request.path_info, raw)
        request.pipeline = mount.pipeline
        request.best_content_type = wanted or JSON

    def _by_header(
        self, request: Request, path: str, wanted: str | None, accept: str
    ) -> tuple[Mount, str | None]:
        declared = request.META.get("CONTENT_TYPE", "")
        version = content_version(declared) if ";" in declared else None
        if accept and (version is None or wanted is None):
            suits, accepted = best_match(accept, with_atom=path == "/")
            wanted = wanted or suits
            version = accepted if version is None else version
        if version is None:
            return self.table.default, wanted
        mount = self.table.find("/v" + version)
        if mount is not self.table.default:
            # Nova: the prefix is put before the path, which stays whole; the version documents
            # answer whatever follows their prefix.
            request.path = mount.prefix + path
            request.path_info = request.path if mount.is_open else mount.prefix
        return mount, wanted


def _as_routed(path: str, raw: str | None) -> str:
    """A path as Nova's routes find it.

    Nova: they take each byte for a letter, and a line break at the end for none.
    """
    if raw is not None and path.isascii():
        # Bytes that are no text: Django has written them as they were sent.
        path = _SLASHES.sub("/", raw)
    else:
        path = path.encode().decode("latin-1")
    return path[:-1] if path.endswith("\n") and path[-2:-1] != "/" else path


def _drop_body(response: HttpResponseBase) -> None:
    """A HEAD is answered with the headers of a GET, and without its body."""
    if isinstance(response, HttpResponse) and response.content:
        response.headers.setdefault("Content-Length", str(len(response.content)))
        response.content = b""
