"""Which providers have room, traits and aggregates: the queries of one search for candidates.

Each question is one query whatever the number of providers; the answers are sets, which
`candidates` intersects.
"""

# ruff: noqa: S608 - lists of placeholders are all that is put into statements

from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from typing import Any

from django.db import connection

from cloud.placement import standards
from cloud.placement.domain import rows, traits
from cloud.placement.domain.wanted import AnyOf, Group, Wanted

# Placement: a provider's room is compared as a float in searches and claims alike.
_ROOM = (
    " i.resource_class = %s AND i.min_unit <= %s AND i.max_unit >= %s AND %s %% i.step_size = 0"
    " AND i.used + %s <= (i.total - i.reserved) * i.allocation_ratio"
)
_ROOM_IN_TREES = (
    "SELECT i.provider_id, p.root_id FROM placement_inventory i"
    f" JOIN placement_provider p ON p.uuid = i.provider_id WHERE{_ROOM}"
)
# Where no provider has a parent, each is its own root.
_ROOM_WITHOUT_TREES = f"SELECT i.provider_id, i.provider_id FROM placement_inventory i WHERE{_ROOM}"
# How a trait or an aggregate is asked for of a provider that is looked at already.
_HOLDING = {
    "trait": "placement_providertrait h WHERE h.provider_id = i.provider_id AND h.trait",
    "aggregate": "placement_provideraggregate h WHERE h.provider_id = i.provider_id"
    " AND h.aggregate",
}
_NAMES_TOGETHER = {"postgresql": "string_agg(trait, ',')"}


def _has(kind: str, any_of: Collection[str]) -> str:
    return f"EXISTS (SELECT 1 FROM {_HOLDING[kind]} IN ({rows.marks(len(any_of))}))"


