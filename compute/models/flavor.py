"""Flavors: sizes of servers, public or shown to some projects."""

from django.db import models

from compute.models.fields import Timestamped


class Flavor(Timestamped):
    """A size.  Servers keep a copy, so that a flavor may be deleted while they run."""

    flavor_id = models.CharField(max_length=255, unique=True)
    name = models.CharField(max_length=255, unique=True)
    memory_mb = models.IntegerField()
    vcpus = models.IntegerField()
    root_gb = models.IntegerField()
    ephemeral_gb = models.IntegerField(default=0)
    swap_mb = models.IntegerField(default=0)
    rxtx_factor = models.FloatField(default=1.0)
    is_public = models.BooleanField(default=True)
    disabled = models.BooleanField(default=False)
    description = models.TextField(null=True, blank=True)
    extra_specs = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return self.name

    def as_chosen(self) -> dict[str, object]:
        """The columns that a server keeps of the flavor it was made with."""
        return {
            "flavor_id": self.flavor_id,
            "flavor_name": self.name,
            "vcpus": self.vcpus,
            "memory_mb": self.memory_mb,
            "root_gb": self.root_gb,
            "ephemeral_gb": self.ephemeral_gb,
            "swap_mb": self.swap_mb,
            "rxtx_factor": self.rxtx_factor,
            "flavor_extra_specs": self.extra_specs,
            "flavor_description": self.description,
        }


class FlavorAccess(models.Model):
    """A project that sees a flavor which is not public."""

    flavor = models.ForeignKey(Flavor, on_delete=models.CASCADE, related_name="access")
    project_id = models.CharField(max_length=255)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["flavor", "project_id"], name="one_flavor_access")
        ]

    def __str__(self) -> str:
        return f"{self.flavor} for {self.project_id}"
