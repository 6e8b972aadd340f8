"""Backups of volumes.  /backups"""

from typing import Any, ClassVar

from cloud.volume import backups, paging, queries
from cloud.volume.api import filters, formats
from cloud.volume.api.actions import ActionViewSet
from cloud.volume.api.base import boolean, strict
from cloud.volume.api.volumes import clean
from cloud.volume.errors import BadRequest
from cloud.volume.models import Backup
from cloud.volume.timing import shown
from versioned.operation import operation
from versioned.shape import Attr, Shape
from versioned.versions import since

CREATE = formats.envelope(
    "backup",
    formats.closed(
        ("volume_id",),
        volume_id=formats.UUID,
        container=formats.TEXT,
        description=formats.DESCRIPTION,
        incremental=formats.BOOLEAN,
        force=formats.BOOLEAN,
        name=formats.OPTIONAL_NAME,
        snapshot_id=formats.OPTIONAL_UUID,
        metadata=since("3.43", formats.OPTIONAL_METADATA),
        availability_zone=since("3.51", formats.TEXT),
    ),
)
UPDATE = formats.envelope(
    "backup",
    {
        **formats.closed(
            name=formats.OPTIONAL_NAME,
            description=formats.DESCRIPTION,
            metadata=since("3.43", formats.METADATA),
        ),
        "type": ["object", "null"],
    },
)
RESTORE = formats.envelope(
    "restore",
    {
        **formats.closed(name=formats.OPTIONAL_NAME, volume_id=formats.OPTIONAL_UUID),
        "type": ["object", "null"],
    },
)
IMPORT = formats.envelope(
    "backup-record",
    formats.closed(
        ("backup_service", "backup_url"),
        backup_service={"type": "string", "minLength": 0, "maxLength": 255},
        backup_url={"type": "string", "minLength": 1, "format": "base64"},
    ),
)
SORT_KEYS = {
    **{key: key for key in (
        "id", "created_at", "updated_at", "status", "volume_id", "size", "container", "name",
    )},
    "display_name": "name",
}  # fmt: skip
COLUMNS = tuple(field.attname for field in Backup._meta.concrete_fields)
_PROJECT = "backup:backup_project_attribute"
_ADMIN = "volume_extension:backup_admin_actions:"


class BackupInList(Shape):
    id = Attr()
    name = Attr()
    links = Attr(lambda row, ask: ask.links("backups", row["id"]))


class BackupShown(Shape):
    id = Attr()
    status = Attr()
    size = Attr()
    object_count = Attr()
    availability_zone = Attr()
    container = Attr()
    created_at = Attr(lambda row, ask: shown(row["created_at"]))
    updated_at = Attr(lambda row, ask: shown(row["updated_at"]))
    name = Attr()
    description = Attr()
    fail_reason = Attr()
    volume_id = Attr()
    links = Attr(lambda row, ask: ask.links("backups", row["id"]))
    is_incremental = Attr(lambda row, ask: row["parent_id"] is not None)
    has_dependent_backups = Attr(lambda row, ask: row["id"] in row["parents"])
    snapshot_id = Attr()
    data_timestamp = Attr(lambda row, ask: shown(row["data_timestamp"]))
    project = Attr(
        "project_id", key="os-backup-project-attr:project_id", since="3.18", policy=_PROJECT
    )
    metadata = Attr(since="3.43")
    user_id = Attr(since="3.56", policy=_PROJECT)
    encryption_key_id = Attr(since="3.64", when=lambda row, ask: bool(row["encryption_key_id"]))


