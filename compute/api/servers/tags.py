"""Tags of a server, from 2.26.  /servers/{server_id}/tags"""

from collections.abc import Sequence
from typing import Any

import jsonschema

from compute.api import types
from compute.api.servers import lookup
from compute.domain import tags as marks
from compute.domain.errors import BadRequest, ServerNotFound
from compute.models import Server
from versioned.answer import Answer
from versioned.operation import operation

_ALL = {
    "title": "Server tags",
    **types.closed({"tags": types.list_of(types.tag, maxItems=marks.MOST)}, ["tags"]),
}
RULE = "os_compute_api:os-server-tags"
_NOT_IN_ADDRESSES = dict.fromkeys(map(ord, "\t\r\n"))


class ServerTagsViewSet(lookup.OfServer):
    def found(self, server_id: str, *, with_deleted: bool = False) -> Server:
        server = lookup.find_anybodys(server_id)
        self.authorize({"project_id": server.project_id})
        if server.deleted:
            raise ServerNotFound(server_id=server_id)
        return server

    @operation(policy=f"{RULE}:index", target="found", since="2.26")
    def list(self, request: Any, server_id: str) -> Any:
        return {"tags": marks.of(self.found(server_id))}

    @operation(policy=f"{RULE}:update_all", target="found", body=_ALL, since="2.26")
    def replace(self, request: Any, server_id: str, tags: Sequence[str]) -> Any:
        return {"tags": marks.replace(self.found(server_id), tags)}

    @operation(policy=f"{RULE}:delete_all", target="found", status=204, since="2.26")
    def clear(self, request: Any, server_id: str) -> None:
        marks.clear(self.found(server_id))

    @operation(policy=f"{RULE}:show", target="found", status=204, since="2.26")
    def retrieve(self, request: Any, server_id: str, tag: str) -> None:
        if tag not in marks.of(self.found(server_id)):
            raise marks.TagNotFound(server_id=server_id, tag=tag)

    @operation(
        policy=f"{RULE}:update",
        target="found",
        body={"title": "Server tag", "type": "null"},
        status=201,
        since="2.26",
    )
    def update(self, request: Any, server_id: str, tag: str, body: None) -> Any:
        server = self.found(server_id)
        marks.check_state(server, "update tag")
        _check(tag)
        is_new = marks.add(server, tag)
        # Nova: these two answers are written by hand, and have webob's content type.
        response = Answer(status=201 if is_new else 204, content_type="text/html; charset=UTF-8")
        if is_new:
            base = request.links.of("servers", server_id)[0]["href"]
            # Nova: line breaks and tabs fall out when the address is made absolute.
            response.headers["Location"] = f"{base}/tags/{tag}".translate(_NOT_IN_ADDRESSES)
        return response

    @operation(policy=f"{RULE}:delete", target="found", status=204, since="2.26")
    def destroy(self, request: Any, server_id: str, tag: str) -> None:
        marks.remove(self.found(server_id), tag)


def _check(tag: str) -> None:
    try:
        jsonschema.validate(tag, types.tag)
    except jsonschema.ValidationError as exc:
        raise BadRequest(
            f"Tag '{tag}' is invalid. It must be a non empty string without characters '/' and "
            f"','. Validation error message: {exc.message}"
        ) from exc
