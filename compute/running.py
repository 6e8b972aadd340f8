"""The services as they run: all in one process, or one kind of them in a process of its own."""

from collections.abc import Sequence
from typing import Any

from compute.agent import heartbeat, startup
from compute.domain import enrolment, services
from compute.models import Host
from compute.work import queue, runner
from compute.work.transports import is_distributed

BINARIES = {
    "scheduler": services.SCHEDULER,
    "conductor": services.CONDUCTOR,
    "compute": services.COMPUTE,
}
_QUEUES = {"scheduler": queue.SCHEDULER, "conductor": queue.CONDUCTOR}


def start_embedded(*, with_heartbeat: bool = True) -> None:
    """Run every service in this process: the heartbeat of all, and the runner of all work."""
    if with_heartbeat:
        # One process of several that serve together looks after the hosts.
        hosts = Host.objects.order_by("pk").values_list("host", flat=True)
        startup.recover_hosts(list(hosts), alone=False)
        startup.recover_hostless()
        heartbeat.start()
    runner.start()


def stop_embedded() -> None:
    """Finish what is being done and stop."""
    runner.stop()
    heartbeat.stop()


class ServiceProcess:
    """One kind of service under these names; a compute plays one host for each of them."""

    def __init__(self, kind: str, names: Sequence[str], threads: int | None = None) -> None:
        self._kind, self._names, self._threads = kind, list(names), threads
        self._bell: Any = None

    def start(self) -> None:
        """Enrol, recover what was in flight, and take work."""
        if self._kind == "compute":
            enrolment.enrol(self._names)
            startup.recover_hosts(self._names)
            queues = [queue.of_host(name) for name in self._names]
        else:
            for name in self._names:
                enrolment.register(BINARIES[self._kind], name)
            if self._kind == "conductor":
                startup.recover_hostless()
            queues = [_QUEUES[self._kind]]
        runner.start(self._threads, queues)
        heartbeat.start([(BINARIES[self._kind], name) for name in self._names])
        if is_distributed():
            from computeproject.celery import Bell

            self._bell = Bell(self._queue_name(), queues)
            self._bell.start()

    def _queue_name(self) -> str:
        """Several schedulers or conductors share one queue, so that one of them is woken."""
        if self._kind == "compute":
            return queue.of_host(self._names[0])
        return _QUEUES[self._kind]

    def stop(self) -> None:
        """Finish what is being done and take nothing new."""
        if self._bell is not None:
            self._bell.stop()
        runner.stop()
        heartbeat.stop()
