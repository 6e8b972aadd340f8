"""Users: who may ask for tokens."""

from typing import Any

from django.db import models

from cloud.identity.models import fields


class User(models.Model):
    """A person or a service; without a password only other means of authentication are left."""

    id = fields.primary_key()
    name = models.CharField(max_length=255)
    domain: Any = fields.reference("Project")
    # Keystone: no reference, because the project may be gone or never have been.
    default_project_id = models.CharField(max_length=64, null=True)
    enabled = models.BooleanField(default=True)
    description = fields.text()
    password = models.CharField(max_length=255, null=True)
    password_expires_at = models.DateTimeField(null=True)
    options = fields.extra()
    extra = fields.extra()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["domain", "name"], name="identity_user_name")
        ]

    def __str__(self) -> str:
        return self.name
