"""Projects, and domains, which are projects at the roots of the tree."""

from typing import Any

from django.db import models

from cloud.identity.models import fields


class Project(models.Model):
    """A project, or (`is_domain`) a domain: those have neither a domain nor a parent."""

    id = fields.primary_key()
    name = models.CharField(max_length=64)
    domain: Any = fields.reference("self", null=True)
    parent: Any = fields.reference("self", null=True)
    is_domain = models.BooleanField(default=False)
    enabled = models.BooleanField(default=True)
    description = fields.text()
    options = fields.extra()
    extra = fields.extra()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["domain", "name"], name="identity_project_name"),
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(is_domain=True),
                name="identity_domain_name",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProjectTag(models.Model):
    """A word that a project can be found by."""

    project: Any = fields.reference("Project")
    name = models.CharField(max_length=255)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="identity_project_tag")
        ]

    def __str__(self) -> str:
        return self.name
