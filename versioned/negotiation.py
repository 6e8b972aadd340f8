"""Which microversion a request asks for: a DRF versioning class for each service."""

from collections.abc import Sequence
from typing import Any, ClassVar

from rest_framework.versioning import BaseVersioning

from versioned.versions import Version, parse, show

STANDARD_HEADER = "OpenStack-API-Version"


class BadVersionString(Exception):
    """The header holds something that is no version."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class VersionNotAcceptable(Exception):
    """A version outside what the service knows."""

    def __init__(self, version: Version, first: Version, last: Version) -> None:
        super().__init__(show(version))
        self.version, self.first, self.last = version, first, last


class HeaderVersioning(BaseVersioning):  # type: ignore[misc]
    """
    GET /servers HTTP/1.1
    OpenStack-API-Version: compute 2.90

    Subclasses name the service types that they answer to, the ends of their history, and the
    older headers that they still read (value only, no service type).
    """

    service_types: ClassVar[Sequence[str]] = ()
    older_headers: ClassVar[Sequence[str]] = ()
    first: ClassVar[Version]
    last: ClassVar[Version]

    def determine_version(  # type: ignore[override]
        self, request: Any, *args: Any, **kwargs: Any
    ) -> Version:
        """The version asked for; BadVersionString or VersionNotAcceptable when it cannot be had."""
        text = self._asked(request.META)
        if text is None:
            return self.first
        if text == "latest":
            return self.last
        try:
            version = parse(text)
        except ValueError:
            raise BadVersionString(text) from None
        if not self.first <= version <= self.last:
            raise VersionNotAcceptable(version, self.first, self.last)
        return version

    def _asked(self, environ: dict[str, Any]) -> str | None:
        header = environ.get("HTTP_OPENSTACK_API_VERSION")
        if header:
            # Nova: where a service is named twice, the last one counts.
            for part in reversed(header.split(",")):
                service, _, version = part.strip().partition(" ")
                if version and service.lower() in self.service_types:
                    return str(version).strip()
        for name in self.older_headers:
            value = environ.get("HTTP_" + name.upper().replace("-", "_"))
            if value is not None:
                # Nova: of several the last one counts, even if it is empty.
                return str(value).rpartition(",")[2].strip()
        return None

    @classmethod
    def headers(cls, version: Version) -> list[tuple[str, str]]:
        """What a versioned response says of itself, without `Vary`."""
        text = show(version)
        return [
            (STANDARD_HEADER, f"{cls.service_types[0]} {text}"),
            *((name, text) for name in cls.older_headers),
        ]
