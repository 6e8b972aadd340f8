"""What else of a guest's hardware a flavor and an image have to agree on."""

from typing import Any

from compute.domain import image_values
from compute.domain.errors import BadRequest
from compute.domain.hardware import encryption, numa, pci, policies
from compute.domain.hardware.cells import Topology
from compute.domain.hardware.wishes import InvalidRequest, Wish, as_bool

_NAMES = ("sockets", "cores", "threads")
_NO_LIMIT = 65536
SOUND_MODELS = ("sb16", "es1370", "pcspk", "ac97", "ich6", "ich9", "usb", "virtio")


class LimitsExceeded(BadRequest):
    message = (
        "Image vCPU topology limits (sockets={0}, cores={1}, threads={2}) exceeds the limits of "
        "the flavor (sockets={3}, cores={4}, threads={5})"
    )


class TopologyExceeded(BadRequest):
    message = (
        "Image vCPU topology (sockets={0}, cores={1}, threads={2}) exceeds the limits of the "
        "flavor or image (sockets={3}, cores={4}, threads={5})"
    )


class InvalidSerialPorts(BadRequest):
    message = (
        "Number of serial ports specified in flavor is invalid: expected an integer, got '{count}'"
    )


class TooManySerialPorts(BadRequest):
    message = "Forbidden to exceed flavor value of number of serial ports passed in image meta."


class PackedRingConflict(BadRequest):
    message = (
        "Flavor has hw:virtio_packed_ring extra spec explicitly set to {flavor}, conflicting with "
        "image which has hw_virtio_packed_ring explicitly set to {image}."
    )


class UnknownSoundModel(BadRequest):
    message = "Invalid sound device model '{model}'. Allowed values: {known}."


class TopologyMayNotChange(BadRequest):
    message = (
        "An instance's NUMA topology cannot be changed as part of a rebuild. The image provided "
        "is invalid for this instance."
    )


def check_packed_ring(wish: Wish) -> None:
    of_flavor, of_image = (as_bool(value) for value in wish.both("virtio_packed_ring"))
    if None not in (of_flavor, of_image) and of_flavor != of_image:
        raise PackedRingConflict(flavor=of_flavor, image=of_image)


def check_sound(wish: Wish) -> None:
    model = wish.unique("sound_model")
    if model and model not in SOUND_MODELS:
        raise UnknownSoundModel(model=model, known=", ".join(SOUND_MODELS))


def check(wish: Wish, *, with_pci: bool = False) -> None:
    """Refuse a flavor and an image that contradict themselves or each other, in Nova's order."""
    image_values.check(wish.properties)
    encryption.wanted(wish)
    wish.agreed("pmu")
    _check_serial_ports(wish)
    policies.realtime_cpus(wish)
    _check_processors(wish)
    if wish.vcpus >= 2:
        wish.agreed("vif_multiqueue_enabled")
    numa.wanted(wish)
    if with_pci:
        pci.wanted(wish)


def check_same(before: Wish, after: Wish) -> None:
    """Refuse an image that would change the topology of a guest which is there already."""
    if _kept(numa.wanted(before)) != _kept(numa.wanted(after)):
        raise TopologyMayNotChange


def _kept(topology: Topology | None) -> Any:
    return topology.kept() if topology is not None else None


def _check_serial_ports(wish: Wish) -> None:
    of_flavor, of_image = wish.both("serial_port_count")
    if not of_flavor:
        return
    try:
        most = int(of_flavor)
    except ValueError:
        raise InvalidSerialPorts(count=of_flavor) from None
    if most and of_image and int(of_image) > most:
        raise TooManySerialPorts


def _check_processors(wish: Wish) -> None:
    """An image's sockets, cores and threads stay within the flavor's limits and its own."""
    limits = _numbers(wish, "cpu_max_{}")
    of_flavor, of_image = limits
    if any(most and asked > most for most, asked in zip(of_flavor, of_image, strict=True)):
        raise LimitsExceeded(_filled(LimitsExceeded, of_image, of_flavor))
    most = [mine or theirs or _NO_LIMIT for theirs, mine in zip(of_flavor, of_image, strict=True)]
    _, asked = _numbers(wish, "cpu_{}")
    if any(value > limit for value, limit in zip(asked, most, strict=True)):
        raise TopologyExceeded(_filled(TopologyExceeded, asked, most))


def _filled(error: type[BadRequest], asked: list[int], most: list[int]) -> str:
    return error.message.format(*asked, *most)


def _numbers(wish: Wish, name: str) -> tuple[list[int], list[int]]:
    pairs = [wish.both(name.format(each)) for each in _NAMES]
    try:
        of_flavor = [int(pair[0] or 0) for pair in pairs]
    except ValueError as exc:
        raise InvalidRequest(f"Invalid flavor extra spec. Error: {exc}") from exc
    return of_flavor, [int(pair[1] or 0) for pair in pairs]
