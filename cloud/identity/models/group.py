"""Groups of users, and who is in them."""

from typing import Any

from django.db import models

from cloud.identity.models import fields


class Group(models.Model):
    """Users who share role assignments."""

    id = fields.primary_key()
    name = models.CharField(max_length=255)
    domain: Any = fields.reference("Project")
    description = fields.text()
    extra = fields.extra()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["domain", "name"], name="identity_group_name")
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A user in a group."""

    group: Any = fields.reference("Group")
    user: Any = fields.reference("User")
    # The identity provider that says so, as long as it does; empty: somebody here said it.
    provider = models.CharField(max_length=64, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "group"], name="one_identity_membership")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.group_id}"
