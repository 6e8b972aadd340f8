"""Quotas: limits that differ from the defaults, by project, by user in a project, by class."""

from django.db import models


class ProjectQuota(models.Model):
    """A project's limit for one resource, or with `user_id` a user's in it."""

    project_id = models.CharField(max_length=255)
    user_id = models.CharField(max_length=255, default="", blank=True)
    resource = models.CharField(max_length=64)
    limit = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project_id", "user_id", "resource"], name="one_project_quota"
            )
        ]

    def __str__(self) -> str:
        return f"{self.resource} of {self.project_id}"


class QuotaClass(models.Model):
    """A class's limit for one resource; the class "default" changes everybody's default."""

    class_name = models.CharField(max_length=255)
    resource = models.CharField(max_length=64)
    limit = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["class_name", "resource"], name="one_quota_class")
        ]

    def __str__(self) -> str:
        return f"{self.resource} of {self.class_name}"
