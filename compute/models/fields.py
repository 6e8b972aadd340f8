"""What the tables share: uuids, and the time of creation and change by the one clock."""

import uuid

from django.db import models

from compute.work import clock


def new_uuid() -> str:
    return str(uuid.uuid4())


class Timestamped(models.Model):
    """`created_at` by the clock; `updated_at` is None until the first change, as Nova has it."""

    created_at = models.DateTimeField(default=clock.now, db_index=True)
    updated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def touch(self) -> None:
        self.updated_at = clock.now()
