"""Faults: what went wrong with a server.  The newest is shown."""

from django.db import models

from compute.models.server import Server
from compute.work import clock


class ServerFault(models.Model):
    """One failure of one server; `details` are for administrators."""

    server = models.ForeignKey(Server, on_delete=models.CASCADE, related_name="faults")
    code = models.IntegerField(default=500)
    message = models.CharField(max_length=255)
    details = models.TextField(default="", blank=True)
    host = models.CharField(max_length=255, null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.message
