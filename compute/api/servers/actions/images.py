"""Images of servers, and backups that are kept in rotation.  /servers/{id}/action"""

from typing import Any

from compute.api import policy, types
from compute.api.links import host_of
from compute.api.servers import schemas
from compute.api.servers.actions.base import ServerActions
from compute.domain import snapshots
from versioned.operation import operation
from versioned.versions import changing

_VOLUME_BACKED = "os_compute_api:servers:create_image:allow_volume_backed"

BACKUP: types.Type = types.closed(
    {
        "createBackup": types.closed(
            {
                "name": changing({"2.0": types.padded_name, "2.1": types.name}),
                "backup_type": types.string,
                "rotation": types.non_negative_integer,
                "metadata": types.metadata,
            },
            ["name", "backup_type", "rotation"],
        )
    },
    ["createBackup"],
)


class Images(ServerActions):
    actions = {"createImage": "create_image", "createBackup": "create_backup"}

    @operation(
        policy="os_compute_api:servers:create_image",
        target="found",
        body=schemas.CREATE_IMAGE,
        status=202,
    )
    def create_image(self, request: Any, server_id: str, createImage: dict[str, Any]) -> Any:
        server = self.found(server_id)
        metadata = createImage.get("metadata", {})
        if request.version <= (2, 38):
            snapshots.check_metadata(request.context, metadata)
        name = createImage["name"].strip()
        if snapshots.is_volume_backed(server):
            policy.authorize(request.context, _VOLUME_BACKED, server.target)
            image_id = snapshots.snapshot_volumes(request.context, server, name, metadata)
        else:
            image_id = snapshots.snapshot(request.context, server, name, metadata)
        # Nova: this one is a link to the Image service, that of a backup to its own proxy.
        return self._made(image_id, f"{host_of(request._request)}/image/images/{image_id}")

    @operation(policy="os_compute_api:os-create-backup", target="found", body=BACKUP, status=202)
    def create_backup(self, request: Any, server_id: str, createBackup: dict[str, Any]) -> Any:
        server = self.found(server_id)
        metadata = createBackup.get("metadata", {})
        if request.version <= (2, 38):
            snapshots.check_metadata(request.context, metadata)
        rotation = int(createBackup["rotation"])
        image_id = snapshots.back_up(
            request.context,
            server,
            createBackup["name"].strip(),
            backup_type=createBackup["backup_type"],
            rotation=rotation,
            metadata=metadata,
        )
        version = "/v2" if self.is_relaxed else "/v2.1"
        location = f"{host_of(request._request)}{version}/images/{image_id}"
        # Nova: a backup that is not kept has no location.
        return self._made(image_id, location if rotation else None)

    def _made(self, image_id: str, location: str | None) -> Any:
        """From 2.45 the body names the image; before, the Location did."""
        if self.request.version >= (2, 45):
            return {"image_id": image_id}
        # Nova: these answers are made by hand, and keep webob's own type.
        self.headers["Content-Type"] = "text/html; charset=UTF-8"
        if location is not None:
            self.headers["Location"] = location
        return None
