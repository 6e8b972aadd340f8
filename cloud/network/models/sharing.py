"""RBAC policies: what is shared with whom."""

from django.db import models

from cloud.network.models.standard import new_id


class RbacPolicy(models.Model):
    """A thing is offered to a project, or to everybody ("*")."""

    id = models.CharField(max_length=36, primary_key=True, default=new_id)
    project_id = models.CharField(max_length=255, default="", db_index=True)
    object_type = models.CharField(max_length=32)
    object_id = models.CharField(max_length=36, db_index=True)
    action = models.CharField(max_length=255)
    target_project = models.CharField(max_length=255)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("object_type", "object_id", "action", "target_project"),
                name="network_rbac_once",
            ),
        )
        indexes = (
            models.Index(
                fields=["object_type", "target_project", "action"], name="network_rbac_target"
            ),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"
