"""What can be done to a volume.  POST /volumes/{id}/action"""

from collections.abc import Callable
from typing import Any, ClassVar

from cloud.volume import actions, attaching, managing, queries, volumes
from cloud.volume.api import formats as types
from cloud.volume.api.actions import ActionViewSet
from cloud.volume.api.base import boolean
from cloud.volume.api.volume_shapes import uploaded
from cloud.volume.errors import BadRequest, invalid_volume
from versioned.operation import Handler, Operation, operation
from versioned.versions import changing, since, until

_ATTACH = {
    **types.closed(
        ("mountpoint",),
        instance_uuid=types.UUID,
        mountpoint={"type": "string", "minLength": 1, "maxLength": 255},
        host_name={"type": "string", "maxLength": 255},
        mode={"type": "string", "enum": ["rw", "ro"]},
    ),
    "anyOf": [{"required": ["instance_uuid"]}, {"required": ["host_name"]}],
}
_DETACH = {**types.closed(attachment_id=types.OPTIONAL_UUID), "type": ["object", "null"]}
_UPLOAD = types.closed(
    ("image_name",),
    image_name={"type": "string", "minLength": 1, "maxLength": 255},
    force=types.BOOLEAN,
    disk_format={
        "type": "string", "enum": ["raw", "vmdk", "vdi", "qcow2", "vhd", "vhdx", "ploop"],
    },
    container_format=types.DESCRIPTION,
    visibility=since(
        "3.1", {"type": "string", "enum": ["community", "public", "private", "shared"]}
    ),
    protected=since("3.1", types.BOOLEAN),
)  # fmt: skip
_MIGRATE = types.closed(
    host=changing({
        "3.0": {"type": "string", "maxLength": 255},
        "3.16": {"type": ["string", "null"], "maxLength": 255},
    }),
    force_host_copy=types.BOOLEAN,
    lock_volume=types.BOOLEAN,
    cluster=since("3.16", types.OPTIONAL_NAME),
) | {"required": [until("3.15", "host")]}  # fmt: skip
ANYTHING: dict[str, Any] = {}
_CONNECTOR = {"type": ["string", "object", "null"]}


def action(
    name: str, inner: Any = ANYTHING, *, rule: str, status: int = 202, **how: Any
) -> Callable[[Handler], Operation]:
    """Declare one action: its name on the wire, what it takes, and the rule that it asks."""
    return operation(
        policy=rule, target="found", status=status, body=types.envelope(name, inner), **how
    )


_USER = "volume_extension:volume_actions:"
_ADMIN = "volume_extension:volume_admin_actions:"


