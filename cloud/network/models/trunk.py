"""Trunks and their subports."""

from django.db import models

from cloud.network.models.standard import Standard, link


class Trunk(Standard):
    """A port that carries the traffic of others."""

    port = models.OneToOneField("network.Port", models.DO_NOTHING, related_name="+")
    admin_state_up = models.BooleanField(default=True)
    status = models.CharField(max_length=16, default="DOWN")


class Subport(models.Model):
    """A port that is carried, and how its traffic is told apart."""

    trunk = link("network.Trunk")
    port = models.OneToOneField("network.Port", models.DO_NOTHING, related_name="+")
    segmentation_type = models.CharField(max_length=32)
    segmentation_id = models.IntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("trunk", "segmentation_type", "segmentation_id"),
                name="network_subport_id_once",
            ),
        )

    def __str__(self) -> str:
        return self.port_id
