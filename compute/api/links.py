"""Links in answers, as Nova writes them."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest


def host_of(request: HttpRequest) -> str:
    """Scheme, host and, behind a proxy, prefix; without the port that the scheme implies."""
    scheme = request.scheme
    port = ":443" if scheme == "https" else ":80"
    prefix = request.META.get("SCRIPT_NAME", "").rstrip("/")
    return f"{scheme}://{request.get_host().removesuffix(port)}{prefix}"


class Links:
    """Writes the links of one request's answer.

    Nova: the project's id is part of links when it occurs anywhere in the URL that was asked, but
    for parameters that were dropped because nobody knows them.
    """

    __slots__ = ("_bookmark", "_self", "base")

    def __init__(self, request: Any) -> None:
        version = "/v2" if getattr(request._request, "legacy_v2", False) else "/v2.1"
        root = host_of(request._request)
        project = request.context.project_id
        inside = f"/{project}" if project and _names(request, project) else ""
        self.base = f"{root}{version}{inside}"
        self._self = self.base
        self._bookmark = f"{root}{inside}"

    def of(self, collection: str, identifier: str) -> list[dict[str, str]]:
        return [
            {"rel": "self", "href": f"{self._self}/{collection}/{identifier}"},
            {"rel": "bookmark", "href": f"{self._bookmark}/{collection}/{identifier}"},
        ]

    def bookmark(self, collection: str, identifier: str) -> list[dict[str, str]]:
        return [{"rel": "bookmark", "href": f"{self._bookmark}/{collection}/{identifier}"}]

    def next(self, path: str, params: dict[str, list[str]], marker: str) -> list[dict[str, str]]:
        """The link to the next page: the same query, its parameters sorted, after `marker`."""
        flat = {name: values[-1] for name, values in sorted(params.items())}
        flat["marker"] = marker
        return [{"rel": "next", "href": f"{self.base}/{path}?{urlencode(flat)}"}]


def _names(request: Any, project: str) -> bool:
    """Whether the project's id occurs in the path, or in a parameter that is left."""
    if project in request._request.path:
        return True
    return any(
        project in text for name, values in request.params.items() for text in (name, *values)
    )
