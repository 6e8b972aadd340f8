"""Placement's microversions: number and title.  The last row is the newest version there is."""

from typing import Final

from versioned.versions import Version, parse

HISTORY: Final = (
    ("1.0", "The first version"),
    ("1.1", "Aggregates of resource providers"),
    ("1.2", "Custom resource classes"),
    ("1.3", "List resource providers by member_of"),
    ("1.4", "List resource providers by resources"),
    ("1.5", "Delete all inventories of a resource provider at once"),
    ("1.6", "Traits"),
    ("1.7", "PUT of a resource class makes it, without a body"),
    ("1.8", "Allocations carry project_id and user_id"),
    ("1.9", "Usages by project and user"),
    ("1.10", "Allocation candidates"),
    ("1.11", "A link from resource providers to their allocations"),
    ("1.12", "Allocations are keyed by resource provider, going in and coming out"),
    ("1.13", "POST of allocations for several consumers at once"),
    ("1.14", "Trees of resource providers"),
    ("1.15", "Last-Modified and Cache-Control headers"),
    ("1.16", "A limit on allocation candidates"),
    ("1.17", "Allocation candidates by required traits; traits in their summaries"),
    ("1.18", "List resource providers by required traits"),
    ("1.19", "Aggregates carry and check the generation of the resource provider"),
    ("1.20", "POST of a resource provider answers with it"),
    ("1.21", "Allocation candidates by member_of"),
    ("1.22", "Forbidden traits"),
    ("1.23", "Error codes"),
    ("1.24", "More than one member_of"),
    ("1.25", "Groups of resources in allocation candidates, and group_policy"),
    ("1.26", "All of an inventory may be reserved"),
    ("1.27", "Summaries show every resource class of a resource provider"),
    ("1.28", "Generations of consumers"),
    ("1.29", "Allocation candidates from trees of resource providers"),
    ("1.30", "The reshaper"),
    ("1.31", "Allocation candidates by in_tree"),
    ("1.32", "Forbidden aggregates"),
    ("1.33", "Groups of resources are named by strings"),
    ("1.34", "Mappings of groups to resource providers in allocation candidates"),
    ("1.35", "Allocation candidates by root_required"),
    ("1.36", "Allocation candidates by same_subtree, and groups without resources"),
    ("1.37", "A resource provider may move to another parent, or to none"),
    ("1.38", "Types of consumers"),
    ("1.39", "Any of several traits"),
)

FIRST: Final[Version] = parse(HISTORY[0][0])
LAST: Final[Version] = parse(HISTORY[-1][0])
