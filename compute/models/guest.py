"""Guests: what the fake driver believes to be running, so that a restart loses nothing."""

from django.db import models

from compute.work import clock


class Guest(models.Model):
    """One simulated guest on one host; a server that moves has two for a while."""

    server_uuid = models.CharField(max_length=36)
    host = models.CharField(max_length=255)
    power_state = models.IntegerField(default=1)
    booted_at = models.DateTimeField(default=clock.now)
    # The driver's own notes: boots, crash dumps, attached devices …
    notes = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["server_uuid", "host"], name="one_guest_on_a_host")
        ]
        indexes = [models.Index(fields=["host"], name="guests_of_host")]

    def __str__(self) -> str:
        return f"{self.server_uuid} on {self.host}"
