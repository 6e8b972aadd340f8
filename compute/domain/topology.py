"""Where a server's processors and memory lie."""

from compute.domain import images
from compute.domain.errors import ComputeError
from compute.domain.hardware import holding, numa
from compute.domain.hardware.cells import Topology
from compute.models import Server


def of_server(server: Server) -> Topology | None:
    """What its host gave it, else what it asked for; None when it has no topology."""
    held = holding.topology_of(server.uuid)
    if held is not None:
        return held
    try:
        return numa.wanted(images.wish({"properties": server.image_properties}, server))
    except ComputeError:
        # It came to be before such wishes were looked at.
        return None
