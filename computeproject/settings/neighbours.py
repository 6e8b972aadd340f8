"""Which neighbours live elsewhere, and as whom they are asked; without a word all are embedded."""

import os
from urllib.parse import parse_qsl, unquote, urlsplit

# placement=http://there/placement network=http://there/network
NEIGHBOURS = dict(each.split("=", 1) for each in os.environ.get("KILONOVA_NEIGHBOURS", "").split())


def _service_user(url: str) -> dict[str, str]:
    """The user, its password and its Identity: http://nova:secret@there/identity?project=service"""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return {
        "auth_url": f"{parts.scheme}://{host}{parts.path}",
        "name": unquote(parts.username or "nova"),
        "password": unquote(parts.password or ""),
        "project": "service",
        "domain_id": "default",
        **dict(parse_qsl(parts.query)),
    }


# Whose token they are asked with.
SERVICE_USER = _service_user(_url) if (_url := os.environ.get("KILONOVA_SERVICE_USER")) else {}
