"""Security groups and their rules, address groups."""

from django.db import models

from cloud.network.models.standard import Standard, link


class SecurityGroup(Standard):
    """A set of rules for ports."""

    stateful = models.BooleanField(default=True)


class DefaultSecurityGroup(models.Model):
    """Which group is a project's default one; the key makes it one."""

    project_id = models.CharField(max_length=255, primary_key=True)
    security_group = link("network.SecurityGroup")

    def __str__(self) -> str:
        return self.project_id


class Rule(models.Model):
    """What a rule of a group and a template of the default group's rules have in common."""

    direction = models.CharField(max_length=8)
    ethertype = models.CharField(max_length=8, default="IPv4")
    protocol = models.CharField(max_length=40, null=True)
    port_range_min = models.IntegerField(null=True)
    port_range_max = models.IntegerField(null=True)
    remote_ip_prefix = models.CharField(max_length=64, null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.direction} {self.ethertype} {self.protocol}"


class SecurityGroupRule(Rule, Standard):
    """What a security group lets pass."""

    security_group = link("network.SecurityGroup")
    remote_group = link("network.SecurityGroup", null=True)
    remote_address_group = link("network.AddressGroup", null=True)


class DefaultSecurityGroupRule(Rule, Standard):
    """A rule that new security groups are born with."""

    remote_group_id = models.CharField(max_length=36, null=True)
    remote_address_group_id = models.CharField(max_length=36, null=True)
    used_in_default_sg = models.BooleanField(default=False)
    used_in_non_default_sg = models.BooleanField(default=True)


class AddressGroup(Standard):
    """A named set of prefixes."""

    addresses = models.JSONField(default=list)
