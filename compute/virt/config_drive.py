"""Config drives as images of ISO 9660 with Rock Ridge and Joliet names, below DATA/config_drives.

The volume is called config-2, which is how cloud-init finds it.
"""

import os
import re
import time
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any, Final

from django.conf import settings

File = tuple[str, bytes]

LABEL: Final = "config-2"
_PUBLISHER: Final = "OpenStack Nova 34.0.0"
_NOT_ISO: Final = re.compile(r"[^A-Z0-9_]")
_FILE, _FOLDER = 0o100444, 0o040555


def path_of(host: str, uuid: str) -> Path:
    """Where a guest's drive is, while it is on that host."""
    return Path(settings.DATA) / "config_drives" / host / f"{uuid}.iso"


def make(host: str, uuid: str, files: Sequence[File]) -> None:
    """Write the drive of a guest; the same files make the same image, byte by byte."""
    path = path_of(host, uuid)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".new")
    unfinished.touch(mode=0o600)
    unfinished.write_bytes(image(files))
    os.replace(unfinished, path)


def move(source: str, destination: str, uuid: str) -> None:
    """Take the drive along with its guest; one that is not there is no error."""
    if path_of(source, uuid).exists():
        path = path_of(destination, uuid)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path_of(source, uuid), path)


def remove(host: str, uuid: str) -> None:
    """Delete the drive; one that is not there is no error."""
    path_of(host, uuid).unlink(missing_ok=True)


def image(files: Sequence[File]) -> bytes:
    """The image that has these files."""
    iso = _library().PyCdlib()
    iso.new(
        interchange_level=3,
        vol_ident=LABEL,
        pub_ident_str=_PUBLISHER,
        rock_ridge="1.09",
        joliet=3,
    )
    for folder in _folders(path for path, _ in files):
        iso.add_directory(
            _iso_path(folder), rr_name=folder.name, joliet_path=f"/{folder}", file_mode=_FOLDER
        )
    for name, content in files:
        path = PurePosixPath(name)
        iso.add_fp(
            BytesIO(content),
            len(content),
            f"{_iso_path(path)}{'' if path.suffix else '.'};1",
            rr_name=path.name,
            joliet_path=f"/{path}",
            file_mode=_FILE,
        )
    written = BytesIO()
    iso.write_fp(written)
    iso.close()
    return written.getvalue()


def _folders(paths: Iterable[str]) -> list[PurePosixPath]:
    """All folders of these paths, each after the one that it is in."""
    found = {parent for path in paths for parent in PurePosixPath(path).parents if parent.name}
    return sorted(found)


def _iso_path(path: PurePosixPath) -> str:
    """The name for readers that know neither extension: capitals, digits and underscores."""
    *folders, last = path.parts
    stem, dot, suffix = last.partition(".") if "." in last else (last, "", "")
    names = [*map(_plain, folders), f"{_plain(stem)}{dot}{_plain(suffix)}"]
    return "/" + "/".join(names)


def _plain(name: str) -> str:
    return _NOT_ISO.sub("_", name.upper())


class _Still:
    """Stands in for `time` in a library that cannot be told the date of what it makes."""

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    def time(self) -> float:
        return 315_532_800.0  # 1980, the first year of many a file system


def _library() -> Any:
    # Imported at the first drive: it is large, and most clouds never make one.
    import pycdlib
    from pycdlib import headervd

    still = _Still()
    for module in (pycdlib.pycdlib, headervd):
        vars(module)["time"] = still
    return pycdlib
