"""Services of Volume, quotas, and messages to users about what went wrong."""

from django.db import models

from cloud.volume.models.base import Dated, new_id


class Service(Dated):
    uuid = models.CharField(max_length=36, default=new_id)
    host = models.CharField(max_length=255)
    binary = models.CharField(max_length=255)
    zone = models.CharField(max_length=255, default="nova")
    disabled = models.BooleanField(default=False)
    disabled_reason = models.CharField(max_length=255, null=True)
    frozen = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["host", "binary"], name="one_volume_service")
        ]

    def __str__(self) -> str:
        return f"{self.binary} on {self.host}"


class Quota(Dated):
    project_id = models.CharField(max_length=255)
    resource = models.CharField(max_length=300)
    hard_limit = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project_id", "resource"], name="one_volume_quota")
        ]

    def __str__(self) -> str:
        return f"{self.resource} of {self.project_id}"


class QuotaClass(Dated):
    class_name = models.CharField(max_length=255)
    resource = models.CharField(max_length=300)
    hard_limit = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["class_name", "resource"], name="volume_quota_class")
        ]

    def __str__(self) -> str:
        return f"{self.resource} of {self.class_name}"


class Ledger(models.Model):
    """A row for each project, locked while its quotas are checked."""

    project_id = models.CharField(max_length=255, primary_key=True)

    def __str__(self) -> str:
        return self.project_id


class Message(models.Model):
    id = models.CharField(max_length=36, primary_key=True, default=new_id)
    project_id = models.CharField(max_length=255, db_index=True)
    request_id = models.CharField(max_length=255, null=True)
    resource_type = models.CharField(max_length=255, null=True)
    resource_uuid = models.CharField(max_length=255, null=True)
    action_id = models.CharField(max_length=10)
    detail_id = models.CharField(max_length=10)
    message_level = models.CharField(max_length=255, default="ERROR")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.resource_type} {self.resource_uuid}"
