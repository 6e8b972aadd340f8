"""Quotas that differ from the default."""

from django.db import models


class Quota(models.Model):
    """A project's own limit of one resource; -1 is none."""

    project_id = models.CharField(max_length=255)
    resource = models.CharField(max_length=64)
    limit = models.IntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("project_id", "resource"), name="network_quota_once"),
        )

    def __str__(self) -> str:
        return f"{self.project_id} {self.resource}"
