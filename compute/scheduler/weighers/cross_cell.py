"""CrossCellWeigher: hosts in the cell that a server is in first; here there is one cell."""

from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request
from compute.scheduler.weighers.base import Weigher


class CrossCell(Weigher):
    option = "cross_cell_move_weight_multiplier"
    default = 1_000_000.0

    def weigh(self, host: HostState, request: Request) -> float:
        # Nova: only a move that may leave its cell tells one from another.
        return 0.0
