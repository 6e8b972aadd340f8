"""What a simulated guest writes to its console while it boots: always the same for a server."""

from collections.abc import Iterator, Mapping
from typing import Any

_KERNEL = "6.1.0-18-cloud-amd64"


def boot_log(
    *,
    hostname: str,
    uuid: str,
    vcpus: int,
    memory_mb: int,
    root_gb: int,
    interfaces: list[Mapping[str, Any]],
    boots: int,
) -> str:
    """The text of all boots so far, without a newline at the end."""
    lines: list[str] = []
    for number in range(1, boots + 1):
        lines += _boot(hostname, uuid, vcpus, memory_mb, root_gb, interfaces, number)
    return "\n".join(lines)


def _boot(
    hostname: str,
    uuid: str,
    vcpus: int,
    memory_mb: int,
    root_gb: int,
    interfaces: list[Mapping[str, Any]],
    number: int,
) -> Iterator[str]:
    stamp = _stamps(int(uuid[:8], 16) + number)
    yield f"[{next(stamp)}] Linux version {_KERNEL} (kilonova@build) (gcc 12.2.0) #1 SMP"
    yield f"[{next(stamp)}] Command line: BOOT_IMAGE=/boot/vmlinuz root=/dev/vda1 ro console=ttyS0"
    yield f"[{next(stamp)}] DMI: Kilonova Fake Compute, BIOS 1.0"
    yield f"[{next(stamp)}] Hypervisor detected: KVM"
    yield f"[{next(stamp)}] tsc: Detected 2593.904 MHz processor"
    yield f"[{next(stamp)}] Memory: {memory_mb * 1000}K/{memory_mb * 1024}K available"
    yield f"[{next(stamp)}] smpboot: Allowing {vcpus} CPUs, 0 hotplug CPUs"
    for cpu in range(vcpus):
        yield f"[{next(stamp)}] smp: CPU {cpu} is online"
    yield f"[{next(stamp)}] clocksource: Switched to clocksource kvm-clock"
    yield f"[{next(stamp)}] PCI: Using configuration type 1 for base access"
    yield f"[{next(stamp)}] SCSI subsystem initialized"
    yield f"[{next(stamp)}] NET: Registered PF_INET protocol family"
    yield f"[{next(stamp)}] serial8250: ttyS0 at I/O 0x3f8 (irq = 4) is a 16550A"
    yield f"[{next(stamp)}] virtio_blk virtio2: [vda] {root_gb} GiB"
    yield f"[{next(stamp)}]  vda: vda1"
    for index, interface in enumerate(interfaces):
        mac = interface.get("mac_address", "")
        yield f"[{next(stamp)}] virtio_net virtio{index}: eth{index}: {mac}"
    yield f"[{next(stamp)}] EXT4-fs (vda1): mounted filesystem with ordered data mode"
    yield f"[{next(stamp)}] systemd[1]: Set hostname to <{hostname}>."
    yield f"[{next(stamp)}] systemd[1]: Starting initial cloud-init job (pre-networking)..."
    yield f"cloud-init[412]: instance-id: {uuid}"
    for index, interface in enumerate(interfaces):
        for address in interface.get("fixed_ips", ()):
            yield f"cloud-init[412]: eth{index}: {address.get('ip_address')} up"
    yield "cloud-init[412]: running 'modules:config'"
    yield "cloud-init[412]: running 'modules:final'"
    yield "-----BEGIN SSH HOST KEY KEYS-----"
    yield f"ssh-ed25519 {uuid.replace('-', '')} root@{hostname}"
    yield "-----END SSH HOST KEY KEYS-----"
    yield f"cloud-init[412]: Cloud-init finished. Datasource DataSourceOpenStack. Boot {number}."
    yield ""
    yield f"Debian GNU/Linux 12 {hostname} ttyS0"
    yield ""
    yield f"{hostname} login: "


def _stamps(seed: int) -> Iterator[str]:
    """Kernel times that grow by small, irregular and repeatable steps."""
    micros = 0
    while True:
        yield f"{micros // 1_000_000:5d}.{micros % 1_000_000:06d}"
        seed = (seed * 1_103_515_245 + 12_345) % 2**31
        micros += 1_000 + seed % 90_000
