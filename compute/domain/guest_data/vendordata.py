"""What an operator tells all guests: from a file, and from services that are asked."""

import json
import logging
from typing import Any

from compute.domain.guest_data.conf import conf
from compute.models import Server

log = logging.getLogger(__name__)

STATIC, DYNAMIC = "StaticJSON", "DynamicJSON"


def is_static() -> bool:
    """Whether the file is told at all."""
    return STATIC in conf.vendordata_providers


def static() -> Any:
    """What the file says; a missing or broken one is an error, as in Nova."""
    path = conf.vendordata_jsonfile_path
    return json.loads(path.read_bytes()) if path else {}


def together(server: Server, from_file: Any) -> dict[str, Any]:
    """What vendor_data2.json holds: the file below `static`, and each target by its name."""
    found: dict[str, Any] = {}
    for provider in conf.vendordata_providers:
        if provider == STATIC:
            found["static"] = from_file
        elif provider == DYNAMIC:
            for name, answer in _from_targets(server).items():
                if name in found:
                    log.warning("Vendor data %s is there twice; the second is left out.", name)
                else:
                    found[name] = answer
        else:
            raise KeyError(provider)
    return found


def _from_targets(server: Server) -> dict[str, Any]:
    found: dict[str, Any] = {}
    body = {
        "project-id": server.project_id,
        "instance-id": server.uuid,
        "image-id": server.image_ref,
        "user-data": server.user_data,
        "hostname": server.hostname,
        "metadata": server.metadata,
        "boot-roles": server.system_metadata.get("boot_roles", ""),
    }
    for target in conf.vendordata_dynamic_targets:
        name, at, url = target.partition("@")
        if not at:
            log.warning("Vendor data target %s has no name and is left out.", target)
        elif name in found:
            log.warning("Vendor data target %s is there twice; the second is left out.", name)
        else:
            # Its library takes long to load, and few clouds have a target.
            from compute.domain.guest_data import targets

            found[name] = targets.ask(name, url, body)
    return found
