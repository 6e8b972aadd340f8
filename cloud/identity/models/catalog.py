"""The catalog: regions, services and their endpoints."""

from typing import Any

from django.db import models

from cloud.identity.models import fields


class Region(models.Model):
    """A place that endpoints are in; its id is its name."""

    id = models.CharField(primary_key=True, max_length=255, default=fields.new_id)
    parent: Any = fields.reference("self", null=True)
    description = models.CharField(max_length=255, default="")
    extra = fields.extra()

    def __str__(self) -> str:
        return self.id


class Service(models.Model):
    """Something that has endpoints; clients look it up by its type."""

    id = fields.primary_key()
    type = models.CharField(max_length=255)
    name = fields.text()
    description = fields.text()
    enabled = models.BooleanField(default=True)
    extra = fields.extra()

    def __str__(self) -> str:
        return self.type


class Endpoint(models.Model):
    """Where a service answers; the url may hold `{base}`, `$(project_id)s` and `$(user_id)s`."""

    id = fields.primary_key()
    service: Any = fields.reference("Service")
    region: Any = fields.reference("Region", null=True)
    interface = models.CharField(max_length=8)
    url = models.TextField()
    enabled = models.BooleanField(default=True)
    name = fields.text()
    description = fields.text()
    extra = fields.extra()

    def __str__(self) -> str:
        return self.url
