"""Console tokens: what a console URL stands for, until it expires."""

from django.db import models

from compute.models.server import Server
from compute.work import clock


class ConsoleToken(models.Model):
    """One authorised console; the token itself is kept as a hash."""

    token_hash = models.CharField(max_length=64, unique=True)
    server = models.ForeignKey(Server, on_delete=models.CASCADE, related_name="console_tokens")
    console_type = models.CharField(max_length=32)
    host = models.CharField(max_length=255)
    port = models.IntegerField(null=True, blank=True)
    tls_port = models.IntegerField(null=True, blank=True)
    internal_access_path = models.CharField(max_length=255, null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.console_type
