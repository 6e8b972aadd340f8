"""The simulated agents, and which networks and routers they host."""

from typing import Any

from django.db import transaction

from cloud.network import errors
from cloud.network.domain import standard
from cloud.network.models import Agent, AgentHosting, FloatingIp, Network, Router

DHCP = "DHCP agent"
L3 = "L3 agent"


def _host(agent_type: str, resource_id: str) -> None:
    if AgentHosting.objects.filter(resource_id=resource_id, agent__agent_type=agent_type).exists():
        return
    agent = Agent.objects.filter(agent_type=agent_type, admin_state_up=True).first()
    if agent is not None:
        AgentHosting.objects.get_or_create(agent=agent, resource_id=resource_id)


def hosted_among(ids: list[str]) -> set[str]:
    """Which of `ids` some agent has."""
    return set(
        AgentHosting.objects.filter(resource_id__in=ids).values_list("resource_id", flat=True)
    )


def host_network(network_id: str) -> None:
    """Put a network on a DHCP agent, unless it is on one."""
    _host(DHCP, network_id)


def host_router(router_id: str) -> None:
    _host(L3, router_id)


def hosted(agent: Agent) -> Any:
    """The ids of what an agent hosts: a subquery."""
    return AgentHosting.objects.filter(agent=agent).values("resource_id")


def hosting(resource_id: str, agent_type: str) -> Any:
    """The agents of a kind that host something."""
    return Agent.objects.filter(
        agent_type=agent_type,
        id__in=AgentHosting.objects.filter(resource_id=resource_id).values("agent_id"),
    )


def add_network(agent: Agent, network_id: str) -> None:
    """Schedule a network to a DHCP agent."""
    with transaction.atomic():
        if agent.agent_type != DHCP or not agent.admin_state_up:
            raise errors.InvalidDHCPAgent(id=agent.id)
        if not Network.objects.filter(id=network_id).exists():
            raise errors.NetworkNotFound(net_id=network_id)
        _, made = AgentHosting.objects.get_or_create(agent=agent, resource_id=network_id)
        if not made:
            raise errors.NetworkHostedByDHCPAgent(network_id=network_id, agent_id=agent.id)


def drop_network(agent: Agent, network_id: str) -> None:
    gone, _ = AgentHosting.objects.filter(agent=agent, resource_id=network_id).delete()
    if not gone:
        raise errors.NetworkNotHostedByDhcpAgent(network_id=network_id, agent_id=agent.id)


def add_router(agent: Agent, router_id: str) -> None:
    """Schedule a router to an L3 agent."""
    with transaction.atomic():
        if agent.agent_type != L3 or not agent.admin_state_up:
            raise errors.InvalidL3Agent(id=agent.id)
        if not Router.objects.filter(id=router_id).exists():
            raise errors.RouterNotFound(router_id=router_id)
        AgentHosting.objects.get_or_create(agent=agent, resource_id=router_id)
        _tell_floating_ips(router_id, "ACTIVE")


def drop_router(agent: Agent, router_id: str) -> None:
    """Take a router off an L3 agent; its floating ips are down while no other agent has it."""
    with transaction.atomic():
        gone, _ = AgentHosting.objects.filter(agent=agent, resource_id=router_id).delete()
        if not gone:
            raise errors.RouterNotHostedByL3Agent(router_id=router_id, agent_id=agent.id)
        if not hosting(router_id, L3).exists():
            _tell_floating_ips(router_id, "DOWN")


def _tell_floating_ips(router_id: str, status: str) -> None:
    # Neutron: the agent reports what became of the addresses that it holds.
    standing = FloatingIp.objects.filter(router_id=router_id).exclude(status=status)
    for floating_ip in standing:
        standard.change(floating_ip, {"status": status})


def change(agent: Agent, values: dict[str, Any]) -> None:
    """Set what an administrator may set of an agent."""
    for key, value in values.items():
        setattr(agent, key, value)
    agent.save()


def remove(agent: Agent) -> None:
    with transaction.atomic():
        AgentHosting.objects.filter(agent=agent).delete()
        agent.delete()
