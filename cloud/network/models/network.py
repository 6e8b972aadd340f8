"""Networks, their segments, and the topology that is made for a project on demand."""

from django.db import models

from cloud.network.models.standard import Standard, link


class Network(Standard):
    """A layer 2 network.  Who may see it beside its owner is told by RbacPolicy rows."""

    admin_state_up = models.BooleanField(default=True)
    status = models.CharField(max_length=16, default="ACTIVE")
    mtu = models.IntegerField(default=1450)
    port_security_enabled = models.BooleanField(default=True)
    is_external = models.BooleanField(default=False, db_index=True)
    is_default = models.BooleanField(default=False)
    dns_domain = models.CharField(max_length=255, default="")
    availability_zone_hints = models.JSONField(default=list)
    vlan_transparent = models.BooleanField(null=True)
    network_type = models.CharField(max_length=32, default="vxlan")
    physical_network = models.CharField(max_length=64, null=True)
    segmentation_id = models.IntegerField(null=True)
    qos_policy = link("network.QosPolicy", null=True)


class Segment(Standard):
    """A stretch of layer 2 that a network consists of."""

    # Neutron: a segment's name is null until it is given.
    name = models.CharField(max_length=255, null=True)  # type: ignore[assignment]
    network = link("network.Network")
    network_type = models.CharField(max_length=32)
    physical_network = models.CharField(max_length=64, null=True)
    segmentation_id = models.IntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("network_type", "segmentation_id"),
                condition=models.Q(physical_network=None),
                name="network_segment_id_once",
            ),
            models.UniqueConstraint(
                fields=("network_type", "physical_network", "segmentation_id"),
                name="network_segment_physical_id_once",
            ),
        )


class AutoAllocatedTopology(models.Model):
    """The network and the router that were made for a project which asked for "auto"."""

    project_id = models.CharField(max_length=255, primary_key=True)
    network = link("network.Network")
    router = link("network.Router", null=True)

    def __str__(self) -> str:
        return self.project_id
