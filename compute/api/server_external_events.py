"""What neighbours tell of servers: ports changed, volumes grew.  /os-server-external-events"""

from typing import Any

from compute.api import types
from compute.api.base import ComputeViewSet
from compute.domain.events import tell
from versioned.operation import operation
from versioned.versions import since

CREATE = types.closed(
    {
        "events": {
            "type": "array",
            "minItems": 1,
            "items": types.closed(
                {
                    "name": types.one_of(
                        "network-changed",
                        "network-vif-plugged",
                        "network-vif-unplugged",
                        "network-vif-deleted",
                        since("2.51", "volume-extended"),
                        since("2.76", "power-update"),
                        since("2.82", "accelerator-request-bound"),
                        since("2.93", "volume-reimaged"),
                    ),
                    "server_uuid": types.uuid,
                    "status": types.one_of("failed", "completed", "in-progress"),
                    "tag": {"type": "string", "maxLength": 255},
                },
                ["name", "server_uuid"],
            ),
        }
    },
    ["events"],
)


class ServerExternalEventsViewSet(ComputeViewSet):
    @operation(
        policy="os_compute_api:os-server-external-events:create", target="found", body=CREATE
    )
    def create(self, request: Any, events: list[dict[str, Any]]) -> Any:
        self.authorize({})
        told = tell(request.context, events)
        # Nova: one that failed among others, or alone, makes it a multi-status.
        status = 200 if all(each["code"] == 200 for each in told) else 207
        return self.respond({"events": told}, status)
