"""Application credentials, and the rules that narrow what they reach."""

from typing import Any

from django.db import models
from django.utils import timezone

from cloud.identity.models import fields


class AccessRule(models.Model):
    """One operation of one service that an application credential may use."""

    id = fields.primary_key()
    user: Any = fields.reference("User")
    service = models.CharField(max_length=64)
    path = models.CharField(max_length=128)
    method = models.CharField(max_length=16)
    # Keystone: lists rules as they were made.
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "service", "path", "method"], name="identity_access_rule"
            )
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class ApplicationCredential(models.Model):
    """A secret that stands for a user on one project, with some of the user's roles."""

    id = fields.primary_key()
    name = models.CharField(max_length=255)
    user: Any = fields.reference("User")
    project: Any = fields.reference("Project")
    description = fields.text()
    secret = models.CharField(max_length=255)
    expires_at = models.DateTimeField(null=True)
    # None: nobody said, which counts as no.
    unrestricted = models.BooleanField(null=True, default=None)
    # Kept and shown; Keystone means nothing by it yet.
    system = models.CharField(max_length=64, null=True, default=None)
    roles: Any = models.ManyToManyField("Role", related_name="+")
    has_access_rules = models.BooleanField(default=False)
    access_rules: Any = models.ManyToManyField("AccessRule", related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"], name="identity_application_credential_name"
            )
        ]

    def __str__(self) -> str:
        return self.name
