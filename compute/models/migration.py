"""Migrations: moves of servers between hosts, resizes and evacuations included."""

from django.db import models

from compute.models.fields import Timestamped, new_uuid
from compute.models.server import Server


class Migration(Timestamped):
    """One move; `status` walks through Nova's words (queued, pre-migrating, finished …)."""

    uuid = models.CharField(max_length=36, unique=True, default=new_uuid)
    server = models.ForeignKey(Server, on_delete=models.CASCADE, related_name="migrations")
    migration_type = models.CharField(max_length=32)
    status = models.CharField(max_length=32, db_index=True)
    source_compute = models.CharField(max_length=255, null=True, blank=True)
    source_node = models.CharField(max_length=255, null=True, blank=True)
    dest_compute = models.CharField(max_length=255, null=True, blank=True)
    dest_node = models.CharField(max_length=255, null=True, blank=True)
    dest_host = models.CharField(max_length=255, null=True, blank=True)
    old_flavor_id = models.IntegerField(null=True, blank=True)
    new_flavor_id = models.IntegerField(null=True, blank=True)
    new_flavor = models.JSONField(null=True, blank=True)
    user_id = models.CharField(max_length=255, null=True, blank=True)
    project_id = models.CharField(max_length=255, null=True, blank=True)
    memory_total = models.BigIntegerField(null=True, blank=True)
    memory_processed = models.BigIntegerField(null=True, blank=True)
    memory_remaining = models.BigIntegerField(null=True, blank=True)
    disk_total = models.BigIntegerField(null=True, blank=True)
    disk_processed = models.BigIntegerField(null=True, blank=True)
    disk_remaining = models.BigIntegerField(null=True, blank=True)
    hidden = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["-created_at", "-id"], name="migration_list")]

    def __str__(self) -> str:
        return f"{self.migration_type} {self.uuid}"
