"""Every path of Volume, its view and its methods: the contents page.

Each path is there twice, without and with the project's id, as since 3.67.
"""

from typing import Any

from django.urls import URLPattern, re_path

from cloud.volume.api.attachments import AttachmentsViewSet
from cloud.volume.api.backups import BackupsViewSet
from cloud.volume.api.base import UnroutedViewSet
from cloud.volume.api.clusters import ClustersViewSet, WorkersViewSet
from cloud.volume.api.encryption import VolumeEncryptionViewSet
from cloud.volume.api.extensions import ExtensionsViewSet
from cloud.volume.api.group_types import GroupTypesViewSet
from cloud.volume.api.groups import GroupSnapshotsViewSet, GroupsViewSet
from cloud.volume.api.manageable import ManageableVolumesViewSet, VolumeManageViewSet
from cloud.volume.api.manageable_snapshots import (
    ManageableSnapshotsViewSet,
    SnapshotManageViewSet,
)
from cloud.volume.api.messages import MessagesViewSet
from cloud.volume.api.metadata import SnapshotMetadataViewSet, VolumeMetadataViewSet
from cloud.volume.api.quotas import LimitsViewSet, QuotaClassesViewSet, QuotaSetsViewSet
from cloud.volume.api.services import (
    BackendsViewSet,
    HostsViewSet,
    ServicesViewSet,
)
from cloud.volume.api.snapshots import SnapshotsViewSet
from cloud.volume.api.transfers import OldTransfersViewSet, TransfersViewSet
from cloud.volume.api.type_specs import EncryptionViewSet, ExtraSpecsViewSet, QosSpecsViewSet
from cloud.volume.api.types import DefaultTypesViewSet, TypesViewSet
from cloud.volume.api.versions import VersionsMovedViewSet, VersionsViewSet, healthcheck
from cloud.volume.api.volume_actions import VolumeActionsViewSet
from cloud.volume.api.volumes import VolumesViewSet
from versioned.routes import route

# Cinder: project_id_regex, what tells a project's id from the name of a collection.
PROJECT = r"(?P<project_id>[0-9a-f\-]+)"

