"""Agents and what they host."""

from django.db import models

from cloud.network.models.standard import Standard, link


class Agent(Standard):
    """A simulated agent; it beats for ever."""

    agent_type = models.CharField(max_length=255)
    binary = models.CharField(max_length=255)
    topic = models.CharField(max_length=255)
    host = models.CharField(max_length=255)
    admin_state_up = models.BooleanField(default=True)
    availability_zone = models.CharField(max_length=255, null=True)
    configurations = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("agent_type", "host"), name="network_agent_once"),
        )


class AgentHosting(models.Model):
    """A network on a DHCP agent, or a router on an L3 agent."""

    agent = link("network.Agent")
    resource_id = models.CharField(max_length=36, db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("agent", "resource_id"), name="network_hosting_once"),
        )

    def __str__(self) -> str:
        return self.resource_id
