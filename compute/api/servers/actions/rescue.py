"""Booting a server from a rescue image, and back.  /servers/{id}/action"""

from typing import Any

from django.conf import settings

from compute.api import types
from compute.api.servers import ordering, schemas
from compute.api.servers.actions.base import ServerActions
from compute.domain import rescuing
from versioned.operation import operation

RESCUE: types.Type = types.closed(
    {
        "rescue": {
            "type": ["object", "null"],
            "properties": {"adminPass": types.string, "rescue_image_ref": types.uuid},
            "additionalProperties": False,
        }
    },
    ["rescue"],
)


class Rescue(ServerActions):
    actions = {"rescue": "rescue", "unrescue": "unrescue"}

    @operation(policy="os_compute_api:os-rescue", target="found", body=RESCUE)
    def rescue(self, request: Any, server_id: str, rescue: dict[str, str] | None) -> Any:
        asked = rescue or {}
        password = asked.get("adminPass", None)
        if password is None:
            password = ordering.password()
        rescuing.rescue(
            request.context,
            self.found(server_id),
            admin_password=password,
            image_id=asked.get("rescue_image_ref"),
            may_be_volume_backed=request.version >= (2, 87),
        )
        return (
            {"adminPass": password} if getattr(settings, "ENABLE_INSTANCE_PASSWORD", True) else {}
        )

    @operation(
        policy="os_compute_api:os-unrescue",
        target="found",
        body=schemas.bare("unrescue"),
        status=202,
    )
    def unrescue(self, request: Any, server_id: str, unrescue: Any) -> None:
        rescuing.unrescue(request.context, self.found(server_id))
