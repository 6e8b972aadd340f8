"""OAuth 1.0a consumers, and the tokens by which users let them act."""

from typing import Any

from django.db import models

from cloud.identity.models import fields


class Consumer(models.Model):
    """A program that users may delegate to."""

    id = fields.primary_key()
    description = fields.text()
    secret = models.CharField(max_length=64, default=fields.new_id)
    extra = fields.extra()

    def __str__(self) -> str:
        return self.id


class RequestToken(models.Model):
    """What a consumer asks for on a project; it is agreed to when there is a verifier."""

    id = fields.primary_key()
    secret = models.CharField(max_length=64, default=fields.new_id)
    consumer: Any = fields.reference("Consumer")
    project: Any = fields.name_of("Project")
    authorizing_user: Any = fields.name_of("User", null=True)
    verifier = models.CharField(max_length=64, null=True)
    role_ids = models.JSONField(default=list)
    expires_at = models.DateTimeField(null=True, db_index=True)

    def __str__(self) -> str:
        return self.id


class AccessToken(models.Model):
    """Roles that a user gave a consumer; it outlives the user, the project and the roles."""

    id = fields.primary_key()
    secret = models.CharField(max_length=64, default=fields.new_id)
    consumer: Any = fields.reference("Consumer")
    project: Any = fields.name_of("Project")
    authorizing_user: Any = fields.name_of("User")
    role_ids = models.JSONField(default=list)
    expires_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.id
