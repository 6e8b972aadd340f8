"""PCIWeigher: hosts with fewer free devices first, so that devices are there when needed."""

from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request
from compute.scheduler.weighers.base import Weigher

# Nova: a host with very many devices is as good as one with many.
_MANY = 100


class Pci(Weigher):
    option = "pci_weight_multiplier"

    def weigh(self, host: HostState, request: Request) -> float:
        return _MANY - min(len(host.machine.devices), _MANY - 1)
