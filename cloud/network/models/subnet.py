"""Subnets, the pools that they are carved from, and address scopes."""

from django.db import models

from cloud.network.models.standard import Standard, link


class AddressScope(Standard):
    """A realm in which addresses do not overlap."""

    ip_version = models.IntegerField()


class SubnetPool(Standard):
    """Prefixes from which subnets are allocated."""

    ip_version = models.IntegerField()
    prefixes = models.JSONField(default=list)
    default_prefixlen = models.IntegerField()
    min_prefixlen = models.IntegerField()
    max_prefixlen = models.IntegerField()
    default_quota = models.IntegerField(null=True)
    is_default = models.BooleanField(default=False)
    address_scope = link("network.AddressScope", null=True)


class Subnet(Standard):
    """A block of addresses on a network."""

    network = link("network.Network")
    ip_version = models.IntegerField()
    cidr = models.CharField(max_length=64)
    gateway_ip = models.CharField(max_length=64, null=True)
    enable_dhcp = models.BooleanField(default=True)
    allocation_pools = models.JSONField(default=list)
    dns_nameservers = models.JSONField(default=list)
    host_routes = models.JSONField(default=list)
    service_types = models.JSONField(default=list)
    ipv6_ra_mode = models.CharField(max_length=16, null=True)
    ipv6_address_mode = models.CharField(max_length=16, null=True)
    dns_publish_fixed_ip = models.BooleanField(default=False)
    subnetpool = link("network.SubnetPool", null=True)
    segment = link("network.Segment", null=True)
