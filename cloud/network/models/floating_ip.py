"""Floating ips and port forwardings."""

from django.db import models

from cloud.network.models.standard import Standard, link


class FloatingIp(Standard):
    """An address on an external network; a port of its own holds it there."""

    floating_network = link("network.Network")
    floating_ip_address = models.CharField(max_length=64)
    floating_port = link("network.Port")
    router = link("network.Router", null=True)
    port = link("network.Port", null=True)
    fixed_ip_address = models.CharField(max_length=64, null=True)
    status = models.CharField(max_length=16, default="DOWN")
    dns_name = models.CharField(max_length=255, default="")
    dns_domain = models.CharField(max_length=255, default="")
    qos_policy = link("network.QosPolicy", null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("floating_network", "port", "fixed_ip_address"),
                name="network_association_once",
            ),
        )


class PortForwarding(models.Model):
    """A range of ports of a floating ip that leads to a port of an internal address."""

    id = models.CharField(max_length=36, primary_key=True)
    floating_ip = link("network.FloatingIp")
    router_id = models.CharField(max_length=36)
    internal_port = link("network.Port")
    internal_ip_address = models.CharField(max_length=64)
    internal_first = models.IntegerField()
    internal_last = models.IntegerField()
    external_first = models.IntegerField()
    external_last = models.IntegerField()
    protocol = models.CharField(max_length=40)
    description = models.TextField(default="")

    def __str__(self) -> str:
        return f"{self.protocol} {self.external_first}"
