"""Tags of servers."""

from django.db import models

from compute.models.server import Server


class ServerTag(models.Model):
    """One tag of one server."""

    server = models.ForeignKey(Server, on_delete=models.CASCADE, related_name="tags")
    tag = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["server", "tag"], name="one_server_tag")]
        indexes = [models.Index(fields=["tag"], name="server_tag")]

    def __str__(self) -> str:
        return self.tag
