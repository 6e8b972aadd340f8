"""`POST /{thing}/{id}/action`: the body's only key names what to do."""

from typing import Any, ClassVar

from cloud.volume.api.base import VolumeServiceViewSet
from cloud.volume.errors import BadRequest, NotFound, malformed


class ActionViewSet(VolumeServiceViewSet):
    """A dispatcher: `actions` maps names on the wire to operations of the class."""

    actions: ClassVar[dict[str, str]] = {}
    # Those that are asked of the collection, not of a member.
    of_all: ClassVar[frozenset[str]] = frozenset()

    def act(self, request: Any, **kwargs: Any) -> Any:
        name = self.asked(request)
        method = self.actions.get(name or "")
        if method is None:
            raise BadRequest(
                f"There is no such action: {name}. Verify the request body and Content-Type "
                "header and try again."
            )
        if bool(kwargs) == (name in self.of_all):
            # Cinder: a method that takes no such arguments
            raise malformed()
        return getattr(self, method)(request, **kwargs)

    def asked(self, request: Any) -> str | None:
        """The name of the action; None when there is no body."""
        # Cinder: action_peek_json counts before it looks whether it is an object at all.
        body = request.json
        if not request._request.body:
            return None
        if isinstance(body, (dict, list, str)) and len(body) != 1:
            raise BadRequest("Malformed request body")
        if not isinstance(body, dict):
            raise NotFound
        return str(next(iter(body)))
