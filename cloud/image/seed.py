"""What Image holds in a new cloud: one small image with bytes of its own making, resource types."""

import struct
from io import BytesIO

from cloud.image import images, uploads
from cloud.image.models import Image, ResourceType

NAME = "cirros-0.6.3-x86_64-disk"
VIRTUAL_SIZE = 117440512
CLUSTER = 65536
RESOURCE_TYPES = (
    "OS::Cinder::Volume", "OS::Glance::Image", "OS::Nova::Aggregate", "OS::Nova::Flavor",
    "OS::Nova::Server", "OS::Trove::Instance",
)  # fmt: skip


def seed(owner: str) -> None:
    """Make the public image of `owner`, once; a user's changes and deletions stand."""
    if not ResourceType.objects.exists():
        ResourceType.objects.bulk_create(
            ResourceType(name=name, protected=True) for name in RESOURCE_TYPES
        )
    if Image.objects.exists():
        return
    values = {
        "name": NAME,
        "visibility": "public",
        "owner": owner,
        "container_format": "bare",
        "disk_format": "qcow2",
        "min_disk": 0,
        "min_ram": 0,
    }
    image_id = images.create(values, image_id=None, properties={"hw_rng_model": "virtio"}, tags=())
    data = empty_qcow2(VIRTUAL_SIZE)
    uploads.upload(image_id, BytesIO(data).read, size=len(data))


def empty_qcow2(size: int) -> bytes:
    """A qcow2 file, version 3, whose disk of `size` bytes holds only zeroes.

    Four clusters: the header, the table of reference counts, one block of them, the L1 table.
    """
    entries = -(-size // (CLUSTER * (CLUSTER // 8)))
    header = struct.pack(
        ">4sIQIIQIIQQIIQQQQII",
        b"QFI\xfb", 3,        # magic, version
        0, 0,                 # no backing file
        CLUSTER.bit_length() - 1,
        size,
        0,                    # not encrypted
        entries, 3 * CLUSTER, # the L1 table
        CLUSTER, 1,           # the table of reference counts
        0, 0,                 # no snapshots
        0, 0, 0,              # features: incompatible, compatible, autoclear
        4, 104,               # counts of 16 bits; the header's length
    )  # fmt: skip
    header += struct.pack(">II", 0, 0)
    counts = struct.pack(">Q", 2 * CLUSTER)
    block = struct.pack(">4H", 1, 1, 1, 1)
    parts = (header, counts, block, b"")
    return b"".join(part.ljust(CLUSTER, b"\0") for part in parts)
