"""The pipelines of `settings.PIPELINES`, and which path goes through which (`URL_MAP`)."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from middleware.conf import conf

# Those of Nova's own API.
NOVA = frozenset({"versions", "versions_v2", "versions_v21", "api", "api_legacy"})


def pipelines() -> dict[str, tuple[str, ...]]:
    """Each pipeline's filters; the word `auth` stands for those of the strategy in force."""
    auth = conf.auth_filters[conf.auth_strategy].split()
    return {
        name: tuple(
            part for word in filters.split() for part in (auth if word == "auth" else (word,))
        )
        for name, filters in conf.pipelines.items()
    }


def pipelines_with(name: str) -> frozenset[str]:
    """The names of the pipelines that use the filter `name`."""
    return frozenset(pipeline for pipeline, filters in pipelines().items() if name in filters)


class Mount(NamedTuple):
    """One prefix of the URL map."""

    prefix: str
    # `/v2.1/+` in settings: something must follow the slash.
    is_open: bool
    pipeline: str

    def holds(self, path: str) -> bool:
        if self.is_open:
            return len(path) > len(self.prefix) + 1 and path.startswith(self.prefix + "/")
        return path == self.prefix or path.startswith(self.prefix + "/")


class UrlTable:
    """Longest match over the prefixes, found by the first word of the path."""

    def __init__(self, url_map: Mapping[str, str]) -> None:
        self.default = Mount("", False, url_map["/"])
        self._by_word: dict[str, list[Mount]] = {}
        longest_first = sorted(url_map.items(), key=lambda item: -len(item[0]))
        for prefix, pipeline in longest_first:
            if prefix != "/":
                mount = Mount(prefix.removesuffix("/+"), prefix.endswith("/+"), pipeline)
                self._by_word.setdefault(prefix.split("/", 2)[1], []).append(mount)

        self.find = lru_cache(maxsize=1024)(self._find)

    def _find(self, path: str) -> Mount:
        for mount in self._by_word.get(path.split("/", 2)[1] if path else "", ()):
            if mount.holds(path):
                return mount
        return self.default
