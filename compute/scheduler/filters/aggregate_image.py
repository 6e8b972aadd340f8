"""AggregateImagePropertiesIsolation: the image's properties do not contradict the aggregates."""

from django.conf import settings

from compute.scheduler.filters.base import Filter
from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request


class AggregateImage(Filter):
    def passes(self, host: HostState, request: Request) -> bool:
        namespace = getattr(settings, "SCHEDULER_IMAGE_PROPERTIES_NAMESPACE", "")
        separator = getattr(settings, "SCHEDULER_IMAGE_PROPERTIES_SEPARATOR", ".")
        for name, values in host.metadata.items():
            if namespace and not name.startswith(namespace + separator):
                continue
            mine = request.image_properties.get(name)
            if mine and str(mine) not in values:
                return False
        return True
