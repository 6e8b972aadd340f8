"""`POST /{thing}/{id}/action`: the body's only key names what to do."""

from typing import Any, ClassVar

from cloud.volume.api.base import VolumeServiceViewSet
from cloud.volume.errors import BadRequest


class ActionViewSet(VolumeServiceViewSet):
    """A dispatcher: `actions` maps names on the wire to operations of the class."""

    actions: ClassVar[dict[str, str]] = {}
    # Those that are asked of the collection, not of a member.
    of_all: ClassVar[frozenset[str]] = frozenset()

    def act(self, request: Any, **kwargs: Any) -> Any:
        body = request.json
        if not isinstance(body, dict) or not body:
            raise BadRequest("Malformed request body")
        name = next(iter(body))
        method = self.actions.get(name)
        if method is None:
            raise BadRequest(
                f"There is no such action: {name}. Verify the request body and Content-Type "
                "header and try again."
            )
        if bool(kwargs) == (name in self.of_all):
            # Cinder: a method that takes no such arguments
            raise BadRequest(
                "The server could not comply with the request since it is either malformed or "
                "otherwise incorrect."
            )
        return getattr(self, method)(request, **kwargs)
