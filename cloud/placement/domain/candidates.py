"""Allocation candidates: the ways in which providers can give what is wanted.

Each group is answered by itself, as pieces: what a provider, or several of one tree, would give,
and the tree (the anchor) that the piece belongs to.  Pieces of one anchor, one for each group,
make a candidate.  Candidates are made one after the other, so a limit also limits the work.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any

from django.db import connection

from cloud.placement import errors
from cloud.placement.domain import classes, traits
from cloud.placement.domain.search import Facts
from cloud.placement.domain.wanted import Group, Wanted

Amounts = Mapping[str, Mapping[str, int]]


class _Nothing(Exception):
    """No provider can give it."""


@dataclass(slots=True)
class Piece:
    """What meets one group: amounts by provider and resource class, all for one anchor."""

    suffix: str
    anchor: str
    providers: tuple[str, ...]
    amounts: Amounts


@dataclass(slots=True)
class Candidate:
    """What meets every group, and which providers meet which."""

    amounts: Amounts
    mappings: dict[str, list[str]]


@dataclass(slots=True)
class Summary:
    """What is known of a provider that candidates, or its tree, are about."""

    parent: str | None
    root: str
    # resource class -> (capacity, used)
    resources: dict[str, tuple[int, int]] = field(default_factory=dict)
    traits: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Found:
    candidates: list[Candidate]
    summaries: dict[str, Summary]


def find(wanted: Wanted) -> Found:
    """Search candidates, at most `wanted.limit` of them."""
    with connection.cursor() as cursor:
        facts = Facts(cursor)
        try:
            found = list(islice(_Search(facts, wanted).candidates(), wanted.limit))
        except _Nothing:
            found = []
        return Found(found, _summaries(facts, wanted, found) if found else {})


class _Search:
    def __init__(self, facts: Facts, wanted: Wanted) -> None:
        self.facts = facts
        self.wanted = wanted
        self.left: dict[tuple[str, str], tuple[int, int]] = {}
        self.roots_allowed: AbstractSet[str] | None = None
        self.is_plain = not facts.has_trees and not facts.sharing and _is_plain(wanted)
        if self.is_plain:
            return
        self.roots_allowed = facts.roots_allowed(wanted)
        if self.roots_allowed is not None and not self.roots_allowed:
            raise _Nothing

    def candidates(self) -> Iterator[Candidate]:
        if self.is_plain:
            return self._plain(self.wanted.groups[0])
        # Placement: groups are looked at in turn, so what is wrong with a group is said only if
        # those before it can be met.
        pieces = {group.suffix: self._pieces(group) for group in self.wanted.groups}
        found = self._combined(pieces)
        if self.facts.has_trees and not self.wanted.knows_trees:
            found = filter(self._is_of_separate_trees, found)
        if self.facts.sharing:
            # A provider that shares with several trees gives the same for each of them.
            # Placement: drops such repetition before it joins groups, and with it candidates.
            return _without_repetition(found)
        return found

    def _plain(self, group: Group) -> Iterator[Candidate]:
        """Candidates of one provider each, where each provider is a tree by itself."""
        for provider in self.facts.able(
            group, self.wanted.limit, self.wanted.root_required, self.wanted.root_forbidden
        ):
            yield Candidate({provider: group.resources}, {group.suffix: [provider]})

    def _is_of_separate_trees(self, candidate: Candidate) -> bool:
        roots = self.facts.roots(candidate.amounts)
        return len(set(roots.values())) == len(candidate.amounts)

    # One group

    def _pieces(self, group: Group) -> Iterator[Piece]:
        facts = self.facts
        classes.check_known(group.resources)
        members = None
        if group.member_of:
            members = facts.in_aggregates(group.member_of)
            if not members:
                raise _Nothing
        named = {name for any_of in group.required for name in any_of}
        facts.ask_traits([*named, *group.forbidden])
        root = None
        if group.in_tree:
            root = facts.root(group.in_tree)
            if root is None:
                raise _Nothing
        for name, amount in group.resources.items():
            if not facts.room(name, amount, root):
                raise _Nothing
        if not group.is_granular and (facts.has_trees or facts.sharing):
            made = self._from_trees(group, root, members)
        else:
            made = self._from_single_providers(group, root, members)
        first = next(made, None)
        if first is None:
            raise _Nothing
        return _chained(first, made)

    def _from_single_providers(
        self, group: Group, root: str | None, members: set[str] | None
    ) -> Iterator[Piece]:
        """Pieces of which one provider gives everything, and has and lacks what is said."""
        facts = self.facts
        sets: list[AbstractSet[str]] = [facts.having(any_of) for any_of in group.required]
        if members is not None:
            sets.append(members)
        rooms = [facts.room(name, amount, root) for name, amount in group.resources.items()]
        if not sets and not rooms:
            # Placement: a group that wants nothing finds nothing, not everything.
            return
        sets.extend(room.keys() for room in rooms)
        bad = facts.having(group.forbidden) | facts.in_any_aggregate(group.not_member_of)
        smallest = min(sets, key=len)
        fit = set(smallest).intersection(*sets) - bad
        in_order = [one for one in rooms[0] if one in fit] if rooms else sorted(fit)
        for provider, of_root in facts.roots(in_order).items():
            anchors = [of_root]
            if provider in facts.sharing:
                anchors += [one for one in facts.anchors(provider) if one != of_root]
            amounts = {provider: group.resources} if group.resources else {}
            for anchor in anchors:
                if self.roots_allowed is None or anchor in self.roots_allowed:
                    yield Piece(group.suffix, anchor, (provider,), amounts)

    def _from_trees(
        self, group: Group, root: str | None, members: set[str] | None
    ) -> Iterator[Piece]:
        """Pieces of which the providers of a tree, or those sharing with it, give parts."""
        facts = self.facts
        forbidden = facts.having(group.forbidden)
        by_class: dict[str, dict[str, list[str]]] = {}
        for name, amount in group.resources.items():
            by_class[name] = self._by_anchor(group, name, amount, root, members, forbidden)
        required = [facts.having(any_of) for any_of in group.required]
        first, *others = by_class.values()
        for anchor in first:
            if not all(anchor in other for other in others):
                continue
            choices = [by_anchor[anchor] for by_anchor in by_class.values()]
            for chosen in product(*choices):
                if all(any(one in holders for one in chosen) for holders in required):
                    yield _piece(group, anchor, chosen)

    def _by_anchor(
        self,
        group: Group,
        name: str,
        amount: int,
        root: str | None,
        members: set[str] | None,
        forbidden: set[str],
    ) -> dict[str, list[str]]:
        """For each tree, who could give the tree so much of a resource class."""
        facts = self.facts
        room = facts.room(name, amount, root)
        pairs = dict.fromkeys(room.items())
        if root is None:
            sharing = facts.sharing if members is None else facts.sharing & members
            for provider in sharing & room.keys():
                pairs.update(((provider, anchor), None) for anchor in facts.anchors(provider))
        bad = facts.in_any_aggregate(group.not_member_of)
        found: dict[str, list[str]] = {}
        for provider, anchor in pairs:
            if self.roots_allowed is not None and anchor not in self.roots_allowed:
                continue
            # An aggregate of the root spans its tree.
            if members is not None and provider not in members and anchor not in members:
                continue
            if provider in bad or anchor in bad or provider in forbidden:
                continue
            found.setdefault(anchor, []).append(provider)
        return found

    # All groups

    def _combined(self, pieces: Mapping[str, Iterator[Piece]]) -> Iterator[Candidate]:
        if len(pieces) == 1 and not self.wanted.same_subtrees:
            for made in pieces.values():
                for piece in made:
                    yield Candidate(piece.amounts, {piece.suffix: list(piece.providers)})
            return
        by_anchor: dict[str, dict[str, list[Piece]]] = {}
        for suffix, made in pieces.items():
            for piece in made:
                by_anchor.setdefault(piece.anchor, {}).setdefault(suffix, []).append(piece)
        full = {
            anchor: choices for anchor, choices in by_anchor.items() if len(choices) == len(pieces)
        }
        parents = self._parents(full)
        counts = Counter(name for group in self.wanted.groups for name in group.resources)
        # Of a class that several groups want, they may want more together than there is.
        self.left = self.facts.left([name for name, count in counts.items() if count > 1])
        for choices in full.values():
            for chosen in product(*choices.values()):
                if self._fits_together(chosen, parents):
                    candidate = self._joined(chosen)
                    if candidate is not None:
                        yield candidate

    def _parents(self, full: Mapping[str, Mapping[str, list[Piece]]]) -> dict[str, str | None]:
        if not self.wanted.same_subtrees:
            return {}
        providers = {
            provider
            for choices in full.values()
            for pieces in choices.values()
            for piece in pieces
            for provider in piece.providers
        }
        nodes = self.facts.nodes({*full, *self.facts.roots(providers).values()})
        return {uuid: parent for uuid, (parent, _) in nodes.items()}

    def _fits_together(self, chosen: tuple[Piece, ...], parents: Mapping[str, str | None]) -> bool:
        if self.wanted.is_isolated:
            granular = [piece.providers[0] for piece in chosen if piece.suffix]
            if len(set(granular)) != len(granular):
                return False
        for suffixes in self.wanted.same_subtrees:
            providers = {
                provider
                for piece in chosen
                if piece.suffix in suffixes
                for provider in piece.providers
            }
            if not _is_one_subtree(providers, parents):
                return False
        return True

    def _joined(self, chosen: tuple[Piece, ...]) -> Candidate | None:
        """The sum of pieces; None where together they take more than there is."""
        amounts: dict[str, dict[str, int]] = {}
        for piece in chosen:
            for provider, resources in piece.amounts.items():
                sums = amounts.get(provider)
                if sums is None:
                    amounts[provider] = dict(resources)
                    continue
                for name, amount in resources.items():
                    if name not in sums:
                        sums[name] = amount
                        continue
                    sums[name] += amount
                    left, max_unit = self.left.get((provider, name), (0, 0))
                    if sums[name] > left or sums[name] > max_unit:
                        return None
        return Candidate(amounts, {piece.suffix: list(piece.providers) for piece in chosen})


def _is_plain(wanted: Wanted) -> bool:
    """Say whether one group is wanted, of which every name is known.

    What is wrong with a name is said only if nothing else stands against an answer before that.
    """
    if len(wanted.groups) != 1 or wanted.same_subtrees or not wanted.groups[0].resources:
        return False
    group = wanted.groups[0]
    named = {name for any_of in group.required for name in any_of} | group.forbidden
    try:
        classes.check_known(group.resources)
        traits.check_known([*named, *wanted.root_required, *wanted.root_forbidden])
    except (errors.ResourceClassNotFound, errors.TraitNotFound):
        return False
    return True


def _piece(group: Group, anchor: str, chosen: tuple[str, ...]) -> Piece:
    """A piece in which each resource class comes from the provider chosen for it."""
    amounts: dict[str, dict[str, int]] = {}
    for provider, (name, amount) in zip(chosen, group.resources.items(), strict=True):
        amounts.setdefault(provider, {})[name] = amount
    return Piece(group.suffix, anchor, tuple(amounts), amounts)


def _chained(first: Piece, others: Iterator[Piece]) -> Iterator[Piece]:
    yield first
    yield from others


def _is_one_subtree(providers: Collection[str], parents: Mapping[str, str | None]) -> bool:
    """Say whether one of the providers is above all others."""
    common: set[str] | None = None
    for provider in providers:
        above = {provider}
        parent = parents.get(provider)
        while parent is not None:
            above.add(parent)
            parent = parents.get(parent)
        common = above if common is None else common & above
    return bool(common and common.intersection(providers))


def _without_repetition(found: Iterable[Candidate]) -> Iterator[Candidate]:
    seen: set[Any] = set()
    for candidate in found:
        key = (
            frozenset(
                (provider, name, amount)
                for provider, resources in candidate.amounts.items()
                for name, amount in resources.items()
            ),
            frozenset(
                (suffix, frozenset(providers)) for suffix, providers in candidate.mappings.items()
            ),
        )
        if key not in seen:
            seen.add(key)
            yield candidate


def _summaries(facts: Facts, wanted: Wanted, found: list[Candidate]) -> dict[str, Summary]:
    """What there is to know of every provider in the trees that candidates take from."""
    taken = {provider for candidate in found for provider in candidate.amounts}
    nodes = facts.nodes(set(facts.roots(taken).values()))
    if facts.has_trees and not wanted.knows_trees:
        nodes = {uuid: node for uuid, node in nodes.items() if uuid in taken}
    summaries = {uuid: Summary(parent, root) for uuid, (parent, root) in nodes.items()}
    for provider, name, capacity, used in facts.stocks(nodes):
        summaries[provider].resources[name] = int(capacity), used
    if wanted.wants_traits:
        for provider, names in facts.trait_names(nodes).items():
            summaries[provider].traits = names
    return summaries
