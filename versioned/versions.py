"""Versions and ranges: `since`, `until`, `changing`, and the epochs that follow from them.

A version is a tuple, so `(2, 9) < (2, 10)` is the whole comparison logic.  Both ends of a range
are inclusive, because that is how API references write them: "New in version 2.19", "Available
until version 2.56".
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Version = tuple[int, int]

EARLIEST: Final[Version] = (0, 0)
_FORM = re.compile(r"^([1-9]\d*)\.([1-9]\d*|0)$")


class _Absent:
    """What a range holds outside its ends; dropped from every tree that is resolved."""

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


ABSENT: Final = _Absent()


def parse(text: str) -> Version:
    """Read "2.19" as (2, 19); raise ValueError for anything that is not two plain numbers."""
    match = _FORM.match(text)
    if match is None:
        raise ValueError(text)
    return int(match[1]), int(match[2])


def show(version: Version) -> str:
    return f"{version[0]}.{version[1]}"


def after(version: Version) -> Version:
    return version[0], version[1] + 1


@dataclass(frozen=True, slots=True)
class Ranged:
    """Values by version: `steps` are (first version, value), ascending, the first at EARLIEST."""

    steps: tuple[tuple[Version, Any], ...]

    def at(self, version: Version) -> Any:
        found: Any = ABSENT
        for first, value in self.steps:
            if first > version:
                break
            found = value
        return found


def since(version: str, value: Any) -> Ranged:
    """`value` from `version` on, absent before."""
    return Ranged(((EARLIEST, ABSENT), (parse(version), value)))


def until(version: str, value: Any) -> Ranged:
    """`value` up to and including `version`, absent after."""
    return Ranged(((EARLIEST, value), (after(parse(version)), ABSENT)))


def between(first: str, last: str, value: Any) -> Ranged:
    """`value` from `first` up to and including `last`."""
    return Ranged(((EARLIEST, ABSENT), (parse(first), value), (after(parse(last)), ABSENT)))


def changing(values: Mapping[str, Any]) -> Ranged:
    """The value of the newest key that is not newer than the version; `None` means absent."""
    steps = sorted((parse(v), ABSENT if x is None else x) for v, x in values.items())
    return Ranged(((EARLIEST, ABSENT), *steps))


def span(since: str | None, until: str | None) -> tuple[Version, Version | None]:
    """The two inclusive ends of a pair of `since=`, `until=` arguments."""
    return (parse(since) if since else EARLIEST), (parse(until) if until else None)


def marks(tree: Any) -> set[Version]:
    """Every version at which something in `tree` changes."""
    return set(_marks(tree))


def _marks(tree: Any) -> Iterator[Version]:
    if isinstance(tree, Ranged):
        for first, value in tree.steps:
            if first != EARLIEST:
                yield first
            yield from _marks(value)
    elif isinstance(tree, Mapping):
        for value in tree.values():
            yield from _marks(value)
    elif isinstance(tree, (list, tuple)):
        for value in tree:
            yield from _marks(value)


def resolve(tree: Any, version: Version) -> Any:
    """Project `tree` to one version: a plain tree without ranges and without what is absent."""
    while isinstance(tree, Ranged):
        tree = tree.at(version)
    if isinstance(tree, Mapping):
        pairs = ((key, resolve(value, version)) for key, value in tree.items())
        return {key: value for key, value in pairs if value is not ABSENT}
    if isinstance(tree, (list, tuple)):
        values = (resolve(value, version) for value in tree)
        return [value for value in values if value is not ABSENT]
    return tree


class Epochs:
    """The stretches of versions between marks, in which a thing does not change."""

    __slots__ = ("firsts",)

    def __init__(self, changes: Iterable[Version]) -> None:
        self.firsts: tuple[Version, ...] = (EARLIEST, *sorted(set(changes) - {EARLIEST}))

    def of(self, version: Version) -> Version:
        """The first version of the epoch that holds `version`: the key to cache by."""
        return self.firsts[bisect_right(self.firsts, version) - 1]
