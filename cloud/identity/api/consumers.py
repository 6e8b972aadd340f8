"""OAuth 1.0a consumers.  /v3/OS-OAUTH1/consumers"""

from typing import Any

from cloud.identity import consumers, listing
from cloud.identity.api import types
from cloud.identity.api.base import LATE_DIALECT, IdentityViewSet
from cloud.identity.errors import BadRequest
from cloud.identity.models import Consumer
from versioned.operation import operation
from versioned.schema import Schema

_PATH = "OS-OAUTH1/consumers"
# What a refusal quotes is in this order.
_THING: dict[str, Any] = {"type": "object", "properties": {"description": types.NULLABLE}}
CREATE = Schema({**_THING, "additionalProperties": True}, LATE_DIALECT)
UPDATE = Schema(
    {
        **_THING,
        "not": {"required": ["secret"]},
        "minProperties": 1,
        "additionalProperties": True,
    },
    LATE_DIALECT,
)


class ConsumerViewSet(IdentityViewSet):
    """Consumers; their secret is shown once."""

    @operation(policy="list_consumers")
    def list(self, request: Any) -> dict[str, Any]:
        page = listing.page(Consumer.objects.all(), self.params, "id", "description", "extra")
        rows = [{**row.pop("extra"), **row} for row in page.rows]
        return self.collection("consumers", rows, page, path=_PATH)

    @operation(policy="create_consumer", status=201)
    def create(self, request: Any) -> dict[str, Any]:
        # Keystone: a consumer of which nothing is said is one, too.
        told = request.json.get("consumer", {})
        made = consumers.create(_normal(CREATE.check(told, request.version)))
        answer = self._answer(made)
        answer["consumer"]["secret"] = made.secret
        return answer

    @operation(policy="get_consumer")
    def retrieve(self, request: Any, id: str) -> dict[str, Any]:
        return self._answer(consumers.get(id))

    @operation(policy="update_consumer")
    def update(self, request: Any, id: str) -> dict[str, Any]:
        told = request.json.get("consumer", {})
        consumer = _normal(UPDATE.check(told, request.version))
        if consumer.get("id", id) != id:
            raise BadRequest("Cannot change ID")
        return self._answer(consumers.update(consumers.get(id), consumer))

    @operation(policy="delete_consumer", status=204)
    def destroy(self, request: Any, id: str) -> None:
        consumers.delete(consumers.get(id))

    def _answer(self, row: Consumer) -> dict[str, Any]:
        shown = {**row.extra, "id": row.pk, "description": row.description}
        return self.member("consumer", _PATH, shown)


def _normal(told: dict[str, Any]) -> dict[str, Any]:
    """Keystone: what clients made up is kept by names that Python can say."""
    return {name.replace(":", "_").replace("-", "_"): value for name, value in told.items()}
