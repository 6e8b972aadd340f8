"""Unified limits: defaults for a service's resources, and what differs for a project or domain."""

from typing import Any

from django.db import models

from cloud.identity.models import fields


class RegisteredLimit(models.Model):
    """The limit that holds where nothing else was said."""

    id = fields.primary_key()
    # Keystone: a limit outlives the service and the region that it names.
    service: Any = fields.name_of("Service")
    region: Any = fields.name_of("Region", null=True)
    resource_name = models.CharField(max_length=255)
    default_limit = models.IntegerField()
    description = fields.text()

    def __str__(self) -> str:
        return self.resource_name


class Limit(models.Model):
    """The limit of one project or one domain."""

    id = fields.primary_key()
    registered: Any = fields.reference("RegisteredLimit", on_delete=models.PROTECT)
    project: Any = fields.reference("Project", null=True)
    domain: Any = fields.reference("Project", null=True)
    resource_limit = models.IntegerField()
    description = fields.text()

    def __str__(self) -> str:
        return self.id
