"""OAuth 1.0a consumers."""

from django.db import models

from cloud.identity.models import fields


class Consumer(models.Model):
    """A program that users may delegate to."""

    id = fields.primary_key()
    description = fields.text()
    secret = models.CharField(max_length=64, default=fields.new_id)
    extra = fields.extra()

    def __str__(self) -> str:
        return self.id
