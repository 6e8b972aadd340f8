"""Metering labels and rules."""

from django.db import models

from cloud.network.models.standard import Standard, link


class MeteringLabel(Standard):
    """A name under which traffic is counted."""

    shared = models.BooleanField(default=False)


class MeteringLabelRule(Standard):
    """Which traffic a label counts."""

    metering_label = link("network.MeteringLabel")
    direction = models.CharField(max_length=8)
    excluded = models.BooleanField(default=False)
    remote_ip_prefix = models.CharField(max_length=64, null=True)
    source_ip_prefix = models.CharField(max_length=64, null=True)
    destination_ip_prefix = models.CharField(max_length=64, null=True)
