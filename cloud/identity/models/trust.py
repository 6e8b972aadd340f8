"""Trusts: roles that one user lends another."""

from typing import Any

from django.db import models

from cloud.identity.models import fields


class Trust(models.Model):
    """What `trustor` allows `trustee` on a project; it stays, marked, when it is deleted."""

    id = fields.primary_key()
    trustor_user: Any = fields.reference("User")
    trustee_user: Any = fields.reference("User")
    project: Any = fields.reference("Project", null=True)
    impersonation = models.BooleanField()
    expires_at = models.DateTimeField(null=True)
    remaining_uses = models.IntegerField(null=True)
    redelegated_trust: Any = fields.reference("self", null=True)
    redelegation_count = models.IntegerField(default=0)
    roles: Any = models.ManyToManyField("Role", related_name="+")
    deleted_at = models.DateTimeField(null=True)
    extra = fields.extra()

    def __str__(self) -> str:
        return self.id
