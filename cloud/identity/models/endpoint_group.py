"""Which endpoints a project sees in its catalog.  OS-EP-FILTER"""

from typing import Any

from django.db import models

from cloud.identity.models import fields


class EndpointGroup(models.Model):
    """Endpoints that match filters."""

    id = fields.primary_key()
    name = models.CharField(max_length=255)
    description = fields.text()
    filters = models.JSONField()

    def __str__(self) -> str:
        return self.name


class ProjectEndpoint(models.Model):
    """A project sees an endpoint."""

    project: Any = fields.reference("Project")
    endpoint: Any = fields.reference("Endpoint")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "endpoint"], name="identity_project_endpoint"
            )
        ]

    def __str__(self) -> str:
        return f"{self.endpoint_id} for {self.project_id}"


class ProjectEndpointGroup(models.Model):
    """A project sees the endpoints of a group."""

    project: Any = fields.reference("Project")
    group: Any = fields.reference("EndpointGroup")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "group"], name="identity_project_endpoint_group"
            )
        ]

    def __str__(self) -> str:
        return f"{self.group_id} for {self.project_id}"
