"""Server actions: what users asked of a server, and the events that answering took."""

from django.db import models

from compute.models.server import Server
from compute.work import clock


class ServerAction(models.Model):
    """One thing that a user asked of a server: "create", "stop", "resize" …"""

    # Its own index is the beginning of another.
    server = models.ForeignKey(
        Server, on_delete=models.CASCADE, related_name="actions", db_index=False
    )
    action = models.CharField(max_length=255)
    request_id = models.CharField(max_length=255)
    user_id = models.CharField(max_length=255, null=True, blank=True)
    project_id = models.CharField(max_length=255, null=True, blank=True)
    message = models.CharField(max_length=255, null=True, blank=True)
    start_time = models.DateTimeField(default=clock.now)
    finish_time = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["server", "request_id"], name="action_of_request")]

    def __str__(self) -> str:
        return self.action


class ServerEvent(models.Model):
    """A step of an action: "compute__do_build_and_run_instance" … with its result."""

    # Its own index is the beginning of the constraint's.
    action = models.ForeignKey(
        ServerAction, on_delete=models.CASCADE, related_name="events", db_index=False
    )
    event = models.CharField(max_length=255)
    start_time = models.DateTimeField(default=clock.now)
    finish_time = models.DateTimeField(null=True, blank=True)
    result = models.CharField(max_length=255, null=True, blank=True)
    traceback = models.TextField(null=True, blank=True)
    details = models.CharField(max_length=255, null=True, blank=True)
    host = models.CharField(max_length=255, default="", blank=True)

    class Meta:
        # A build that is tried on another host makes another event of the same name.
        constraints = [
            models.UniqueConstraint(fields=["action", "event", "host"], name="one_event_of_a_host")
        ]

    def __str__(self) -> str:
        return self.event
