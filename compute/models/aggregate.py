"""Host aggregates; those with `availability_zone` in their metadata make the zones."""

from django.db import models

from compute.models.fields import Timestamped, new_uuid


class Aggregate(Timestamped):
    """A named set of hosts with metadata."""

    uuid = models.CharField(max_length=36, unique=True, default=new_uuid)
    name = models.CharField(max_length=255, unique=True)
    metadata = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return self.name


class AggregateHost(models.Model):
    """One host in one aggregate."""

    aggregate = models.ForeignKey(Aggregate, on_delete=models.CASCADE, related_name="members")
    host = models.CharField(max_length=255, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["aggregate", "host"], name="one_aggregate_host")
        ]

    def __str__(self) -> str:
        return self.host
