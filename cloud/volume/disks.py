"""What a volume's simulated disk is as an image of some format: its head, and nothing behind it."""

import struct

LENGTH = 64 * 1024
GIGABYTE = 1024**3
_VMDK = (
    "# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\n"
    'createType="monolithicSparse"\nRW {sectors} SPARSE "disk.vmdk"\n'
)


def sample(disk_format: str, gigabytes: int) -> bytes:
    """Data that Image takes for a disk of this size; it looks at what it is given."""
    size = gigabytes * GIGABYTE
    parts: dict[int, bytes] = {}
    if disk_format == "qcow2":
        parts[0] = struct.pack(">4sIQIIQ", b"QFI\xfb", 3, 0, 0, 16, size)
    elif disk_format == "vhd":
        parts = {0: b"conectix", 40: struct.pack(">Q", size)}
    elif disk_format == "vdi":
        parts = {0x40: struct.pack("<I", 0xBEDA107F), 0x170: struct.pack("<Q", size)}
    elif disk_format == "vmdk":
        sectors = size // 512
        parts[0] = struct.pack("<4sIIQQQQIQQ", b"KDMV", 1, 3, sectors, 128, 1, 20, 512, 21, 42)
        parts[512] = _VMDK.format(sectors=sectors).encode()
    data = bytearray(LENGTH)
    for place, part in parts.items():
        data[place : place + len(part)] = part
    return bytes(data)
