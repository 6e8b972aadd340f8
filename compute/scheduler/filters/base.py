"""The filter interface: one small class a file, without state, asked host by host."""

from abc import ABC, abstractmethod

from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request


class Filter(ABC):
    """Says whether a host may have the server."""

    @abstractmethod
    def passes(self, host: HostState, request: Request) -> bool: ...
