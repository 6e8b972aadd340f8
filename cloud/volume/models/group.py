"""Groups of volumes, their types and snapshots."""

from django.db import models

from cloud.volume.models.base import Dated, Owned, new_id


class GroupType(Dated):
    id = models.CharField(max_length=36, primary_key=True, default=new_id)
    name = models.CharField(max_length=255, unique=True)
    description = models.CharField(max_length=255, null=True)
    is_public = models.BooleanField(default=True)
    group_specs = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name


class GroupTypeAccess(Dated):
    group_type = models.ForeignKey(GroupType, models.CASCADE, related_name="access")
    project_id = models.CharField(max_length=255)

    def __str__(self) -> str:
        return self.project_id


class Group(Owned):
    group_type = models.ForeignKey(GroupType, models.PROTECT, related_name="groups")
    # The ids of the volume types that its volumes may have.
    volume_types = models.JSONField(default=list)
    availability_zone = models.CharField(max_length=255, null=True)
    host = models.CharField(max_length=255, null=True)
    group_snapshot_id = models.CharField(max_length=36, null=True)
    source_group_id = models.CharField(max_length=36, null=True)
    replication_status = models.CharField(max_length=255, default="disabled")


class GroupSnapshot(Owned):
    group = models.ForeignKey(Group, models.PROTECT, related_name="snapshots")
    group_type_id = models.CharField(max_length=36, null=True)
