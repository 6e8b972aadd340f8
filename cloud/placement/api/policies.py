"""Every rule of Placement: name, default, sentence."""

from collections.abc import Mapping
from typing import Any, Final

from middleware.context import RequestContext

ADMIN_OR_SERVICE: Final = "role:admin or role:service"
SERVICE: Final = "role:service"
ADMIN_OR_READER_OR_SERVICE: Final = (
    "role:admin or (role:reader and project_id:%(project_id)s) or role:service"
)

RULES: Final = {
    "placement:resource_providers:list": (ADMIN_OR_SERVICE, "List resource providers."),
    "placement:resource_providers:create": (ADMIN_OR_SERVICE, "Make a resource provider."),
    "placement:resource_providers:show": (ADMIN_OR_SERVICE, "Show a resource provider."),
    "placement:resource_providers:update": (ADMIN_OR_SERVICE, "Change a resource provider."),
    "placement:resource_providers:delete": (ADMIN_OR_SERVICE, "Delete a resource provider."),
    "placement:resource_classes:list": (ADMIN_OR_SERVICE, "List resource classes."),
    "placement:resource_classes:create": (ADMIN_OR_SERVICE, "Make a resource class."),
    "placement:resource_classes:show": (ADMIN_OR_SERVICE, "Show a resource class."),
    "placement:resource_classes:update": (ADMIN_OR_SERVICE, "Make or rename a resource class."),
    "placement:resource_classes:delete": (ADMIN_OR_SERVICE, "Delete a resource class."),
    "placement:resource_providers:inventories:list": (ADMIN_OR_SERVICE, "List inventories."),
    "placement:resource_providers:inventories:create": (ADMIN_OR_SERVICE, "Add an inventory."),
    "placement:resource_providers:inventories:show": (ADMIN_OR_SERVICE, "Show an inventory."),
    "placement:resource_providers:inventories:update": (ADMIN_OR_SERVICE, "Set inventories."),
    "placement:resource_providers:inventories:delete": (ADMIN_OR_SERVICE, "Delete inventories."),
    "placement:resource_providers:aggregates:list": (ADMIN_OR_SERVICE, "List aggregates."),
    "placement:resource_providers:aggregates:update": (ADMIN_OR_SERVICE, "Set aggregates."),
    "placement:resource_providers:usages": (
        ADMIN_OR_SERVICE,
        "Show what is used of a resource provider.",
    ),
    "placement:usages": (ADMIN_OR_READER_OR_SERVICE, "Show what a project uses."),
    "placement:traits:list": (ADMIN_OR_SERVICE, "List traits."),
    "placement:traits:show": (ADMIN_OR_SERVICE, "Show a trait."),
    "placement:traits:update": (ADMIN_OR_SERVICE, "Make a trait."),
    "placement:traits:delete": (ADMIN_OR_SERVICE, "Delete a trait."),
    "placement:resource_providers:traits:list": (
        ADMIN_OR_SERVICE,
        "List the traits of a resource provider.",
    ),
    "placement:resource_providers:traits:update": (
        ADMIN_OR_SERVICE,
        "Set the traits of a resource provider.",
    ),
    "placement:resource_providers:traits:delete": (
        ADMIN_OR_SERVICE,
        "Take all traits off a resource provider.",
    ),
    "placement:allocations:manage": (ADMIN_OR_SERVICE, "Set allocations of several consumers."),
    "placement:allocations:list": (ADMIN_OR_SERVICE, "List the allocations of a consumer."),
    "placement:allocations:update": (ADMIN_OR_SERVICE, "Set the allocations of a consumer."),
    "placement:allocations:delete": (ADMIN_OR_SERVICE, "Delete the allocations of a consumer."),
    "placement:resource_providers:allocations:list": (
        ADMIN_OR_SERVICE,
        "List the allocations on a resource provider.",
    ),
    "placement:allocation_candidates:list": (ADMIN_OR_SERVICE, "List allocation candidates."),
    "placement:reshaper:reshape": (SERVICE, "Move inventories and allocations at once."),
}


def _admin_or_service(context: RequestContext, target: Mapping[str, Any]) -> bool:
    return "admin" in context.roles or "service" in context.roles


def _service(context: RequestContext, target: Mapping[str, Any]) -> bool:
    return "service" in context.roles


def _admin_or_reader_or_service(context: RequestContext, target: Mapping[str, Any]) -> bool:
    return _admin_or_service(context, target) or (
        "reader" in context.roles
        and context.project_id is not None
        and context.project_id == target.get("project_id")
    )


_CHECKS: Final = {
    ADMIN_OR_SERVICE: _admin_or_service,
    SERVICE: _service,
    ADMIN_OR_READER_OR_SERVICE: _admin_or_reader_or_service,
}


def allows(rule: str, context: RequestContext, target: Mapping[str, Any]) -> bool:
    """Say whether the caller may do what `rule` guards: with a project's token only."""
    if context.system_scope or context.domain_id:
        return False
    return _CHECKS[RULES[rule][0]](context, target)
