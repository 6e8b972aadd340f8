"""Who asks, as the domain sees it; and the cloud itself, when it asks on its own behalf."""

from typing import Any
from uuid import uuid4

from middleware.context import RequestContext

_KEPT = ("user_id", "project_id", "roles", "is_admin", "request_id", "global_request_id")


def remember(context: RequestContext) -> dict[str, Any]:
    """What a task keeps of the caller; no token is ever stored."""
    kept = {name: getattr(context, name) for name in _KEPT}
    kept["roles"] = list(context.roles)
    return kept


def recall(kept: dict[str, Any]) -> RequestContext:
    """The caller that a task was queued for."""
    return RequestContext(**{**kept, "roles": tuple(kept.get("roles", ()))})


def elevated(context: RequestContext) -> RequestContext:
    """The cloud itself, acting for `context`: the service user's view of the neighbours."""
    return RequestContext(
        user_id=context.user_id,
        project_id=context.project_id,
        roles=("admin", "manager", "member", "reader", "service"),
        is_admin=True,
        request_id=context.request_id,
        global_request_id=context.global_request_id,
    )


def owner_of(
    context: RequestContext, project_id: str, user_id: str | None = None
) -> RequestContext:
    """The cloud itself, acting in a server's project, whoever has asked for it."""
    acting = elevated(context)
    acting.project_id, acting.user_id = project_id, user_id or context.user_id
    return acting


def nobody() -> RequestContext:
    """The cloud itself, of its own accord: a request that no user stands behind."""
    return elevated(RequestContext(request_id=f"req-{uuid4()}"))


def cloud() -> RequestContext:
    """The cloud itself, acting for nobody."""
    return elevated(RequestContext(user_id="nova", project_id="service"))