class Facts:
    """Answers to what a search asks, each asked once."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor
        self._rooms: dict[tuple[str, int, str | None], dict[str, str]] = {}
        self._holders: dict[str, set[str]] = {}
        self._members: dict[str, set[str]] = {}
        self._anchors: dict[str, list[str]] = {}
        # Of every provider that has been met.
        self.root_of: dict[str, str] = {}
        self.has_trees = bool(
            self._all("SELECT 1 FROM placement_provider WHERE parent_id IS NOT NULL LIMIT 1")
        )
        self.sharing = self.having([standards.SHARING])

    def _all(self, statement: str, values: Iterable[Any] = ()) -> list[Any]:
        self._cursor.execute(statement, list(values))
        found: list[Any] = self._cursor.fetchall()
        return found

    # Room

    def room(self, resource_class: str, amount: int, root: str | None) -> dict[str, str]:
        """Who (in the tree of `root`, if given) can give so much at once, with their roots."""
        key = resource_class, amount, root
        if key not in self._rooms:
            statement = _ROOM_IN_TREES if self.has_trees else _ROOM_WITHOUT_TREES
            values: list[Any] = [resource_class, amount, amount, amount, amount]
            if root is not None:
                statement += " AND p.root_id = %s" if self.has_trees else " AND i.provider_id = %s"
                values.append(root)
            found = self._rooms[key] = dict(self._all(statement, values))
            self.root_of.update(found)
        return self._rooms[key]

    def able(
        self,
        group: Group,
        limit: int | None,
        also_required: AbstractSet[str] = frozenset(),
        also_forbidden: AbstractSet[str] = frozenset(),
    ) -> list[str]:
        """Who can give a whole group alone, where no provider has a parent or shares; in one query.

        It asks no more providers than it takes to find `limit`, however many there are.
        """
        sources, conditions, values = [], [], []
        for number, (name, amount) in enumerate(group.resources.items()):
            sources.append(
                "placement_inventory i"
                if not number
                else f"JOIN placement_inventory i{number} ON i{number}.provider_id = i.provider_id"
            )
            alias = f" i{number}." if number else " i."
            conditions.append(_ROOM.replace(" i.", alias).replace("(i.", f"({alias.strip()}"))
            values += [name, amount, amount, amount, amount]
        for any_of in (*group.required, *({name} for name in also_required)):
            conditions.append(_has("trait", any_of))
            values += sorted(any_of)
        for any_of in group.member_of:
            conditions.append(_has("aggregate", any_of))
            values += sorted(any_of)
        for kind, none_of in (
            ("trait", {*group.forbidden, *also_forbidden}),
            ("aggregate", group.not_member_of),
        ):
            if none_of:
                conditions.append(f"NOT {_has(kind, none_of)}")
                values += sorted(none_of)
        if group.in_tree:
            conditions.append("i.provider_id = %s")
            values.append(group.in_tree)
        statement = (
            f"SELECT i.provider_id FROM {' '.join(sources)} WHERE {' AND '.join(conditions)}"
            " ORDER BY i.provider_id"
        )
        if limit is not None:
            statement += f" LIMIT {int(limit)}"
        found = [provider for (provider,) in self._all(statement, values)]
        self.root_of.update((provider, provider) for provider in found)
        return found

    def left(self, names: Collection[str]) -> dict[tuple[str, str], tuple[int, int]]:
        """What is left of these classes by provider, and the most that can be had at once."""
        if not names:
            return {}
        return {
            (provider, name): (int(capacity) - used, max_unit)
            for provider, name, capacity, used, max_unit in self._all(
                "SELECT provider_id, resource_class, (total - reserved) * allocation_ratio,"
                " used, max_unit FROM placement_inventory"
                f" WHERE resource_class IN ({rows.marks(len(names))})",
                names,
            )
        }

    # Traits

    def ask_traits(self, names: Collection[str]) -> None:
        """Look up at once who has these traits, all of which must be known."""
        traits.check_known(names)
        new = [name for name in names if name not in self._holders]
        if not new:
            return
        for name in new:
            self._holders[name] = set()
        for name, provider in self._all(
            "SELECT trait, provider_id FROM placement_providertrait"
            f" WHERE trait IN ({rows.marks(len(new))})",
            new,
        ):
            self._holders[name].add(provider)

    def having(self, any_of: Collection[str]) -> set[str]:
        """The providers that have any of these traits."""
        self.ask_traits(any_of)
        return set().union(*(self._holders[name] for name in any_of))

    def roots_allowed(self, wanted: Wanted) -> set[str] | None:
        """The roots that have and lack what roots must; None if every root will do."""
        required, forbidden = wanted.root_required, wanted.root_forbidden
        if not required and not forbidden:
            return None
        self.ask_traits([*required, *forbidden])
        roots = {
            root
            for (root,) in self._all("SELECT uuid FROM placement_provider WHERE parent_id IS NULL")
        }
        for name in required:
            roots &= self._holders[name]
        return roots - self.having(forbidden)

    # Aggregates

    def in_aggregates(self, member_of: AnyOf) -> set[str]:
        """The providers that are in an aggregate of each of the sets."""
        sets = [self.in_any_aggregate(any_of) for any_of in member_of]
        return set.intersection(*sets)

    def in_any_aggregate(self, any_of: AbstractSet[str]) -> set[str]:
        new = [uuid for uuid in any_of if uuid not in self._members]
        if new:
            for uuid in new:
                self._members[uuid] = set()
            for uuid, provider in self._all(
                "SELECT aggregate, provider_id FROM placement_provideraggregate"
                f" WHERE aggregate IN ({rows.marks(len(new))})",
                new,
            ):
                self._members[uuid].add(provider)
        return set().union(*(self._members[uuid] for uuid in any_of))

    def anchors(self, provider: str) -> list[str]:
        """The roots of the trees that a sharing provider shares with, its own among them."""
        if not self._anchors:
            self._anchors = {uuid: [] for uuid in self.sharing}
            for uuid, root in self._all(
                "SELECT DISTINCT mine.provider_id, p.root_id"
                " FROM placement_providertrait t"
                " JOIN placement_provideraggregate mine ON mine.provider_id = t.provider_id"
                " JOIN placement_provideraggregate theirs ON theirs.aggregate = mine.aggregate"
                " JOIN placement_provider p ON p.uuid = theirs.provider_id"
                " WHERE t.trait = %s",
                [standards.SHARING],
            ):
                self._anchors.setdefault(uuid, []).append(root)
        return self._anchors.get(provider, [])

    # Trees

    def root(self, provider: str) -> str | None:
        """The root of the tree that a provider is in, if the provider exists."""
        for (root,) in self._all(
            "SELECT root_id FROM placement_provider WHERE uuid = %s", [provider]
        ):
            return str(root)
        return None

    def roots(self, providers: Collection[str]) -> dict[str, str]:
        """Each provider with its root."""
        for chunk in rows.chunks([one for one in providers if one not in self.root_of]):
            self.root_of.update(
                self._all(
                    "SELECT uuid, root_id FROM placement_provider"
                    f" WHERE uuid IN ({rows.marks(len(chunk))})",
                    chunk,
                )
            )
        known = self.root_of
        return {one: known[one] for one in providers if one in known}

    def nodes(self, roots: Collection[str]) -> dict[str, tuple[str | None, str]]:
        """The providers of the trees with these roots, each with its parent and its root."""
        return {
            uuid: (parent, root)
            for chunk in rows.chunks(roots)
            for uuid, parent, root in self._all(
                "SELECT uuid, parent_id, root_id FROM placement_provider"
                f" WHERE root_id IN ({rows.marks(len(chunk))})",
                chunk,
            )
        }

    def stocks(self, providers: Collection[str]) -> list[tuple[str, str, float, int]]:
        """(provider, resource class, capacity, used) of these providers."""
        return [
            row
            for chunk in rows.chunks(providers)
            for row in self._all(
                "SELECT provider_id, resource_class,"
                " (total - reserved) * allocation_ratio, used FROM placement_inventory"
                f" WHERE provider_id IN ({rows.marks(len(chunk))})",
                chunk,
            )
        ]

    def trait_names(self, providers: Collection[str]) -> dict[str, list[str]]:
        """The traits of these providers, standard ones first.

        A compute node has sixty of them, and mostly the same: one row for each provider, and
        each set of names read once, is what keeps this from being all the work.
        """
        together = _NAMES_TOGETHER.get(connection.vendor, "group_concat(trait)")
        lists: dict[str, list[str]] = {}
        found: dict[str, list[str]] = {}
        for chunk in rows.chunks(providers):
            for provider, names in self._all(
                f"SELECT provider_id, {together} FROM placement_providertrait"
                f" WHERE provider_id IN ({rows.marks(len(chunk))}) GROUP BY provider_id",
                chunk,
            ):
                if names not in lists:
                    lists[names] = sorted(names.split(","), key=standards.trait_place)
                found[provider] = lists[names]
        return found
