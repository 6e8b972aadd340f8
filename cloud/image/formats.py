"""What data is, looked at while it passes: by its own bytes, whatever the image says of itself."""

from typing import IO, Any, cast

from oslo_utils.imageutils import format_inspector as inspectors

from cloud.image.errors import UnsupportedMedia
from cloud.image.store import Read


class Inspector:
    """Reads data on for the store, and knows in the end what it was.

    # Glance: location.ImageProxy.set_data; only what is in no container is looked at.
    """

    def __init__(
        self, read: Read, *, disk_format: str | None, container_format: str | None
    ) -> None:
        self.disk_format = disk_format
        self.read = read
        self.stream: Any = None
        if container_format == "bare":
            self.stream = inspectors.InspectWrapper(cast("IO[bytes]", _Source(read)))
            self.read = self.stream.read

    def virtual_size(self) -> int | None:
        """The size of the disk inside, once all was read; 415 for data of another format."""
        if self.stream is None:
            return None
        self.stream.close()
        try:
            found = self._found()
            size = self._size(found)
            found.safety_check()
        except inspectors.SafetyCheckFailed as exc:
            fatal = exc.failures.keys() - ({"mbr"} if self.disk_format in ("aki", "ari") else set())
            if found.NAME != "gpt" or fatal:
                raise UnsupportedMedia(detail="Image failed safety checks") from None
        except inspectors.ImageFormatError as exc:
            raise UnsupportedMedia(detail=str(exc)) from None
        except Exception:
            raise UnsupportedMedia(detail="Image format inspection failed") from None
        return size or None

    def _found(self) -> Any:
        matched = {str(each): each for each in self.stream.formats or ()}
        # Discs that start as disks do, too, are discs.
        return matched["iso"] if matched.keys() == {"iso", "gpt"} else self.stream.format

    def _size(self, found: Any) -> int:
        name = str(found)
        if name == self.disk_format:
            return int(found.virtual_size)
        if name == "raw" and self.disk_format not in inspectors.ALL_FORMATS:
            return 0
        if self.disk_format == "raw":
            return int(found.actual_size)
        raise inspectors.ImageFormatError(
            f"Image disk_format {self.disk_format} does not match stream data {name}"
        )


class _Source:
    """A stream that can be read and left."""

    def __init__(self, read: Read) -> None:
        self.read = read

    def close(self) -> None:
        """What is read belongs to others."""
