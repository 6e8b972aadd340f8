"""Empties our Image of what the demo cloud's seed made, as the real one begins with nothing."""

import json

from tests.oracle.sides import Side, send

PATCH = "application/openstack-images-v2.1-json-patch"


def prepare(_: Side, side: Side) -> None:
    """Delete all images of the side, hidden and protected ones, too."""
    token = ("X-Auth-Token", side.token("admin"))
    unprotect = json.dumps([{"op": "replace", "path": "/protected", "value": False}]).encode()
    for hidden in ("true", "false"):
        query = f"limit=1000&visibility=all&os_hidden={hidden}"
        answer = send(f"{side.base}/v2/images?{query}", "GET", [token], None)
        for image in json.loads(answer.body)["images"]:
            one = f"{side.base}/v2/images/{image['id']}"
            if image["protected"]:
                send(one, "PATCH", [token, ("Content-Type", PATCH)], unprotect)
            send(one, "DELETE", [token], None)
