"""Policies that Identity keeps for other services, and what they are for.  /v3/policies"""

from typing import Any

from django.db import models

from cloud.identity.models import fields


class Policy(models.Model):
    """A text of a type that nobody here reads."""

    id = fields.primary_key()
    type = models.CharField(max_length=255)
    blob = models.TextField()
    extra = fields.extra()

    def __str__(self) -> str:
        return self.id


class PolicyAssociation(models.Model):
    """A policy is for an endpoint, for a service, or for a service in a region."""

    policy: Any = fields.reference("Policy")
    endpoint: Any = fields.reference("Endpoint", null=True)
    service: Any = fields.reference("Service", null=True)
    region: Any = fields.reference("Region", null=True)

    def __str__(self) -> str:
        return f"{self.policy_id}"
