"""Ports, their addresses, groups and bindings."""

from django.db import models

from cloud.network.models.standard import Standard, link


class Port(Standard):
    """An attachment to a network; it carries its active binding itself."""

    network = link("network.Network")
    mac_address = models.CharField(max_length=32)
    admin_state_up = models.BooleanField(default=True)
    status = models.CharField(max_length=16, default="DOWN")
    device_id = models.CharField(max_length=255, default="", db_index=True)
    device_owner = models.CharField(max_length=255, default="")
    port_security_enabled = models.BooleanField(default=True)
    allowed_address_pairs = models.JSONField(default=list)
    extra_dhcp_opts = models.JSONField(default=list)
    dns_name = models.CharField(max_length=255, default="")
    dns_domain = models.CharField(max_length=255, default="")
    qos_policy = link("network.QosPolicy", null=True)
    numa_affinity_policy = models.CharField(max_length=16, null=True)
    hints = models.JSONField(null=True)
    device_profile = models.CharField(max_length=255, null=True)
    hardware_offload_type = models.CharField(max_length=16, null=True)
    propagate_uplink_status = models.BooleanField(default=True)
    data_plane_status = models.CharField(max_length=16, null=True)
    trusted = models.BooleanField(null=True)
    ip_allocation = models.CharField(max_length=16, default="immediate")
    vnic_type = models.CharField(max_length=64, default="normal")
    host_id = models.CharField(max_length=255, default="")
    binding_profile = models.JSONField(default=dict)
    vif_type = models.CharField(max_length=64, default="unbound")
    vif_details = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("network", "mac_address"), name="network_mac_once"),
        )


class FixedIp(models.Model):
    """An address that is taken, on a subnet, by a port."""

    port = link("network.Port")
    subnet = link("network.Subnet")
    address = models.CharField(max_length=64, db_index=True)

    class Meta:
        constraints = (
            # No address is ever handed out twice, whatever the code above believes.
            models.UniqueConstraint(fields=("subnet", "address"), name="network_address_once"),
        )

    def __str__(self) -> str:
        return self.address


class PortSecurityGroup(models.Model):
    """That a security group guards a port."""

    port = link("network.Port")
    security_group = link("network.SecurityGroup")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("port", "security_group"), name="network_port_group_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.port_id} {self.security_group_id}"


class PortBinding(models.Model):
    """A binding that is not the active one, as live migration prepares it."""

    port = link("network.Port")
    host = models.CharField(max_length=255)
    vnic_type = models.CharField(max_length=64, default="normal")
    profile = models.JSONField(default=dict)
    vif_type = models.CharField(max_length=64)
    vif_details = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("port", "host"), name="network_binding_once"),
        )

    def __str__(self) -> str:
        return f"{self.port_id} {self.host}"
