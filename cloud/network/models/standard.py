"""What every resource of the Network service has: an id, times, a revision, a description, tags.

Foreign keys are DO_NOTHING throughout: domain functions delete what hangs on a thing, so that a
deletion costs the statements that it needs, and the database refuses what was forgotten.
"""

from typing import Any
from uuid import uuid4

from django.db import models
from django.utils import timezone


def new_id() -> str:
    return str(uuid4())


def link(to: str, **how: Any) -> Any:
    """A foreign key that does nothing when its target goes."""
    return models.ForeignKey(to, models.DO_NOTHING, related_name="+", **how)


class Standard(models.Model):
    """Neutron's standard attributes, and the owner."""

    id = models.CharField(max_length=36, primary_key=True, default=new_id)
    project_id = models.CharField(max_length=255, default="", db_index=True)
    name = models.CharField(max_length=255, default="")
    description = models.TextField(default="")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    revision_number = models.BigIntegerField(default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name or self.id


class Tag(models.Model):
    """A tag of any resource; ids are unique over all kinds."""

    resource_id = models.CharField(max_length=36)
    tag = models.CharField(max_length=255)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("resource_id", "tag"), name="network_tag_once"),
        )
        indexes = (models.Index(fields=["tag"], name="network_tag_tag"),)

    def __str__(self) -> str:
        return self.tag
