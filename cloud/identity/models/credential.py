"""Credentials that Identity keeps for others: EC2 keys, certificates, TOTP secrets."""

from typing import Any

from django.db import models

from cloud.identity.models import fields


class Credential(models.Model):
    """A blob of a type, for a user and perhaps a project."""

    id = models.CharField(primary_key=True, max_length=64, default=fields.new_id)
    user: Any = fields.reference("User")
    project_id = models.CharField(max_length=64, null=True)
    type = models.CharField(max_length=255)
    blob = models.TextField()
    extra = fields.extra()

    def __str__(self) -> str:
        return self.id
