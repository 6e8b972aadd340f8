"""Which bytes of an image are asked for: in Range, or in Content-Range, as once was done."""

import re

from cloud.image.errors import BadRequest, RangeNotSatisfiable

_RANGE = re.compile(r"bytes *= *(\d*) *- *(\d*)", re.IGNORECASE)
_CONTENT_RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|[*])/(?:(\d+)|[*])")


def wanted(text: str | None, old_text: str | None, size: int) -> tuple[int, int] | None:
    """The start and the end of the part asked for; None where all is."""
    if text:
        return _of_range(text, size)
    return _of_content_range(old_text, size) if old_text else None


def _of_range(text: str, size: int) -> tuple[int, int]:
    if "," in text:
        raise BadRequest(
            "Requests with multiple ranges are not supported in Glance. You may make multiple "
            "single-range requests instead."
        )
    match = _RANGE.match(text)
    # Glance: it fails on a part with neither end.
    if match is None or match.groups() == ("", ""):
        raise RangeNotSatisfiable(detail="Invalid Range header.")
    first, last = match.groups()
    if not first:
        # So many from the end; none of them, or more than there are, is all.
        return (size - int(last) if 0 < int(last) < size else 0), size
    start, end = int(first), int(last) + 1 if last else size
    if last and start >= end:
        raise RangeNotSatisfiable(detail="Invalid Range header.")
    _check_start(start, size, "Range")
    return start, min(end, size)


def _of_content_range(text: str, size: int) -> tuple[int, int]:
    match = _CONTENT_RANGE.match(text)
    if match is None or match[1] is None:
        # Glance: it fails on one that names no part.
        raise RangeNotSatisfiable(detail="Invalid Content-Range header.")
    start, end = int(match[1]), int(match[2]) + 1
    length = None if match[3] is None else int(match[3])
    if start >= end or (length is not None and end > length):
        raise RangeNotSatisfiable(detail="Invalid Content-Range header.")
    if length is None and end > size:
        raise RangeNotSatisfiable(
            detail="Invalid stop position in Content-Range header. The stop position MUST be in "
            f"the inclusive range [0, {size - 1}]."
        )
    _check_start(start, size, "Content-Range")
    return start, min(end, size)


def _check_start(start: int, size: int, name: str) -> None:
    if start >= size:
        raise RangeNotSatisfiable(
            detail=f"Invalid start position in {name} header. Start position MUST be in the "
            f"inclusive range [0, {size - 1}]."
        )
