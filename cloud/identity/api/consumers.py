"""OAuth 1.0a consumers.  /v3/OS-OAUTH1/consumers"""

from typing import Any

from cloud.identity import consumers, listing
from cloud.identity.api import types
from cloud.identity.api.base import IdentityViewSet
from cloud.identity.errors import BadRequest
from cloud.identity.models import Consumer
from versioned.operation import operation

_PATH = "OS-OAUTH1/consumers"
_PROPERTIES = {"description": {**types.NULLABLE, "maxLength": 64}}
CREATE = types.thing("consumer", _PROPERTIES)
del CREATE["required"]  # Keystone: a consumer of which nothing is said is one, too
UPDATE = types.thing("consumer", _PROPERTIES, at_least=1)
UPDATE["properties"]["consumer"]["not"] = {"required": ["secret"]}


class ConsumerViewSet(IdentityViewSet):
    """Consumers; their secret is shown once."""

    @operation(policy="list_consumers")
    def list(self, request: Any) -> dict[str, Any]:
        page = listing.page(Consumer.objects.all(), self.params, "id", "description", "extra")
        rows = [{**row.pop("extra"), **row} for row in page.rows]
        return self.collection("consumers", rows, page, path=_PATH)

    @operation(policy="create_consumer", body=CREATE, status=201)
    def create(self, request: Any, consumer: dict[str, Any] | None = None) -> dict[str, Any]:
        made = consumers.create(consumer or {})
        answer = self._answer(made)
        answer["consumer"]["secret"] = made.secret
        return answer

    @operation(policy="get_consumer")
    def retrieve(self, request: Any, id: str) -> dict[str, Any]:
        return self._answer(consumers.get(id))

    @operation(policy="update_consumer", body=UPDATE)
    def update(self, request: Any, id: str, consumer: dict[str, Any]) -> dict[str, Any]:
        if consumer.get("id", id) != id:
            raise BadRequest("Cannot change ID")
        return self._answer(consumers.update(consumers.get(id), consumer))

    @operation(policy="delete_consumer", status=204)
    def destroy(self, request: Any, id: str) -> None:
        consumers.delete(consumers.get(id))

    def _answer(self, row: Consumer) -> dict[str, Any]:
        shown = {**row.extra, "id": row.pk, "description": row.description}
        return self.member("consumer", _PATH, shown)
