"""The Placement service: what hosts have, and which servers hold how much of it."""

from collections.abc import Iterable, Mapping
from typing import Any

from compute.clients.base import Client, sentence
from compute.clients.errors import ClaimConflict, ProviderNotFound
from compute.clients.transport import Answer
from compute.domain.errors import Conflict, NotFound
from middleware.context import RequestContext

# {provider uuid: {"resources": {"VCPU": 1, …}}}
Allocations = Mapping[str, Mapping[str, Any]]


class PlacementClient(Client):
    service = "placement"
    headers = {"OpenStack-API-Version": "placement 1.36"}

    # Claims
    def allocation_candidates(
        self, context: RequestContext, query: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Who could hold that: {"allocation_requests": […], "provider_summaries": {…}}."""
        return self._ask(context, "GET", "/allocation_candidates", query=query)

    def get_allocations(self, context: RequestContext, consumer_id: str) -> dict[str, Any]:
        """What it holds; "consumer_generation" only when it holds something."""
        return self._ask(context, "GET", f"/allocations/{consumer_id}")

    def put_allocations(
        self,
        context: RequestContext,
        consumer_id: str,
        allocations: Allocations,
        *,
        project_id: str,
        user_id: str,
        generation: int | None = None,
        consumer_type: str | None = None,
        mappings: Mapping[str, Any] | None = None,
    ) -> None:
        """Claim; `generation` None means that the consumer holds nothing yet."""
        body: dict[str, Any] = {
            "allocations": {
                provider: {"resources": dict(held["resources"])}
                for provider, held in allocations.items()
            },
            "project_id": project_id,
            "user_id": user_id,
            "consumer_generation": generation,
        }
        headers = {}
        if consumer_type is not None:
            body["consumer_type"] = consumer_type
            headers = {"OpenStack-API-Version": "placement 1.38"}
        if mappings:
            body["mappings"] = dict(mappings)

        def refused(answer: Answer) -> ClaimConflict:
            return ClaimConflict(consumer_id=consumer_id, reason=sentence(answer))

        self._ask(
            context,
            "PUT",
            f"/allocations/{consumer_id}",
            body=body,
            headers=headers,
            refusals={409: refused},
        )

    def post_allocations(self, context: RequestContext, body: Mapping[str, Any]) -> None:
        """Change several consumers at once, as a move does: {consumer: {"allocations": …}}."""
        self._ask(
            context,
            "POST",
            "/allocations",
            body=body,
            refusals={409: lambda a: ClaimConflict(consumer_id="", reason=sentence(a))},
        )

    def delete_allocations(self, context: RequestContext, consumer_id: str) -> None:
        """Give everything back; nothing held is no error."""
        try:
            self._ask(context, "DELETE", f"/allocations/{consumer_id}")
        except NotFound:
            return

    # Providers
    def providers(self, context: RequestContext, **filters: Any) -> list[dict[str, Any]]:
        return self._ask(context, "GET", "/resource_providers", query=filters)["resource_providers"]

    def show_provider(self, context: RequestContext, provider_id: str) -> dict[str, Any]:
        return self._ask(
            context,
            "GET",
            f"/resource_providers/{provider_id}",
            refusals={404: lambda _: ProviderNotFound(provider_id=provider_id)},
        )

    def ensure_provider(
        self,
        context: RequestContext,
        provider_id: str,
        name: str,
        *,
        inventory: Mapping[str, Mapping[str, Any]],
        traits: Iterable[str] | None = None,
    ) -> None:
        """Make the provider when it is not there, and bring its inventory and traits up to date."""
        try:
            self.show_provider(context, provider_id)
        except ProviderNotFound:
            self._ask(
                context, "POST", "/resource_providers", body={"uuid": provider_id, "name": name}
            )
        self.set_inventory(context, provider_id, inventory)
        if traits is not None:
            self.set_traits(context, provider_id, traits)

    def set_inventory(
        self, context: RequestContext, provider_id: str, inventory: Mapping[str, Mapping[str, Any]]
    ) -> None:
        path = f"/resource_providers/{provider_id}/inventories"
        for attempt in range(4):
            held = self._ask(context, "GET", path)
            if all(
                _covers(held["inventories"].get(name, {}), wanted)
                for name, wanted in inventory.items()
            ) and len(held["inventories"]) == len(inventory):
                return
            body = {
                "resource_provider_generation": held["resource_provider_generation"],
                "inventories": inventory,
            }
            try:
                self._ask(context, "PUT", path, body=body)
                return
            except Conflict:
                if attempt == 3:
                    raise

    def set_traits(self, context: RequestContext, provider_id: str, traits: Iterable[str]) -> None:
        wanted = sorted(traits)
        path = f"/resource_providers/{provider_id}/traits"
        for attempt in range(4):
            held = self._ask(context, "GET", path)
            if sorted(held["traits"]) == wanted:
                return
            body = {
                "resource_provider_generation": held["resource_provider_generation"],
                "traits": wanted,
            }
            try:
                for trait in wanted:
                    if trait.startswith("CUSTOM_"):
                        self._ask(context, "PUT", f"/traits/{trait}")
                self._ask(context, "PUT", path, body=body)
                return
            except Conflict:
                if attempt == 3:
                    raise

    def traits_of(self, context: RequestContext, provider_id: str) -> list[str]:
        return self._ask(context, "GET", f"/resource_providers/{provider_id}/traits")["traits"]

    def aggregates_of(self, context: RequestContext, provider_id: str) -> list[str]:
        body = self._ask(context, "GET", f"/resource_providers/{provider_id}/aggregates")
        return body["aggregates"]

    def set_aggregates(
        self, context: RequestContext, provider_id: str, aggregates: Iterable[str]
    ) -> None:
        """Mirror the host's aggregates; asked again when somebody else changed the provider."""
        path = f"/resource_providers/{provider_id}/aggregates"
        for attempt in range(4):
            held = self._ask(context, "GET", path)
            wanted = sorted(aggregates)
            if sorted(held["aggregates"]) == wanted:
                return
            body = {
                "aggregates": wanted,
                "resource_provider_generation": held["resource_provider_generation"],
            }
            try:
                self._ask(context, "PUT", path, body=body)
                return
            except Conflict:
                if attempt == 3:
                    raise

    def provider_allocations(
        self, context: RequestContext, provider_id: str
    ) -> dict[str, dict[str, Any]]:
        body = self._ask(context, "GET", f"/resource_providers/{provider_id}/allocations")
        return body["allocations"]

    def delete_provider(self, context: RequestContext, provider_id: str) -> None:
        """Forget a host; Conflict when servers still hold something of it."""
        try:
            self._ask(context, "DELETE", f"/resource_providers/{provider_id}")
        except NotFound:
            return


def _covers(held: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return bool(held) and all(held.get(name) == value for name, value in wanted.items())


_PLACEMENT = PlacementClient()


def placement() -> PlacementClient:
    """The Placement service's client."""
    return _PLACEMENT
