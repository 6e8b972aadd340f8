"""Names of block devices: /dev/vda and so on, as a server's root device has its prefix."""

import re
from collections.abc import Iterable

from compute.domain.errors import BadRequest, ComputeError, Conflict
from compute.models import BlockDevice, Server

_PATH = re.compile(r"^(/dev/x?[a-z]?d?)([a-z]+)[0-9]*$")
_LETTERS = re.compile(r"^(?:/dev/)?(?:(?:x?v|s|h)d)?([a-z]*)")
_ROOT = "/dev/vda"


class InvalidDevicePath(BadRequest):
    message = "The supplied device path ({path}) is invalid."


class DevicePathInUse(Conflict):
    message = "The supplied device path ({path}) is in use."


def check(path: str) -> re.Match[str]:
    """The path's prefix and letters; InvalidDevicePath for what is none."""
    found = _PATH.match(path)
    if found is None:
        raise InvalidDevicePath(path=path)
    return found


def choose(server: Server, asked: str | None) -> str:
    """The device asked for, with the server's own prefix, or the next that is free."""
    root = server.root_device_name or _ROOT
    prefix = prefix_of(root)
    names = BlockDevice.objects.filter(server_id=server.pk).values_list("device_name", flat=True)
    taken = _letters([root, *names])
    if asked is None:
        return next_name({root, *names}, prefix)
    letters = check(asked)[2]
    if letters in taken:
        raise DevicePathInUse(path=asked)
    return prefix + letters


def prefix_of(root: str) -> str:
    """What a server's devices begin with, as its root does: /dev/vd, /dev/sd …"""
    known = _PATH.match(root)
    return known[1] if known else "/dev/vd"


def next_name(taken: Iterable[str | None], prefix: str) -> str:
    """The first free device name: vda, vdb … vdz, vdaa …"""
    letters = _letters(taken)
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    for name in (*alphabet, *(a + b for a in alphabet for b in alphabet)):
        if name not in letters:
            return prefix + name
    raise ComputeError("There are no free device names left.")


def _letters(names: Iterable[str | None]) -> set[str]:
    return {found[1] for name in names if name and (found := _LETTERS.match(name))}
