"""Sets of processors as operators write them: "0-3,^2,8"."""

from compute.domain.errors import Unexpected


class NotProcessors(Unexpected):
    """Nova does not foresee such a text where flavors have it, and answers 500."""

    def __init__(self) -> None:
        super().__init__(kind="nova.exception.Invalid")


def parse(text: str) -> frozenset[int]:
    """The numbers that the text names; a caret takes some of them out again.

    NotProcessors when it cannot be read.
    """
    wanted: set[int] = set()
    unwanted: set[int] = set()
    for part in filter(None, (each.strip() for each in text.split(","))):
        chosen = unwanted if part.startswith("^") else wanted
        first, dash, last = part.removeprefix("^").partition("-")
        try:
            low = int(first)
            high = int(last) if dash else low
        except ValueError:
            raise NotProcessors from None
        if low > high:
            raise NotProcessors
        chosen.update(range(low, high + 1))
    return frozenset(wanted - unwanted)


def masked(text: str, count: int) -> frozenset[int]:
    """The same of a guest with so many processors; a leading caret begins with all of them."""
    return parse(f"0-{count - 1},{text}" if text.strip().startswith("^") else text)
