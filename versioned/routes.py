"""Rows of a contents page: a path and the view's method for each HTTP method."""

import re
from typing import Any

from django.urls import URLPattern, re_path

_PLACE = re.compile(r"\{(\w+)\}")


def route(path: str, viewset: Any, **methods: str) -> URLPattern:
    """One row: `route("servers/{id}", ServerViewSet, get="retrieve", delete="destroy")`.

    `{name}` matches one segment.  Methods without a row answer what the ViewSet says of methods
    that are not allowed; HEAD is answered only where a row names it.
    """
    pattern = "^" + _PLACE.sub(r"(?P<\1>[^/]+)", path) + "$"
    # A copy: DRF adds HEAD to what it is given at the first request.
    view = viewset.as_view(dict(methods))
    view.route, view.methods, view.viewset = path, methods, viewset
    return re_path(pattern, view)
