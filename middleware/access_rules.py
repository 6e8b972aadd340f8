"""Application credentials may be limited to some requests by their access rules."""

import re
from functools import lru_cache
from typing import Any


def allows(body: dict[str, Any], method: str, path: str, service_type: str | None) -> bool:
    """Whether the access rules of the token with `body` allow a request to a service."""
    rules = body["application_credential"].get("access_rules")
    if rules is None:
        return True
    if service_type is None:
        return False
    if service_type == "identity" and method == "GET" and path.endswith("/v3/auth/tokens"):
        # Everybody may ask about a token.
        return True
    catalog = body.get("catalog")
    if catalog is not None and all(service["type"] != service_type for service in catalog):
        return False
    return any(
        rule["method"] == method
        and rule["service"] == service_type
        and _pattern(rule["path"]).match(path) is not None
        for rule in rules
    )


@lru_cache(maxsize=1024)
def _pattern(path: str) -> re.Pattern[str]:
    """The expression for a rule's path: `{name}` and `*` are one segment, `**` is anything."""
    parts = re.split(r"(\{[^}]*\}|\*+)", path)
    return re.compile(
        "".join(
            re.escape(part) if index % 2 == 0 else (".*" if part.startswith("**") else "[^/]+")
            for index, part in enumerate(parts)
        )
        + "$"
    )
