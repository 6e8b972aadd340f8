"""Whether a project that a request names is there, as far as Identity lets one know."""

from compute.clients.errors import NeighbourFailed, ProjectNotFound
from compute.clients.identity import identity
from compute.domain.errors import BadRequest, Forbidden
from middleware.context import RequestContext


def check_project(context: RequestContext, project_id: str) -> None:
    """Raise BadRequest for a project that Identity says is not there.

    Nova: a caller who may not look, and an Identity that fails, count as yes.
    """
    try:
        identity().show_project(context, project_id)
    except ProjectNotFound:
        raise BadRequest(f"Project ID {project_id} is not a valid project.") from None
    except (Forbidden, NeighbourFailed):
        return
