"""What Placement keeps: providers with inventories, traits and aggregates; consumers and claims.

Resource classes and traits are kept by name.  The standard names need no rows: they are known to
`standards`, and only custom ones are stored.
"""

from django.db import models
from django.utils import timezone


class Provider(models.Model):
    """A source of resources; a node of a tree, which its root names."""

    uuid = models.CharField(max_length=36, primary_key=True)
    name = models.CharField(max_length=200, unique=True)
    generation = models.IntegerField(default=0)
    parent = models.ForeignKey(
        "self", models.DO_NOTHING, null=True, blank=True, related_name="children"
    )
    root = models.ForeignKey("self", models.DO_NOTHING, related_name="tree")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Inventory(models.Model):
    """How much of a resource class a provider has, and how much of that is claimed.

    `used` is the sum of the allocations of this class on this provider.  It is kept here, in the
    transactions that write allocations, so that neither a claim nor a search adds up claims.
    """

    provider = models.ForeignKey(
        Provider, models.DO_NOTHING, related_name="inventories", db_index=False
    )
    resource_class = models.CharField(max_length=255)
    total = models.IntegerField()
    reserved = models.IntegerField()
    min_unit = models.IntegerField()
    max_unit = models.IntegerField()
    step_size = models.IntegerField()
    allocation_ratio = models.FloatField()
    used = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "inventories"
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "resource_class"], name="placement_inventory_once"
            )
        ]
        indexes = [
            models.Index(fields=["resource_class", "provider"], name="placement_inventory_class")
        ]

    def __str__(self) -> str:
        return f"{self.total} {self.resource_class}"


class Consumer(models.Model):
    """Who holds allocations: a server, a migration, a volume."""

    uuid = models.CharField(max_length=36, primary_key=True)
    project_id = models.CharField(max_length=255)
    user_id = models.CharField(max_length=255)
    # Null is shown as "unknown": made before microversion 1.38.
    consumer_type = models.CharField(max_length=255, null=True, blank=True)
    generation = models.IntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["project_id", "user_id"], name="placement_consumer_owner")]

    def __str__(self) -> str:
        return self.uuid


class Allocation(models.Model):
    """An amount of one resource class of one provider, held by one consumer."""

    consumer = models.ForeignKey(
        Consumer, models.DO_NOTHING, related_name="allocations", db_index=False
    )
    provider = models.ForeignKey(
        Provider, models.DO_NOTHING, related_name="allocations", db_index=False
    )
    resource_class = models.CharField(max_length=255)
    used = models.IntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["consumer", "provider", "resource_class"],
                name="placement_allocation_once",
            )
        ]
        indexes = [models.Index(fields=["provider"], name="placement_allocation_provider")]

    def __str__(self) -> str:
        return f"{self.used} {self.resource_class}"


class ResourceClass(models.Model):
    """A custom resource class."""

    name = models.CharField(max_length=255, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "resource classes"

    def __str__(self) -> str:
        return self.name


class Trait(models.Model):
    """A custom trait."""

    name = models.CharField(max_length=255, unique=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class ProviderTrait(models.Model):
    """A trait that a provider has, standard or custom, by name."""

    provider = models.ForeignKey(Provider, models.DO_NOTHING, related_name="traits", db_index=False)
    trait = models.CharField(max_length=255)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "trait"], name="placement_provider_trait_once"
            )
        ]
        indexes = [models.Index(fields=["trait", "provider"], name="placement_provider_trait")]

    def __str__(self) -> str:
        return self.trait


class ProviderAggregate(models.Model):
    """The membership of a provider in an aggregate, which is nothing but a uuid."""

    provider = models.ForeignKey(
        Provider, models.DO_NOTHING, related_name="aggregates", db_index=False
    )
    aggregate = models.CharField(max_length=36)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "aggregate"], name="placement_provider_aggregate_once"
            )
        ]
        indexes = [models.Index(fields=["aggregate", "provider"], name="placement_aggregate")]

    def __str__(self) -> str:
        return self.aggregate
