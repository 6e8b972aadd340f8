"""What is asked of a search for allocation candidates: groups of resources, and rules for all."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

AnyOf = Sequence[AbstractSet[str]]


@dataclass(slots=True)
class Group:
    """Resources that are wanted together.

    A group with a suffix is granular: one provider must give all of it.  The one without may be
    met by several providers of a tree, and by those that share with the tree.
    """

    suffix: str
    resources: Mapping[str, int] = field(default_factory=dict)
    required: AnyOf = ()
    forbidden: AbstractSet[str] = frozenset()
    member_of: AnyOf = ()
    not_member_of: AbstractSet[str] = frozenset()
    in_tree: str | None = None

    @property
    def is_granular(self) -> bool:
        return bool(self.suffix)


@dataclass(slots=True)
class Wanted:
    """A whole search."""

    groups: Sequence[Group]
    limit: int | None = None
    is_isolated: bool = False
    root_required: AbstractSet[str] = frozenset()
    root_forbidden: AbstractSet[str] = frozenset()
    same_subtrees: Sequence[AbstractSet[str]] = ()
    # Before 1.29 clients know no trees: no candidate takes from two providers of one tree.
    knows_trees: bool = True
    wants_traits: bool = True
