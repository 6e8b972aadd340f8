"""Configuration of one domain, an option a row."""

from typing import Any

from django.db import models

from cloud.identity.models import fields


class DomainOption(models.Model):
    """The value of `group.option` for a domain."""

    domain: Any = fields.reference("Project")
    group = models.CharField(max_length=255)
    option = models.CharField(max_length=255)
    # Keystone: null is a value like others.
    value = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["domain", "group", "option"], name="identity_domain_option"
            )
        ]

    def __str__(self) -> str:
        return f"{self.group}.{self.option}"
