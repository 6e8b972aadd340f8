"""Snapshots of volumes that only a hypervisor can take.  /os-assisted-volume-snapshots"""

import json
from typing import Any

from compute.api import types
from compute.api.base import ComputeViewSet
from compute.domain import assisted_snapshots
from compute.domain.errors import BadRequest, Unexpected
from versioned.operation import operation
from versioned.schema import body, query

RULE = "os_compute_api:os-assisted-volume-snapshots"
_TEXT = types.text(1)
CREATE = body(
    "snapshot",
    {
        "volume_id": _TEXT,
        "create_info": types.closed(
            {
                "snapshot_id": _TEXT,
                "type": types.one_of("qcow2"),
                "new_file": _TEXT,
                "id": _TEXT,
            },
            ["snapshot_id", "type", "new_file"],
        ),
    },
    ["volume_id", "create_info"],
)
DELETE = query(closed_since="2.75", delete_info=types.any_text)


class AssistedVolumeSnapshotsViewSet(ComputeViewSet):
    @operation(policy=f"{RULE}:create", target="found", body=CREATE)
    def create(self, request: Any, snapshot: dict[str, Any]) -> Any:
        self.authorize({})
        volume_id = snapshot["volume_id"]
        assisted_snapshots.create(volume_id)
        return {"snapshot": {"id": snapshot["create_info"].get("id"), "volumeId": volume_id}}

    @operation(policy=f"{RULE}:delete", target="found", query=DELETE, status=204)
    def destroy(self, request: Any, id: str) -> None:
        self.authorize({})
        try:
            info = json.loads(request.params["delete_info"][-1])
            volume_id = info["volume_id"]
        except (KeyError, ValueError) as exc:
            # Nova: the words are those of its own stumbling.
            raise BadRequest(str(exc)) from exc
        except TypeError as exc:
            # Nova: does not foresee what is JSON and no object.
            raise Unexpected(kind="TypeError") from exc
        assisted_snapshots.delete(volume_id, merges=info.get("merge_target_file") is not None)