class BackupsViewSet(ActionViewSet):
    """/backups"""

    actions: ClassVar[dict[str, str]] = {
        "os-reset_status": "reset_status",
        "os-force_delete": "force_delete",
    }

    def found(self, backup_id: str) -> dict[str, Any]:
        # Volume (Cinder): backup.api.API.get
        row = queries.row(Backup, self.context, backup_id)
        self.enforce("backup:get", row)
        self.authorize(row)
        return row

    def _with_parents(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        ids = [row["id"] for row in rows]
        found = Backup.objects.filter(parent_id__in=ids).values_list("parent_id", flat=True)
        parents = set(found)
        for row in rows:
            row["parents"] = parents
        return rows

    @operation(policy="backup:get_all")
    def list(self, request: Any) -> Any:
        return self._page(BackupInList, "backups")

    @operation(policy="backup:get_all")
    def detail(self, request: Any) -> Any:
        return self._page(BackupShown, "backups/detail")

    def _page(self, shape: Any, path: str) -> dict[str, Any]:
        version = self.request.version
        asked = {name: values[-1] for name, values in self.request.params.items()}
        wanted = paging.read(asked)
        counts = version >= (3, 45) and strict("with_count", asked.pop("with_count", "false"))
        asked = filters.checked(self, asked, "backup")
        everyone = asked.get("all_tenants", "0")
        if boolean(everyone) is None or everyone != everyone.strip():
            raise BadRequest(f"all_tenants must be a boolean, got '{everyone}'.")
        found = Backup.objects.filter(filters.scope(self, asked))
        for name, value in asked.items():
            found = filters.narrowed(found, filters.condition(name, value, SORT_KEYS))
        # Before 3.37 lists could not be sorted by what the column is not called.
        keys = {key: SORT_KEYS[key] for key in SORT_KEYS if version >= (3, 37) or key != "name"}
        rows = paging.page(found, wanted, COLUMNS, keys=keys, missing="Backup", filters_first=True)
        body: dict[str, Any] = {"backups": shape.render_many(self._with_parents(rows), self.ask)}
        links = filters.next_links(self, rows, wanted.limit, path)
        if links:
            body["backups_links"] = links
        if counts:
            body["count"] = found.count()
        return body

    @operation(policy="backup:get", target="found")
    def retrieve(self, request: Any, backup_id: str) -> Any:
        row = self._with_parents([self.found(backup_id)])[0]
        return {"backup": BackupShown.render(row, self.ask)}

    @operation(policy="backup:create", target="found", body=CREATE, status=202)
    def create(self, request: Any, backup: dict[str, Any]) -> Any:
        self.authorize(self.volume(backup["volume_id"]))
        row = backups.create(
            self.context,
            clean(dict(backup)),
            force=bool(boolean(backup.get("force", False))),
            incremental=bool(boolean(backup.get("incremental", False))),
        )
        return {"backup": BackupInList.render(row, self.ask)}

    @operation(policy="backup:update", target="found", since="3.9", body=UPDATE)
    def update(self, request: Any, backup_id: str, backup: dict[str, Any] | None) -> Any:
        self.found(backup_id)
        if backup is None:
            raise BadRequest("Must specify at least one of the fields to be updated.")
        backups.update(self.context, backup_id, clean(dict(backup)))
        row = queries.row(Backup, self.context, backup_id)
        return {"backup": BackupInList.render(row, self.ask)}

    @operation(policy="backup:delete", target="found", status=202)
    def destroy(self, request: Any, backup_id: str) -> None:
        self.found(backup_id)
        backups.delete(self.context, backup_id)

    @operation(policy="backup:restore", target="found", body=RESTORE, status=202)
    def restore(self, request: Any, backup_id: str, restore: dict[str, Any] | None) -> Any:
        self.found(backup_id)
        wanted = restore or {}
        found = backups.restore(
            self.context,
            backup_id,
            volume_id=wanted.get("volume_id"),
            name=wanted.get("name"),
        )
        return {"restore": found}

    @operation(policy="backup:export-import", target="found")
    def export_record(self, request: Any, backup_id: str) -> Any:
        return {"backup-record": backups.export(self.found(backup_id))}

    @operation(policy="backup:backup-import", body=IMPORT, status=201)
    def import_record(self, request: Any, backup_record: dict[str, Any]) -> Any:
        row = backups.take_over(
            self.context, backup_record["backup_service"], backup_record["backup_url"]
        )
        return {"backup": BackupInList.render(row, self.ask)}

    @operation(
        policy=_ADMIN + "reset_status",
        target="found",
        status=202,
        body=formats.envelope(
            "os-reset_status",
            formats.closed(("status",), status={"type": "string", "format": "backup_status"}),
        ),
    )
    def reset_status(self, request: Any, backup_id: str, os_reset_status: Any) -> None:
        self.found(backup_id)
        backups.reset_status(self.context, backup_id, os_reset_status["status"])

    @operation(
        policy=_ADMIN + "force_delete",
        target="found",
        status=202,
        body=formats.envelope("os-force_delete", {}),
    )
    def force_delete(self, request: Any, backup_id: str, os_force_delete: Any) -> None:
        self.found(backup_id)
        backups.delete(self.context, backup_id, force=True)
