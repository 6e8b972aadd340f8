"""Server groups: servers that shall be together, or apart."""

from django.db import models

from compute.models.fields import Timestamped, new_uuid


class ServerGroup(Timestamped):
    """A group with its policy and, from 2.64, rules."""

    uuid = models.CharField(max_length=36, unique=True, default=new_uuid)
    name = models.CharField(max_length=255)
    policy = models.CharField(max_length=32)
    rules = models.JSONField(default=dict)
    user_id = models.CharField(max_length=255)
    project_id = models.CharField(max_length=255, db_index=True)

    def __str__(self) -> str:
        return self.name


class ServerGroupMember(models.Model):
    """A server's uuid in a group."""

    group = models.ForeignKey(ServerGroup, on_delete=models.CASCADE, related_name="members")
    server_uuid = models.CharField(max_length=36, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "server_uuid"], name="one_group_member")
        ]

    def __str__(self) -> str:
        return self.server_uuid