class VolumeActionsViewSet(ActionViewSet):
    """/volumes/{volume_id}/action"""

    actions: ClassVar[dict[str, str]] = {
        "os-attach": "attach",
        "os-detach": "detach",
        "os-reserve": "reserve",
        "os-unreserve": "unreserve",
        "os-begin_detaching": "begin_detaching",
        "os-roll_detaching": "roll_detaching",
        "os-initialize_connection": "initialize_connection",
        "os-terminate_connection": "terminate_connection",
        "os-extend": "extend",
        "os-extend_volume_completion": "extend_completion",
        "os-retype": "retype",
        "os-set_bootable": "set_bootable",
        "os-update_readonly_flag": "update_readonly",
        "os-volume_upload_image": "upload_image",
        "os-reset_status": "reset_status",
        "os-force_delete": "force_delete",
        "os-force_detach": "force_detach",
        "os-migrate_volume": "migrate",
        "os-migrate_volume_completion": "migrate_completion",
        "os-reimage": "reimage",
        "os-set_image_metadata": "set_image_metadata",
        "os-unset_image_metadata": "unset_image_metadata",
        "os-show_image_metadata": "show_image_metadata",
        "os-unmanage": "unmanage",
        "revert": "revert",
    }

    def found(self, volume_id: str) -> dict[str, Any]:
        row = self.volume(volume_id)
        self.authorize(row)
        return row

    @action("os-unmanage", rule="volume_extension:volume_unmanage")
    def unmanage(self, request: Any, volume_id: str, os_unmanage: Any) -> Any:
        self.found(volume_id)
        managing.release(self.context, volume_id)
        return self.bare(202)

    # Attaching

    @action("os-attach", _ATTACH, rule=_USER + "attach")
    def attach(self, request: Any, volume_id: str, os_attach: dict[str, Any]) -> None:
        self.found(volume_id)
        attaching.attach(
            self.context,
            volume_id,
            server_id=os_attach.get("instance_uuid"),
            host_name=os_attach.get("host_name"),
            mountpoint=os_attach["mountpoint"],
            mode=os_attach.get("mode", "rw"),
        )

    @action("os-detach", _DETACH, rule=_USER + "detach")
    def detach(self, request: Any, volume_id: str, os_detach: Any) -> None:
        self.found(volume_id)
        attaching.detach(self.context, volume_id, (os_detach or {}).get("attachment_id"))

    @action("os-reserve", rule=_USER + "reserve")
    def reserve(self, request: Any, volume_id: str, os_reserve: Any) -> None:
        self.found(volume_id)
        attaching.reserve(self.context, volume_id)

    @action("os-unreserve", rule=_USER + "unreserve")
    def unreserve(self, request: Any, volume_id: str, os_unreserve: Any) -> None:
        self.found(volume_id)
        attaching.unreserve(self.context, volume_id)

    @action("os-begin_detaching", rule=_USER + "begin_detaching")
    def begin_detaching(self, request: Any, volume_id: str, os_begin_detaching: Any) -> None:
        self.found(volume_id)
        attaching.begin_detaching(self.context, volume_id)

    @action("os-roll_detaching", rule=_USER + "roll_detaching")
    def roll_detaching(self, request: Any, volume_id: str, os_roll_detaching: Any) -> None:
        self.found(volume_id)
        attaching.roll_detaching(self.context, volume_id)

    @action(
        "os-initialize_connection",
        types.closed(("connector",), connector={"type": ["object", "string"]}),
        rule=_USER + "initialize_connection",
        status=200,
    )
    def initialize_connection(
        self, request: Any, volume_id: str, os_initialize_connection: dict[str, Any]
    ) -> Any:
        self.found(volume_id)
        connector = os_initialize_connection["connector"]
        return {"connection_info": attaching.initialize(self.context, volume_id, connector)}

    @action(
        "os-terminate_connection",
        types.closed(("connector",), connector=_CONNECTOR),
        rule=_USER + "terminate_connection",
    )
    def terminate_connection(
        self, request: Any, volume_id: str, os_terminate_connection: Any
    ) -> None:
        self.found(volume_id)
        attaching.terminate(self.context, volume_id)

    @action(
        "os-force_detach",
        types.closed(connector=_CONNECTOR, attachment_id={"type": ["string", "null"]}),
        rule=_ADMIN + "force_detach",
    )
    def force_detach(self, request: Any, volume_id: str, os_force_detach: dict[str, Any]) -> None:
        self.found(volume_id)
        attaching.terminate(self.context, volume_id)
        attachment_id = os_force_detach.get("attachment_id")
        attaching.detach(self.context, volume_id, attachment_id, force=True)

    # Changing

    @action("os-extend", types.closed(("new_size",), new_size=types.SIZE), rule="volume:extend")
    def extend(self, request: Any, volume_id: str, os_extend: dict[str, Any]) -> None:
        row = self.found(volume_id)
        may_be_attached = request.version >= (3, 42)
        if may_be_attached and row["status"] == "in-use":
            self.enforce("volume:extend_attached_volume", row)
        actions.extend(
            self.context,
            volume_id,
            int(os_extend["new_size"]),
            may_be_attached=may_be_attached,
        )

    @action(
        "os-extend_volume_completion",
        types.closed(error={"type": ["string", "null", "boolean"]}),
        rule=_ADMIN + "extend_volume_completion",
    )
    def extend_completion(
        self, request: Any, volume_id: str, os_extend_volume_completion: Any
    ) -> None:
        row = self.found(volume_id)
        if row["status"] != "extending":
            raise invalid_volume("Volume is not being extended.")
        # What a backend that needs this would have left there.
        raise invalid_volume("Required volume admin metadata is malformed or missing.")

    @action(
        "os-retype",
        types.closed(
            ("new_type",),
            new_type={"type": "string"},
            migration_policy={"type": ["string", "null"], "enum": ["on-demand", "never"]},
        ),
        rule="volume:retype",
    )
    def retype(self, request: Any, volume_id: str, os_retype: dict[str, Any]) -> None:
        self.found(volume_id)
        policy = os_retype.get("migration_policy")
        actions.retype(self.context, volume_id, os_retype["new_type"], policy)

    @action(
        "os-set_bootable",
        types.closed(("bootable",), bootable=types.BOOLEAN),
        rule="volume:update",
        status=200,
    )
    def set_bootable(self, request: Any, volume_id: str, os_set_bootable: Any) -> None:
        self.found(volume_id)
        actions.set_bootable(self.context, volume_id, bool(boolean(os_set_bootable["bootable"])))

    @action(
        "os-update_readonly_flag",
        types.closed(("readonly",), readonly=types.BOOLEAN),
        rule="volume:update_readonly_flag",
    )
    def update_readonly(self, request: Any, volume_id: str, os_update_readonly_flag: Any) -> None:
        self.found(volume_id)
        readonly = bool(boolean(os_update_readonly_flag["readonly"]))
        actions.set_readonly(self.context, volume_id, readonly)

    @action("os-volume_upload_image", _UPLOAD, rule=_USER + "upload_image")
    def upload_image(
        self, request: Any, volume_id: str, os_volume_upload_image: dict[str, Any]
    ) -> Any:
        self.found(volume_id)
        given = os_volume_upload_image
        metadata = {
            "name": given["image_name"],
            "container_format": given.get("container_format") or "bare",
            "disk_format": given.get("disk_format", "raw"),
        }
        if request.version >= (3, 1):
            metadata["visibility"] = given.get("visibility", "private")
            metadata["protected"] = bool(boolean(given.get("protected", False)))
            if metadata["visibility"] == "public":
                self.enforce(_USER + "upload_public")
        force = bool(boolean(given.get("force", False)))
        made = actions.upload(self.context, volume_id, metadata, force=force)
        return {"os-volume_upload_image": uploaded(made["row"], made["image"], metadata)}

    @action(
        "os-reset_status",
        {
            **types.closed(
                status={"type": ["string", "null"], "format": "volume_status"},
                attach_status={"type": ["string", "null"], "format": "attach_status"},
                migration_status={"type": ["string", "null"], "format": "migration_status"},
            ),
            "format": "reset_body",
        },
        rule=_ADMIN + "reset_status",
    )
    def reset_status(self, request: Any, volume_id: str, os_reset_status: dict[str, Any]) -> None:
        if not any(os_reset_status.values()):
            raise BadRequest(
                "Must specify 'status', 'attach_status' or 'migration_status' for update."
            )
        self.authorize(queries.volume(self.context, volume_id))
        actions.reset_status(self.context, volume_id, os_reset_status)

    @action("os-force_delete", rule=_ADMIN + "force_delete")
    def force_delete(self, request: Any, volume_id: str, os_force_delete: Any) -> None:
        self.found(volume_id)
        volumes.delete(self.context, volume_id, force=True)

    @action("os-migrate_volume", _MIGRATE, rule=_ADMIN + "migrate_volume")
    def migrate(self, request: Any, volume_id: str, os_migrate_volume: dict[str, Any]) -> None:
        self.found(volume_id)
        actions.check_migration(self.context, volume_id, os_migrate_volume.get("host"))

    @action(
        "os-migrate_volume_completion",
        types.closed(
            ("new_volume",), new_volume=types.UUID, error={"type": ["string", "null", "boolean"]}
        ),
        rule=_ADMIN + "migrate_volume_completion",
        status=200,
    )
    def migrate_completion(
        self, request: Any, volume_id: str, os_migrate_volume_completion: dict[str, Any]
    ) -> dict[str, str]:
        self.found(volume_id)
        asked = os_migrate_volume_completion
        kept = actions.end_migration(
            self.context, volume_id, asked["new_volume"], has_failed=bool(asked.get("error"))
        )
        return {"save_volume_id": kept}

    @action(
        "os-reimage",
        types.closed(("image_id",), image_id=types.UUID, reimage_reserved=types.BOOLEAN),
        rule="volume:reimage",
        since="3.68",
    )
    def reimage(self, request: Any, volume_id: str, os_reimage: dict[str, Any]) -> None:
        row = self.volume(volume_id)
        volumes.image_by_id(self.context, os_reimage["image_id"])
        self.authorize(row)
        reserved = bool(boolean(os_reimage.get("reimage_reserved", False)))
        if reserved:
            self.enforce("volume:reimage_reserved", row)
        actions.reimage(self.context, volume_id, os_reimage["image_id"], may_be_reserved=reserved)

    @operation(
        policy="volume:revert_to_snapshot",
        target="found",
        since="3.40",
        status=202,
        body=types.envelope(
            "revert",
            {"type": "object", "properties": {"snapshot_id": {"type": ["string", "null"]}}},
        ),
    )
    def revert(self, request: Any, volume_id: str, revert: dict[str, Any]) -> None:
        # Volume (Cinder): volume.api.API.get_volume says no to those who may not look.
        row = queries.volume(self.context, volume_id)
        self.enforce("volume:get", row)
        actions.check_revert(self.context, volume_id, revert.get("snapshot_id"))
        self.authorize(row)
        actions.revert(self.context, volume_id, revert.get("snapshot_id"))

    # What a volume remembers of its image

    @action(
        "os-set_image_metadata",
        types.closed(("metadata",), metadata=types.IMAGE_METADATA),
        rule="volume_extension:volume_image_metadata:set",
        status=200,
    )
    def set_image_metadata(self, request: Any, volume_id: str, os_set_image_metadata: Any) -> Any:
        self.authorize(queries.volume(self.context, volume_id))
        metadata = os_set_image_metadata["metadata"]
        return {"metadata": actions.set_image_metadata(self.context, volume_id, metadata)}

    @action(
        "os-unset_image_metadata",
        types.closed(("key",), key={"type": "string", "minLength": 1, "maxLength": 255}),
        rule="volume_extension:volume_image_metadata:remove",
        status=200,
    )
    def unset_image_metadata(
        self, request: Any, volume_id: str, os_unset_image_metadata: Any
    ) -> Any:
        self.authorize(queries.volume(self.context, volume_id))
        actions.remove_image_metadata(self.context, volume_id, os_unset_image_metadata["key"])
        return self.bare(200)

    @action(
        "os-show_image_metadata",
        rule="volume_extension:volume_image_metadata:show",
        status=200,
    )
    def show_image_metadata(self, request: Any, volume_id: str, os_show_image_metadata: Any) -> Any:
        found = self.found(volume_id)["image_metadata"]
        if not found:
            raise actions.no_image_metadata(volume_id)
        return {"metadata": found}
