"""`POST …/action {"name": {…}}`: the body's one key says which operation is meant."""

from typing import Any, ClassVar

from django.http.response import HttpResponseBase

from compute.api.base import ComputeViewSet
from compute.domain.errors import BadRequest
from versioned.operation import MalformedBody, NotInThisVersion, Operation


class ActionsViewSet(ComputeViewSet):
    """A resource with actions: `actions` says which operation each name on the wire means."""

    actions: ClassVar[dict[str, str]] = {}

    def action(  # type: ignore[override]
        self, request: Any, **kwargs: Any
    ) -> HttpResponseBase:
        operation: Operation = getattr(type(self), self._named(request.json))
        return operation.call(self, request, **kwargs)

    def _named(self, body: Any) -> str:
        if not self.request._request.body:
            raise MalformedBody
        if not hasattr(body, "__len__"):
            raise NotInThisVersion("action")
        if len(body) != 1:
            raise MalformedBody
        if not isinstance(body, dict):
            # Nova: a text or a list of one has a length and no keys, and is found nowhere.
            raise NotInThisVersion("action")
        (name,) = body
        if name not in self.actions:
            raise BadRequest(f"There is no such action: {name}")
        return self.actions[name]
