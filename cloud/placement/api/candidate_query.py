"""The query of GET /allocation_candidates, read as what is wanted."""

import re
from typing import Final

from django.http import QueryDict

from cloud.placement.api import parameters, types
from cloud.placement.api.faults import BAD_VALUE, DUPLICATE_KEY, MISSING_VALUE, Fault
from cloud.placement.domain.wanted import Group, Wanted
from versioned.versions import Version

NAMED_GROUPS_SINCE: Final[Version] = (1, 33)
SAME_SUBTREE_SINCE: Final[Version] = (1, 36)
TREES_SINCE: Final[Version] = (1, 29)
TRAITS_SHOWN_SINCE: Final[Version] = (1, 17)

_PREFIX: Final = "^(resources|required|member_of|in_tree)"
_NUMBERED: Final = re.compile(f"{_PREFIX}({types.NUMBERED_GROUP})?$")
_NAMED: Final = re.compile(f"{_PREFIX}({types.NAMED_GROUP})?$")


def read(query: QueryDict, version: Version) -> Wanted:
    """Read a query that fits its schema; what it asks may still make no sense."""
    same_subtrees = _same_subtrees(query)
    required, forbidden = _root_required(query)
    groups = _groups(query, version)
    if version >= SAME_SUBTREE_SINCE:
        _check_groups_without_resources(groups, same_subtrees)
    else:
        _check_orphans(groups)
    if version >= parameters.FORBIDDEN_TRAITS_SINCE:
        _check_contradictions(groups)
    policy = query.get("group_policy") and query.getlist("group_policy")[0]
    if not policy and sum(group.is_granular for group in groups.values()) > 1:
        raise Fault(
            400,
            'The "group_policy" parameter is required when specifying more than one '
            '"resources{N}" parameter.',
        )
    return Wanted(
        groups=list(groups.values()),
        limit=int(query.getlist("limit")[0]) if "limit" in query else None,
        is_isolated=policy == "isolate",
        root_required=required,
        root_forbidden=forbidden,
        same_subtrees=same_subtrees,
        knows_trees=version >= TREES_SINCE,
        wants_traits=version >= TRAITS_SHOWN_SINCE,
    )


def _same_subtrees(query: QueryDict) -> list[frozenset[str]]:
    found = []
    for value in query.getlist("same_subtree"):
        suffixes = frozenset(suffix.strip() for suffix in value.split(","))
        if "" in suffixes:
            raise Fault(
                400,
                "Empty string (unsuffixed group) can not be specified in `same_subtree` ",
                BAD_VALUE,
            )
        found.append(suffixes)
    return found


def _root_required(query: QueryDict) -> tuple[frozenset[str], frozenset[str]]:
    values = query.getlist("root_required")
    if not values:
        return frozenset(), frozenset()
    if len(values) > 1:
        raise Fault(
            400, "Query parameter 'root_required' may be specified only once.", DUPLICATE_KEY
        )
    any_of, not_these = parameters.traits_of_one(values[0], may_forbid=True, may_choose=False)
    required = frozenset().union(*any_of)
    forbidden = frozenset(not_these)
    if required & forbidden:
        raise Fault(
            400,
            "Conflicting required and forbidden traits found in root_required: "
            + ", ".join(sorted(required & forbidden)),
            BAD_VALUE,
        )
    return required, forbidden


def _groups(query: QueryDict, version: Version) -> dict[str, Group]:
    pattern = _NAMED if version >= NAMED_GROUPS_SINCE else _NUMBERED
    groups: dict[str, Group] = {}
    for key, values in query.lists():
        match = pattern.match(key)
        if match is None:
            continue
        kind, suffix = match[1], match[2] or ""
        group = groups.setdefault(suffix, Group(suffix))
        # Placement: every value is read, and the last one counts, but of `required` and
        # `member_of` from the versions on that take several.
        if kind == "resources":
            for value in values:
                group.resources = parameters.resources(value)
        elif kind == "required":
            group.required, group.forbidden = parameters.traits(values, version)
        elif kind == "member_of":
            group.member_of, group.not_member_of = parameters.aggregates(values, version, suffix)
        else:
            for value in values:
                group.in_tree = parameters.tree(value)
    return groups


def _check_groups_without_resources(
    groups: dict[str, Group], same_subtrees: list[frozenset[str]]
) -> None:
    """Let a group want no resources if it is named to say where a subtree is."""
    empty = [suffix for suffix, group in groups.items() if not group.resources]
    named = frozenset().union(*same_subtrees)
    if len(empty) == len(groups):
        raise Fault(
            400,
            "There must be at least one resources or resources[$S] parameter.",
            MISSING_VALUE,
        )
    bad = [suffix for suffix in empty if suffix not in named]
    if bad:
        raise Fault(
            400,
            "Resourceless suffixed group request should be specified in `same_subtree` query "
            f"param: bad group(s) - {bad}.",
            BAD_VALUE,
        )
    unknown = sorted(suffix for suffix in named if suffix not in groups)
    if unknown:
        raise Fault(
            400,
            f"Real suffixes should be specified in `same_subtree`: {unknown} not found in "
            f"{list(groups)}.",
            BAD_VALUE,
        )


def _check_orphans(groups: dict[str, Group]) -> None:
    """Refuse traits and aggregates that go with no resources."""
    empty = {suffix: group for suffix, group in groups.items() if not group.resources}
    orphans = [f"required{suffix}" for suffix, group in empty.items() if group.required]
    if orphans:
        raise Fault(
            400,
            "All traits parameters must be associated with resources.  Found the following "
            f"orphaned traits keys: {', '.join(orphans)}",
        )
    orphans = [
        f"member_of{suffix}"
        for suffix, group in empty.items()
        if group.member_of or group.not_member_of
    ]
    if orphans:
        raise Fault(
            400,
            "All member_of parameters must be associated with resources. Found the following "
            f"orphaned member_of keys: {', '.join(orphans)}",
        )
    if empty:
        raise Fault(400, "All request groups must specify resources.")
    if not groups:
        raise Fault(400, "At least one request group (`resources` or `resources{$S}`) is required.")


def _check_contradictions(groups: dict[str, Group]) -> None:
    contradictions = sorted(
        f"required{suffix}: ({', '.join(sorted(any_of))})"
        for suffix, group in groups.items()
        for any_of in group.required
        if any_of <= group.forbidden
    )
    if contradictions:
        raise Fault(
            400,
            "Conflicting required and forbidden traits found in the following traits keys: "
            + ", ".join(contradictions),
        )
