"""IsolatedHostsFilter: some images run on some hosts only, and nothing else on these."""

from django.conf import settings

from compute.scheduler.filters.base import Filter
from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request


class IsolatedHosts(Filter):
    def passes(self, host: HostState, request: Request) -> bool:
        images = getattr(settings, "SCHEDULER_ISOLATED_IMAGES", ())
        host_is_isolated = host.host in getattr(settings, "SCHEDULER_ISOLATED_HOSTS", ())
        is_strict = getattr(settings, "SCHEDULER_RESTRICT_ISOLATED_HOSTS", True)
        if not images:
            return not is_strict or not host_is_isolated
        image_is_isolated = request.image_id in images
        if is_strict:
            return image_is_isolated == host_is_isolated
        return not image_is_isolated or host_is_isolated
