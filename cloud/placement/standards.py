"""The standard resource classes and traits, which every Placement has.

They are constants of two libraries, not rows: nothing is seeded, and nothing can delete them.
"""

from datetime import UTC, datetime
from functools import cache
from typing import Final

import os_resource_classes
import os_traits

CUSTOM: Final = "CUSTOM_"
SHARING: Final[str] = os_traits.MISC_SHARES_VIA_AGGREGATE

# Placement: the standard rows are as old as the database's first start; these, as the process.
KNOWN_SINCE: Final = datetime.now(UTC)


@cache
def resource_classes() -> tuple[str, ...]:
    """The names, in the library's order."""
    return tuple(os_resource_classes.STANDARDS)


@cache
def resource_class_set() -> frozenset[str]:
    return frozenset(resource_classes())


@cache
def traits() -> tuple[str, ...]:
    """The names, sorted."""
    return tuple(sorted(os_traits.get_traits()))


@cache
def trait_set() -> frozenset[str]:
    return frozenset(traits())


def place(resource_class: str) -> tuple[int, str]:
    """Where a class stands in a list: standard ones first, in the library's order."""
    names = resource_classes()
    return (names.index(resource_class) if resource_class in names else len(names), resource_class)


def trait_place(trait: str) -> tuple[bool, str]:
    """Where a trait stands in a list: standard ones first, by name."""
    return trait.startswith(CUSTOM), trait
