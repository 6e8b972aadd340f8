"""Where the Compute API stands in the URL space: its documents, /v2.1 and /v2.  /"""

import re
from typing import Any

from django.urls import ResolverMatch, URLPattern, URLResolver, re_path
from django.urls.exceptions import Resolver404
from django.urls.resolvers import RegexPattern

from compute.api import urls, versions

# Nova: every route exists with and without the project's id.
PREFIX = r"^v2(?:\.1)?(?:/(?P<project_id>[0-9a-f-]+)(?=/)|(?=/.))"


class ByFirstWord(URLResolver):
    """A prefix whose rows are tried only if they begin with the first word of what follows.

    Django tries rows one by one: with hundreds of them that takes longer than many a view.
    """

    def __init__(self, prefix: str, rows: list[URLPattern]) -> None:
        super().__init__(RegexPattern(prefix), rows)
        self.prefix = re.compile(prefix)
        self.words: dict[str, list[URLPattern]] = {}
        for row in rows:
            route: str = row.callback.route  # type: ignore[attr-defined]
            self.words.setdefault(route.split("/")[1], []).append(row)

    def resolve(self, path: Any) -> ResolverMatch:
        found = self.prefix.match(path)
        if found is not None:
            rest = path[found.end() :]
            for row in self.words.get(rest.split("/", 2)[1], ()):
                match = row.resolve(rest)
                if match is not None:
                    match.kwargs.update(
                        (name, value)
                        for name, value in found.groupdict().items()
                        if value is not None
                    )
                    return match
        raise Resolver404({"path": path})


urlpatterns = [
    ByFirstWord(PREFIX, urls.urlpatterns),
    re_path(r"^v2\.1/?$", versions.current),
    re_path(r"^v2/?$", versions.legacy),
    re_path(r"^$", versions.root),
]
