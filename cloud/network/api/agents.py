"""Agents and what they host.  /v2.0/agents"""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from cloud.network import errors
from cloud.network.api import checks
from cloud.network.api.base import said_null
from cloud.network.api.networks import NetworkNoun
from cloud.network.api.resource import Field, NetworkAsk, Noun
from cloud.network.api.routers import RouterNoun
from cloud.network.api.standard import flag
from cloud.network.api.views import NounViewSet, Values
from cloud.network.domain import agents
from cloud.network.models import Agent, Network, Router
from middleware.context import RequestContext
from versioned.operation import operation


def _time(column: str | None) -> Any:
    def show(row: Values, ask: NetworkAsk) -> str:
        when = row[column] if column else timezone.now()
        return str(when.strftime("%Y-%m-%d %H:%M:%S"))

    return show


def _by_type(values: list[str], context: Any) -> Q:
    # Neutron: the database of most clouds does not tell capitals from small letters.
    found = Q()
    for value in values:
        found |= Q(agent_type__iexact=value)
    return found


class AgentNoun(Noun):
    member, plural, model = "agent", "agents", Agent
    has_bulk = False
    owned = False

    id = Field(filters=True, sort=True)
    agent_type = Field(filters=_by_type, sort=True)
    binary = Field(filters=True, sort=True)
    topic = Field(filters=True, sort=True)
    host = Field(filters=True, sort=True)
    admin_state_up = flag(put=True, sort=True)
    created_at = Field(_time("created_at"), needs="created_at", sort="created_at")
    started_at = Field(_time("created_at"), needs="created_at", sort="created_at")
    # Here every agent beats at all times.
    heartbeat_timestamp = Field(_time(None), sort="id")
    alive = Field(
        lambda row, ask: True,
        sort=True,
        filters=lambda values, context: Q() if "true" in str(values).lower() else Q(pk=""),
    )
    configurations = Field()
    description = Field(
        lambda row, ask: row["description"] or None,
        needs="description",
        put=True,
        check=checks.or_none(checks.text(255)),
        filters=lambda values, context: Q(description__in=values),
    )
    availability_zone = Field(filters=True)
    resources_synced = Field(lambda row, ask: None)

    @classmethod
    def reach(cls, context: RequestContext) -> QuerySet[Any]:
        return Agent.objects.all()

    @classmethod
    def missing(cls, resource_id: str) -> errors.NetworkError:
        return errors.AgentNotFound(id=resource_id)


class AgentViewSet(NounViewSet):
    noun = AgentNoun

    def change(self, found: Agent, values: Values) -> None:
        agents.change(found, values)

    def remove(self, found: Agent) -> None:
        agents.remove(found)

    def agent(self, id: str, rule: str) -> Agent:
        self.demand(rule, {})
        found: Agent = self.fetch(id)
        return found

    def hosts(self, resource_id: str, kind: str) -> Any:
        """Render the agents that host something.

        # Neutron: says more of them here, and nothing that would tell of it.
        """
        body = self.render(AgentNoun, agents.hosting(resource_id, kind))
        for agent in body["agents"]:
            agent |= {"ha_chassis_priority": None, "resource_versions": {}}
        return body

    def render(self, noun: type[Noun], found: Any) -> Any:
        ask = NetworkAsk(self.context)
        return {noun.plural: noun.shape.render_many(noun.load(found, ask), ask)}

    def given(self, key: str) -> str:
        body = self.request.json
        if not isinstance(body, dict) or not isinstance(body.get(key), str):
            raise errors.HTTPBadRequest(f"Unable to find '{key}' in request body")
        return str(body[key])

    @operation()
    def networks(self, request: Any, *, id: str) -> Any:
        """List the networks on a DHCP agent."""
        found = agents.hosted(self.agent(id, "get_dhcp-networks"))
        return self.render(NetworkNoun, Network.objects.filter(id__in=found))

    @operation(status=201)
    def add_network(self, request: Any, *, id: str) -> Any:
        """Put a network on a DHCP agent."""
        agents.add_network(self.agent(id, "create_dhcp-network"), self.given("network_id"))
        return said_null()

    @operation(status=204)
    def remove_network(self, request: Any, *, id: str, network_id: str) -> Any:
        """Take a network off a DHCP agent."""
        agents.drop_network(self.agent(id, "delete_dhcp-network"), network_id)

    @operation()
    def routers(self, request: Any, *, id: str) -> Any:
        """List the routers on an L3 agent."""
        found = agents.hosted(self.agent(id, "get_l3-routers"))
        return self.render(RouterNoun, Router.objects.filter(id__in=found))

    @operation(status=201)
    def add_router(self, request: Any, *, id: str) -> Any:
        """Put a router on an L3 agent."""
        agents.add_router(self.agent(id, "create_l3-router"), self.given("router_id"))
        return said_null()

    @operation(status=204)
    def remove_router(self, request: Any, *, id: str, router_id: str) -> Any:
        """Take a router off an L3 agent."""
        agents.drop_router(self.agent(id, "delete_l3-router"), router_id)

    @operation()
    def of_network(self, request: Any, *, network_id: str) -> Any:
        """List the DHCP agents that host a network."""
        self.demand("get_dhcp-agents", {})
        if not NetworkNoun.scope(self.context).filter(id=network_id).exists():
            raise errors.NetworkNotFound(net_id=network_id)
        return self.hosts(network_id, agents.DHCP)

    @operation()
    def of_router(self, request: Any, *, router_id: str) -> Any:
        """List the L3 agents that host a router."""
        self.demand("get_l3-agents", {})
        if not RouterNoun.scope(self.context).filter(id=router_id).exists():
            raise errors.RouterNotFound(router_id=router_id)
        body = self.hosts(router_id, agents.L3)
        for agent in body["agents"]:
            agent["ha_state"] = None
        return body
