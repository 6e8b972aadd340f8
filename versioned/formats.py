"""Formats of JSON Schema that services share."""

from typing import Any
from uuid import UUID


def is_uuid_like(value: Any) -> bool:
    """Whether a text is a UUID, in whatever letters, with or without dashes, braces or a prefix.

    What is no text is for other rules of a schema to judge.

    # oslo.utils: its digits are compared, so that what Python reads as a UUID need not be one.
    """
    if not isinstance(value, str):
        return True
    bare = value.replace("urn:", "").replace("uuid:", "").strip("{}").replace("-", "").lower()
    try:
        return UUID(value).hex == bare
    except ValueError:
        return False
