"""What texts Image's databases cannot hold."""

import re
from typing import Any

_WIDE = re.compile("[\U00010000-\U0010ffff]")


def is_wide(value: Any) -> bool:
    """Whether a text has characters that take four bytes in UTF-8."""
    return isinstance(value, str) and _WIDE.search(value) is not None