# fmt: off
ROWS: tuple[tuple[str, Any, dict[str, str]], ...] = (
    ("volumes",                      VolumesViewSet, {"get": "list", "post": "create"}),
    ("volumes/detail",               VolumesViewSet, {"get": "detail"}),
    ("volumes/summary",              VolumesViewSet, {"get": "summary"}),
    ("volumes/{volume_id}",          VolumesViewSet,
        {"get": "retrieve", "put": "update", "delete": "destroy"}),
    ("volumes/{volume_id}/action",   VolumeActionsViewSet, {"post": "act"}),
    ("volumes/{volume_id}/metadata", VolumeMetadataViewSet,
        {"get": "list", "post": "create", "put": "replace"}),
    ("volumes/{volume_id}/metadata/{key}", VolumeMetadataViewSet,
        {"get": "retrieve", "put": "update", "delete": "destroy"}),

    ("os-volume-manage",          VolumeManageViewSet, {"get": "list", "post": "create"}),
    ("os-volume-manage/detail",   VolumeManageViewSet, {"get": "detail"}),
    ("manageable_volumes",        ManageableVolumesViewSet, {"get": "list", "post": "create"}),
    ("manageable_volumes/detail", ManageableVolumesViewSet, {"get": "detail"}),

    ("os-snapshot-manage",          SnapshotManageViewSet, {"get": "list", "post": "create"}),
    ("os-snapshot-manage/detail",   SnapshotManageViewSet, {"get": "detail"}),
    ("manageable_snapshots",        ManageableSnapshotsViewSet,
        {"get": "list", "post": "create"}),
    ("manageable_snapshots/detail", ManageableSnapshotsViewSet, {"get": "detail"}),

    ("volumes/{volume_id}/encryption",       VolumeEncryptionViewSet, {"get": "list"}),
    ("volumes/{volume_id}/encryption/{key}", VolumeEncryptionViewSet, {"get": "retrieve"}),

    ("snapshots",                      SnapshotsViewSet, {"get": "list", "post": "create"}),
    ("snapshots/detail",               SnapshotsViewSet, {"get": "detail"}),
    ("snapshots/{snapshot_id}",        SnapshotsViewSet,
        {"get": "retrieve", "put": "update", "delete": "destroy"}),
    ("snapshots/{snapshot_id}/action", SnapshotsViewSet, {"post": "act"}),
    ("snapshots/{snapshot_id}/metadata", SnapshotMetadataViewSet,
        {"get": "list", "post": "create", "put": "replace"}),
    ("snapshots/{snapshot_id}/metadata/{key}", SnapshotMetadataViewSet,
        {"get": "retrieve", "put": "update", "delete": "destroy"}),

    ("attachments",                        AttachmentsViewSet, {"get": "list", "post": "create"}),
    ("attachments/detail",                 AttachmentsViewSet, {"get": "detail"}),
    ("attachments/{attachment_id}",        AttachmentsViewSet,
        {"get": "retrieve", "put": "update", "delete": "destroy"}),
    ("attachments/{attachment_id}/action", AttachmentsViewSet, {"post": "act"}),

    ("types",                  TypesViewSet, {"get": "list", "post": "create"}),
    ("types/{type_id}",        TypesViewSet,
        {"get": "retrieve", "put": "update", "delete": "destroy"}),
    ("types/{type_id}/action", TypesViewSet, {"post": "act"}),
    ("types/{type_id}/os-volume-type-access", TypesViewSet, {"get": "access"}),
    ("types/{type_id}/extra_specs",       ExtraSpecsViewSet, {"get": "list", "post": "create"}),
    ("types/{type_id}/extra_specs/{key}", ExtraSpecsViewSet,
        {"get": "retrieve", "put": "update", "delete": "destroy"}),
    ("types/{type_id}/encryption",        EncryptionViewSet, {"get": "list", "post": "create"}),
    ("types/{type_id}/encryption/{key}",  EncryptionViewSet,
        {"get": "retrieve", "put": "update", "delete": "destroy"}),
    ("default-types",           DefaultTypesViewSet, {"get": "list"}),
    ("default-types/{owner}",   DefaultTypesViewSet,
        {"get": "retrieve", "put": "update", "delete": "destroy"}),
    ("qos-specs",                        QosSpecsViewSet, {"get": "list", "post": "create"}),
    ("qos-specs/{qos_id}",               QosSpecsViewSet,
        {"get": "retrieve", "put": "update", "delete": "destroy"}),
    ("qos-specs/{qos_id}/delete_keys",      QosSpecsViewSet, {"put": "delete_keys"}),
    ("qos-specs/{qos_id}/associations",     QosSpecsViewSet, {"get": "associations"}),
    ("qos-specs/{qos_id}/associate",        QosSpecsViewSet, {"get": "associate"}),
    ("qos-specs/{qos_id}/disassociate",     QosSpecsViewSet, {"get": "disassociate"}),
    ("qos-specs/{qos_id}/disassociate_all", QosSpecsViewSet, {"get": "disassociate_all"}),

    ("os-volume-transfer",                      OldTransfersViewSet,
        {"get": "list", "post": "create"}),
    ("os-volume-transfer/detail",               OldTransfersViewSet, {"get": "detail"}),
    ("os-volume-transfer/{transfer_id}",        OldTransfersViewSet,
        {"get": "retrieve", "delete": "destroy"}),
    ("os-volume-transfer/{transfer_id}/accept", OldTransfersViewSet, {"post": "accept"}),
    ("volume-transfers",                        TransfersViewSet,
        {"get": "list", "post": "create"}),
    ("volume-transfers/detail",                 TransfersViewSet, {"get": "detail"}),
    ("volume-transfers/{transfer_id}",          TransfersViewSet,
        {"get": "retrieve", "delete": "destroy"}),
    ("volume-transfers/{transfer_id}/accept",   TransfersViewSet, {"post": "accept"}),

    ("backups",                           BackupsViewSet, {"get": "list", "post": "create"}),
    ("backups/detail",                    BackupsViewSet, {"get": "detail"}),
    ("backups/import_record",             BackupsViewSet, {"post": "import_record"}),
    ("backups/{backup_id}",               BackupsViewSet,
        {"get": "retrieve", "put": "update", "delete": "destroy"}),
    ("backups/{backup_id}/action",        BackupsViewSet, {"post": "act"}),
    ("backups/{backup_id}/restore",       BackupsViewSet, {"post": "restore"}),
    ("backups/{backup_id}/export_record", BackupsViewSet, {"get": "export_record"}),

    ("groups",                               GroupsViewSet, {"get": "list", "post": "create"}),
    ("groups/detail",                        GroupsViewSet, {"get": "detail"}),
    ("groups/action",                        GroupsViewSet, {"post": "act"}),
    ("groups/{group_id}",                    GroupsViewSet, {"get": "retrieve", "put": "update"}),
    ("groups/{group_id}/action",             GroupsViewSet, {"post": "act"}),
    ("group_snapshots",                      GroupSnapshotsViewSet,
        {"get": "list", "post": "create"}),
    ("group_snapshots/detail",               GroupSnapshotsViewSet, {"get": "detail"}),
    ("group_snapshots/{snapshot_id}",        GroupSnapshotsViewSet,
        {"get": "retrieve", "delete": "destroy"}),
    ("group_snapshots/{snapshot_id}/action", GroupSnapshotsViewSet, {"post": "act"}),
    ("group_types",                             GroupTypesViewSet,
        {"get": "list", "post": "create"}),
    ("group_types/{type_id}",                   GroupTypesViewSet,
        {"get": "retrieve", "put": "update", "delete": "destroy"}),
    ("group_types/{type_id}/group_specs",       GroupTypesViewSet,
        {"get": "specs", "post": "set_specs"}),
    ("group_types/{type_id}/group_specs/{key}", GroupTypesViewSet,
        {"get": "spec", "put": "set_spec", "delete": "remove_spec"}),
    ("messages",                       MessagesViewSet, {"get": "list"}),
    ("messages/{message_id}",          MessagesViewSet, {"get": "retrieve", "delete": "destroy"}),

    ("os-quota-sets/{owner}",          QuotaSetsViewSet,
        {"get": "retrieve", "put": "update", "delete": "destroy"}),
    ("os-quota-sets/{owner}/defaults", QuotaSetsViewSet, {"get": "defaults"}),
    ("os-quota-class-sets/{name}",     QuotaClassesViewSet, {"get": "retrieve", "put": "update"}),
    ("limits",                         LimitsViewSet, {"get": "list"}),

    ("os-services",                    ServicesViewSet, {"get": "list"}),
    ("os-services/enable",             ServicesViewSet, {"put": "enable"}),
    ("os-services/disable",            ServicesViewSet, {"put": "disable"}),
    ("os-services/disable-log-reason", ServicesViewSet, {"put": "disable_log_reason"}),
    ("os-services/freeze",             ServicesViewSet, {"put": "freeze"}),
    ("os-services/thaw",               ServicesViewSet, {"put": "thaw"}),
    ("os-services/failover_host",      ServicesViewSet, {"put": "failover_host"}),
    ("os-services/failover",           ServicesViewSet, {"put": "failover"}),
    ("os-services/set-log",            ServicesViewSet, {"put": "set_log"}),
    ("os-services/get-log",            ServicesViewSet, {"put": "get_log"}),
    ("os-hosts",                       HostsViewSet, {"get": "list"}),
    ("os-hosts/{host}",                HostsViewSet, {"get": "retrieve"}),
    ("scheduler-stats/get_pools",      BackendsViewSet, {"get": "pools"}),
    ("capabilities/{host}",            BackendsViewSet, {"get": "capabilities"}),
    ("os-availability-zone",           BackendsViewSet, {"get": "zones"}),
    ("clusters",                       ClustersViewSet, {"get": "list"}),
    ("clusters/detail",                ClustersViewSet, {"get": "list"}),
    ("clusters/enable",                ClustersViewSet, {"put": "enable"}),
    ("clusters/disable",               ClustersViewSet, {"put": "disable"}),
    ("clusters/{name}",                ClustersViewSet, {"get": "retrieve"}),
    ("workers/cleanup",                WorkersViewSet, {"post": "cleanup"}),
    ("extensions",                     ExtensionsViewSet, {"get": "list"}),
    ("extensions/{alias}",             ExtensionsViewSet, {"get": "retrieve"}),
    ("resource_filters",               ExtensionsViewSet, {"get": "resource_filters"}),
)
# fmt: on


_METHODS = ("get", "head", "post", "put", "patch", "delete")


def _routes() -> list[URLPattern]:
    found = []
    for path, viewset, methods in ROWS:
        found.append(route(f"/v3/{path}", viewset, **methods))
        found.append(route(f"/v3/{PROJECT}/{path}", viewset, **methods))
    return found


urlpatterns = [
    route("", VersionsViewSet, **dict.fromkeys(_METHODS, "choices")),
    route("/", VersionsViewSet, **dict.fromkeys(_METHODS, "choices")),
    re_path("^/healthcheck$", healthcheck),
    route("/v3", VersionsMovedViewSet, **dict.fromkeys(_METHODS, "retrieve")),
    route("/v3/", VersionsViewSet, **dict.fromkeys(_METHODS, "retrieve")),
    *_routes(),
    route("/.*", UnroutedViewSet, get="nothing"),
]
