"""Messages to users about what went wrong after the 202."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from cloud.volume.models import Message
from middleware.context import RequestContext

LIFETIME = timedelta(days=30)
# fmt: off
ACTIONS = {
    "001": "schedule allocate volume",
    "013": "create backup",
}
DETAILS = {
    "001": "An unknown error occurred.",
    "003": "Could not find any available weighted backend.",
    "024": "Backup failed to schedule. Service not found for creating backup.",
}
# fmt: on


def tell(
    context: RequestContext, *, action: str, detail: str, resource_type: str, resource_uuid: str
) -> None:
    """Leave a message for the project of the caller."""
    now = timezone.now()
    Message.objects.create(
        project_id=context.project_id or "",
        request_id=context.request_id,
        resource_type=resource_type,
        resource_uuid=resource_uuid,
        action_id=action,
        detail_id=detail,
        created_at=now,
        expires_at=now + LIFETIME,
    )


def event_of(row: Mapping[str, Any]) -> str:
    return f"VOLUME_{row['resource_type']}_{row['action_id']}_{row['detail_id']}"


def text_of(row: Mapping[str, Any]) -> str:
    return f"{ACTIONS.get(row['action_id'], '')}:{DETAILS.get(row['detail_id'], '')}"


@transaction.atomic
def forget(message_id: str) -> None:
    Message.objects.filter(pk=message_id).delete()
