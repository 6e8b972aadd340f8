"""Roles, and which roles follow from which."""

from typing import Any

from django.db import models

from cloud.identity.models import fields


class Role(models.Model):
    """What may be assigned; `domain_id` is empty for the global roles."""

    id = fields.primary_key()
    name = models.CharField(max_length=255)
    # Keystone: a string that is never null in the table, so that names stay unique.
    domain_id = models.CharField(max_length=64, default="", blank=True)
    description = fields.text()
    options = fields.extra()
    extra = fields.extra()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["domain_id", "name"], name="identity_role_name")
        ]

    def __str__(self) -> str:
        return self.name


class ImpliedRole(models.Model):
    """Who has `prior` has `implied` too."""

    prior: Any = fields.reference("Role")
    implied: Any = fields.reference("Role")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["prior", "implied"], name="identity_implied_role")
        ]

    def __str__(self) -> str:
        return f"{self.prior_id} implies {self.implied_id}"
