"""Services: nova-compute, nova-scheduler, nova-conductor, and their heartbeats."""

from django.db import models

from compute.models.fields import Timestamped, new_uuid


class Service(Timestamped):
    """One service on one host: up while `last_seen_up` is recent and it is not forced down."""

    uuid = models.CharField(max_length=36, unique=True, default=new_uuid)
    host = models.CharField(max_length=255)
    binary = models.CharField(max_length=255)
    disabled = models.BooleanField(default=False)
    disabled_reason = models.CharField(max_length=255, null=True, blank=True)
    forced_down = models.BooleanField(default=False)
    last_seen_up = models.DateTimeField(null=True, blank=True)
    report_count = models.IntegerField(default=0)
    version = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["host", "binary"], name="one_service")]

    def __str__(self) -> str:
        return f"{self.binary} on {self.host}"
