"""The bytes of images: a folder of files, read and written in pieces of 1 MiB.

Data is written beside its final name and renamed when it is whole, so that a process that dies in
the middle leaves no image behind that looks complete.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

PIECE = 1024 * 1024
STORE = "fast"
# What is staged and what tasks work on has stores of its own, which no image is in.
RESERVED = ("os_glance_staging_store", "os_glance_tasks_store")
HASH_ALGORITHM = "sha512"

Read = Callable[[int], bytes]


class Stored(NamedTuple):
    """What is known of data once it is written."""

    size: int
    checksum: str
    hash_value: str


class TooMuchData(Exception):
    """More bytes than there may be; `size` of them had come when no more were read."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


class Interrupted(Exception):
    """The client went away in the middle."""


def folder() -> Path:
    path = Path(settings.IMAGE_STORE)
    path.mkdir(parents=True, exist_ok=True)
    return path


def path_of(image_id: str) -> Path:
    return folder() / image_id


def staged_path_of(image_id: str) -> Path:
    staging = folder() / "staging"
    staging.mkdir(exist_ok=True)
    return staging / image_id


def write(read: Read, target: Path, *, most: int | None) -> Stored:
    """Copy what `read(n)` gives to `target`, and measure it on the way."""
    md5 = hashlib.md5(usedforsecurity=False)
    digest = hashlib.new(HASH_ALGORITHM)
    size = 0
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as out:
            while piece := read(PIECE):
                size += len(piece)
                if most is not None and size > most:
                    raise TooMuchData(size)
                md5.update(piece)
                digest.update(piece)
                out.write(piece)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return Stored(size, md5.hexdigest(), digest.hexdigest())


def pieces(path: Path, start: int, length: int) -> Iterator[bytes]:
    """The bytes of a part of a file, piece by piece."""
    with path.open("rb") as data:
        data.seek(start)
        while length > 0 and (piece := data.read(min(PIECE, length))):
            length -= len(piece)
            yield piece


def remove(image_id: str) -> None:
    for path in (path_of(image_id), staged_path_of(image_id)):
        path.unlink(missing_ok=True)
