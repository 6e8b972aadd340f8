"""Quality of service: policies and their rules."""

from django.db import models

from cloud.network.models.standard import Standard, link


class QosPolicy(Standard):
    """Rules that ports, networks and floating ips may be put under."""

    is_default = models.BooleanField(default=False)


class QosRule(models.Model):
    """One rule; what its kind needs stands in `values`."""

    id = models.CharField(max_length=36, primary_key=True)
    policy = link("network.QosPolicy")
    kind = models.CharField(max_length=32)
    values = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.kind
