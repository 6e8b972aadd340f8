"""Routers.  Their interfaces are the ports whose device they are."""

from django.db import models

from cloud.network.models.standard import Standard, link


class Router(Standard):
    """A router; its gateway is a port on an external network."""

    admin_state_up = models.BooleanField(default=True)
    status = models.CharField(max_length=16, default="ACTIVE")
    gateway_port = link("network.Port", null=True)
    enable_snat = models.BooleanField(default=True)
    gateway_qos_policy = link("network.QosPolicy", null=True)
    distributed = models.BooleanField(default=False)
    ha = models.BooleanField(default=False)
    routes = models.JSONField(default=list)
    availability_zone_hints = models.JSONField(default=list)
    flavor = link("network.Flavor", null=True)
    service_type_id = models.CharField(max_length=36, null=True)
    enable_ndp_proxy = models.BooleanField(default=False)
    enable_default_route_bfd = models.BooleanField(default=False)
    enable_default_route_ecmp = models.BooleanField(default=False)


class ConntrackHelper(models.Model):
    """A helper of connection tracking on a router."""

    id = models.CharField(max_length=36, primary_key=True)
    router = link("network.Router")
    protocol = models.CharField(max_length=40)
    port = models.IntegerField()
    helper = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("router", "protocol", "port", "helper"), name="network_helper_once"
            ),
        )

    def __str__(self) -> str:
        return self.helper
