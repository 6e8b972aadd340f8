"""What an operator offers: flavors, service profiles, ranges of segment ids."""

from django.db import models

from cloud.network.models.standard import Standard, link


class Flavor(Standard):
    """A kind of service."""

    service_type = models.CharField(max_length=36)
    enabled = models.BooleanField(default=True)


class ServiceProfile(Standard):
    """What stands behind a flavor."""

    driver = models.CharField(max_length=1024, default="")
    metainfo = models.TextField(default="")
    enabled = models.BooleanField(default=True)


class FlavorProfile(models.Model):
    """That a flavor uses a profile."""

    flavor = link("network.Flavor")
    service_profile = link("network.ServiceProfile")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("flavor", "service_profile"), name="network_profile_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.flavor_id} {self.service_profile_id}"


class NetworkSegmentRange(Standard):
    """Segment ids that projects' networks may take."""

    default = models.BooleanField(default=False)
    shared = models.BooleanField(default=True)
    network_type = models.CharField(max_length=32)
    physical_network = models.CharField(max_length=64, null=True)
    minimum = models.BigIntegerField()
    maximum = models.BigIntegerField()
