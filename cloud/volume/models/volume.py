"""Volumes, and what hangs on them: attachments, snapshots, backups, transfers."""

from django.db import models

from cloud.volume.models.base import Dated, Owned, new_id
from cloud.volume.models.group import Group, GroupSnapshot
from cloud.volume.models.type import VolumeType


class Volume(Owned):
    size = models.IntegerField()
    attach_status = models.CharField(max_length=255, default="detached")
    migration_status = models.CharField(max_length=255, null=True)
    replication_status = models.CharField(max_length=255, null=True)
    previous_status = models.CharField(max_length=255, null=True)
    volume_type = models.ForeignKey(VolumeType, models.PROTECT, null=True, related_name="volumes")
    snapshot_id = models.CharField(max_length=36, null=True)
    source_volid = models.CharField(max_length=36, null=True)
    group = models.ForeignKey(Group, models.SET_NULL, null=True, related_name="volumes")
    availability_zone = models.CharField(max_length=255, null=True)
    host = models.CharField(max_length=255, null=True)
    bootable = models.BooleanField(default=False)
    multiattach = models.BooleanField(default=False)
    encryption_key_id = models.CharField(max_length=36, null=True)
    consumes_quota = models.BooleanField(default=True)
    metadata = models.JSONField(default=dict)
    admin_metadata = models.JSONField(default=dict)
    image_metadata = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["project_id", "created_at", "id"], name="volume_of_project"),
        ]


class Stray(models.Model):
    """What lies on a backend without a volume or a snapshot: it was unmanaged."""

    host = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    size = models.IntegerField()
    # What it is a snapshot of; empty: it is a volume.
    origin = models.CharField(max_length=255, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["host", "name"], name="one_stray_of_a_name")]

    def __str__(self) -> str:
        return self.name


class Attachment(Dated):
    id = models.CharField(max_length=36, primary_key=True, default=new_id)
    volume = models.ForeignKey(Volume, models.CASCADE, related_name="attachments")
    instance_uuid = models.CharField(max_length=36, null=True, db_index=True)
    attach_status = models.CharField(max_length=255, default="reserved")
    attach_mode = models.CharField(max_length=255, null=True)
    attached_host = models.CharField(max_length=255, null=True)
    mountpoint = models.CharField(max_length=255, null=True)
    attach_time = models.DateTimeField(null=True)
    detach_time = models.DateTimeField(null=True)
    connector = models.JSONField(null=True)
    connection_info = models.JSONField(default=dict)

    def __str__(self) -> str:
        return str(self.id)


class Snapshot(Owned):
    volume = models.ForeignKey(Volume, models.CASCADE, related_name="snapshots")
    volume_size = models.IntegerField()
    progress = models.CharField(max_length=255, default="0%")
    volume_type_id = models.CharField(max_length=36, null=True)
    group_snapshot = models.ForeignKey(
        GroupSnapshot, models.CASCADE, null=True, related_name="members"
    )
    encryption_key_id = models.CharField(max_length=36, null=True)
    consumes_quota = models.BooleanField(default=True)
    metadata = models.JSONField(default=dict)


class Backup(Owned):
    volume_id = models.CharField(max_length=36, db_index=True)
    snapshot_id = models.CharField(max_length=36, null=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="dependents")
    size = models.IntegerField()
    container = models.CharField(max_length=255, null=True)
    availability_zone = models.CharField(max_length=255, null=True)
    host = models.CharField(max_length=255, null=True)
    object_count = models.IntegerField(default=0)
    fail_reason = models.CharField(max_length=255, null=True)
    data_timestamp = models.DateTimeField(null=True)
    encryption_key_id = models.CharField(max_length=36, null=True)
    metadata = models.JSONField(default=dict)
    # What restoring gives back beside the bytes: name, description, metadata, image_metadata.
    volume_facts = models.JSONField(default=dict)


class Transfer(Dated):
    """A volume offered to whoever knows the key."""

    id = models.CharField(max_length=36, primary_key=True, default=new_id)
    volume = models.ForeignKey(Volume, models.CASCADE, related_name="transfers")
    name = models.CharField(max_length=255, null=True)
    salt = models.CharField(max_length=255)
    crypt_hash = models.CharField(max_length=255)
    no_snapshots = models.BooleanField(default=False)
    source_project_id = models.CharField(max_length=255, null=True)
    destination_project_id = models.CharField(max_length=255, null=True)
    accepted = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name or str(self.id)
