"""Role assignments: an actor has a role on a target."""

from typing import Any, Final

from django.db import models

from cloud.identity.models import fields

USER: Final = "user"
GROUP: Final = "group"
PROJECT: Final = "project"
DOMAIN: Final = "domain"
SYSTEM: Final = "system"


class Assignment(models.Model):
    """A row for each grant.

    Actors and targets are of several kinds, so they are names rather than references, and
    whoever deletes one deletes its assignments.
    """

    actor = models.CharField(max_length=8)
    actor_id = models.CharField(max_length=64, db_index=True)
    target = models.CharField(max_length=8)
    target_id = models.CharField(max_length=64, db_index=True)
    role: Any = fields.reference("Role")
    # It holds on the projects below the target, and not on the target itself.
    inherited = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["actor_id", "target_id", "role", "target", "actor", "inherited"],
                name="one_identity_assignment",
            )
        ]

    def __str__(self) -> str:
        return f"{self.role_id} for {self.actor_id} on {self.target_id}"
