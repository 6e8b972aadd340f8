"""Columns that most of Volume's things have."""

from uuid import uuid4

from django.db import models
from django.utils import timezone


def new_id() -> str:
    return str(uuid4())


class Dated(models.Model):
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Owned(Dated):
    """Something of a project, with a name and a description."""

    id = models.CharField(max_length=36, primary_key=True, default=new_id)
    # Cinder: what an administrator of the system makes is of no project.
    project_id = models.CharField(max_length=255, null=True, db_index=True)
    user_id = models.CharField(max_length=255, null=True)
    name = models.CharField(max_length=255, null=True)
    description = models.CharField(max_length=255, null=True)
    status = models.CharField(max_length=255)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name or str(self.id)
