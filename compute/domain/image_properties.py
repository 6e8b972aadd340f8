"""The image properties that Nova knows, and what it keeps of an image's with a server."""

from collections.abc import Mapping
from typing import Any

from compute.domain.image_values import CHECKS, OLD_NAMES

KNOWN = frozenset(CHECKS) | OLD_NAMES.keys()

# Nova: they are read at boot, and are too long to be kept.
_NOT_KEPT = ("mappings", "block_device_mapping", "img_mappings", "img_block_device_mapping")
_LONGEST = 255


def kept(properties: Mapping[str, Any]) -> dict[str, str]:
    """What a server keeps of its image's properties: texts, cut to 255 bytes.

    Nova: nova.utils.get_system_metadata_from_image.
    """
    return {
        name: str(value).encode()[:_LONGEST].decode(errors="ignore")
        for name, value in properties.items()
        if name not in _NOT_KEPT
    }
