"""The weigher interface: a number for each host, normalised, multiplied and added up."""

from abc import ABC, abstractmethod
from typing import ClassVar

from django.conf import settings

from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request


class Weigher(ABC):
    """Says how good a host is; the higher the better, if the multiplier is positive."""

    # Nova's option, also a key of an aggregate's metadata: "ram_weight_multiplier".
    option: ClassVar[str]
    default: ClassVar[float] = 1.0
    # Where the scale begins; None: at the worst host.
    lowest: ClassVar[float | None] = None

    def multiplier(self, host: HostState) -> float:
        """What the host's aggregates say, else settings, else Nova's default."""
        configured = getattr(settings, "SCHEDULER_WEIGHTS", {}).get(self.option, self.default)
        return host.least(self.option, float(configured))

    @abstractmethod
    def weigh(self, host: HostState, request: Request) -> float: ...
