"""The WSGI entry point of the metadata service, which has a port of its own: 8775."""

from collections.abc import Iterable
from typing import Any

from computeproject import wsgi


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The same Django, told which application the request is for (`settings.APPLICATIONS`)."""
    environ["kilonova.application"] = "metadata"
    return wsgi.application(environ, start_response)
