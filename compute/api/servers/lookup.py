"""Finding the server that a URL names."""

from compute.api.base import ComputeViewSet
from compute.domain.errors import NotFound, ServerNotFound
from compute.models import Server
from middleware.context import RequestContext
from versioned.prepared import Prepared

_ANY = Prepared(lambda uuid: Server.objects.filter(uuid=uuid), str)
_THERE = Prepared(lambda uuid: Server.objects.filter(uuid=uuid, deleted=False), str)


class ServerUnknown(NotFound):
    # Nova: resources that ask the cell mapping first know a server by no other name.
    message = "Instance {server_id} has no mapping to a cell."


def is_visible(context: RequestContext, project_id: str) -> bool:
    """Whether the caller may know of a project's servers at all."""
    return context.is_admin or project_id == context.project_id


def find(context: RequestContext, server_id: str, *, with_deleted: bool = False) -> Server:
    """The server, if it is the caller's project's or the caller is an administrator; or 404."""
    server = (_ANY if with_deleted else _THERE).first(server_id)
    if server is None or not is_visible(context, server.project_id):
        raise ServerNotFound(server_id=server_id)
    return server


def find_anybodys(server_id: str) -> Server:
    """The server, whoever's it is; the rule then decides, so that a stranger reads 403.

    Nova: the mapping of a deleted server is still there, so the caller is to look at `deleted`.
    """
    server = _ANY.first(server_id)
    if server is None:
        raise ServerUnknown(server_id=server_id)
    return server


class OfServer(ComputeViewSet):
    """A resource below a server."""

    def found(self, server_id: str, *, with_deleted: bool = False) -> Server:
        """The server that the URL names, once the operation's rule has been asked of it."""
        server = find(self.context, server_id, with_deleted=with_deleted)
        self.authorize(server.target)
        return server
