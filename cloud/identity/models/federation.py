"""Identity and service providers, protocols, and the mappings that read what is said."""

from typing import Any

from django.db import models

from cloud.identity.models import fields


class IdentityProvider(models.Model):
    """Somebody who vouches for users; they are in its domain unless a mapping says otherwise."""

    id = models.CharField(primary_key=True, max_length=64)
    domain: Any = fields.reference("Project")
    enabled = models.BooleanField(default=False)
    description = fields.text()
    authorization_ttl = models.IntegerField(null=True, default=None)

    def __str__(self) -> str:
        return self.id


class RemoteId(models.Model):
    """What a provider calls itself; no two providers call themselves the same."""

    remote_id = models.CharField(max_length=255, unique=True)
    provider: Any = fields.reference("IdentityProvider")

    def __str__(self) -> str:
        return self.remote_id


class Mapping(models.Model):
    """Rules that make a user, groups and projects of what a provider says."""

    id = models.CharField(primary_key=True, max_length=64)
    rules = models.JSONField()
    schema_version = models.CharField(max_length=5, default="1.0")

    def __str__(self) -> str:
        return self.id


class FederationProtocol(models.Model):
    """How a provider says it, and by which mapping that is read."""

    provider: Any = fields.reference("IdentityProvider")
    protocol = models.CharField(max_length=64)
    # Keystone: no reference, so that a mapping may go before its protocols do.
    mapping_id = models.CharField(max_length=64)
    remote_id_attribute = models.CharField(max_length=64, null=True, default=None)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "protocol"], name="one_identity_federation_protocol"
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider_id}/{self.protocol}"


class ServiceProvider(models.Model):
    """Another cloud that takes this one's word for its users; tokens name it while enabled."""

    id = models.CharField(primary_key=True, max_length=64)
    auth_url = models.CharField(max_length=256)
    sp_url = models.CharField(max_length=256)
    enabled = models.BooleanField(default=False)
    description = fields.text()
    relay_state_prefix = models.CharField(max_length=256)

    def __str__(self) -> str:
        return self.id
