"""Allocation candidates: who could give what is wanted.  /allocation_candidates"""

from collections.abc import Collection
from typing import Any

from django.utils import timezone

from cloud.placement import errors
from cloud.placement.api import candidate_query, types
from cloud.placement.api.base import PlacementViewSet, Query
from cloud.placement.api.faults import UNDEFINED, refusing
from cloud.placement.domain import candidates
from versioned.operation import operation
from versioned.versions import between, changing, since


def _grouped(name: str, suffix: str) -> str:
    return f"^{name}({suffix})?$"


_GROUPED = ("resources", "required", "member_of")
_GROUPS = {
    **{
        _grouped(name, types.NUMBERED_GROUP): between("1.25", "1.32", types.string)
        for name in _GROUPED
    },
    _grouped("in_tree", types.NUMBERED_GROUP): between("1.31", "1.32", types.string),
    **{
        _grouped(name, types.NAMED_GROUP): since("1.33", types.string)
        for name in (*_GROUPED, "in_tree")
    },
}

LIST = Query(
    {
        "type": "object",
        "properties": {
            "resources": between("1.10", "1.24", types.string),
            "limit": since(
                "1.16",
                {
                    "type": ["integer", "string"],
                    "pattern": "^[1-9][0-9]*$",
                    "minimum": 1,
                    "minLength": 1,
                },
            ),
            "required": between("1.17", "1.24", {"type": ["string"]}),
            "member_of": between("1.21", "1.24", {"type": ["string"]}),
            "group_policy": since("1.25", {"type": "string", "enum": ["none", "isolate"]}),
            "root_required": since("1.35", {"type": ["string"]}),
            "same_subtree": since("1.36", {"type": ["string"]}),
        },
        "required": changing({"1.10": ["resources"], "1.25": None}),
        "additionalProperties": False,
        "patternProperties": since("1.25", _GROUPS),
    }
)


class AllocationCandidatesViewSet(PlacementViewSet):
    collection = "allocation_candidates"

    @operation(policy="placement:allocation_candidates:list", since="1.10")
    def list(self, request: Any) -> Any:
        self.query(LIST)
        wanted = candidate_query.read(self.request._request.GET, self.version)
        unknown = "Invalid resource class in resources parameter: "
        with refusing(
            (errors.ResourceClassNotFound, 400, unknown, UNDEFINED),
            (errors.TraitNotFound, 400, "", UNDEFINED),
        ):
            found = candidates.find(wanted)
        self.modified(timezone.now())
        requested = {name for group in wanted.groups for name in group.resources}
        return {
            "allocation_requests": [self._request(one) for one in found.candidates],
            "provider_summaries": {
                uuid: self._summary(one, requested) for uuid, one in found.summaries.items()
            },
        }

    def _request(self, candidate: candidates.Candidate) -> dict[str, Any]:
        amounts = candidate.amounts.items()
        if self.version < (1, 12):
            return {
                "allocations": [
                    {"resource_provider": {"uuid": uuid}, "resources": resources}
                    for uuid, resources in amounts
                ]
            }
        shown: dict[str, Any] = {
            "allocations": {uuid: {"resources": resources} for uuid, resources in amounts}
        }
        if self.version >= (1, 34):
            shown["mappings"] = candidate.mappings
        return shown

    def _summary(self, summary: candidates.Summary, requested: Collection[str]) -> dict[str, Any]:
        shows_all = self.version >= (1, 27)
        shown: dict[str, Any] = {
            "resources": {
                name: {"capacity": capacity, "used": used}
                for name, (capacity, used) in summary.resources.items()
                if shows_all or name in requested
            }
        }
        if self.version >= (1, 17):
            shown["traits"] = summary.traits
        if self.version >= (1, 29):
            shown["parent_provider_uuid"] = summary.parent
            shown["root_provider_uuid"] = summary.root
        return shown
