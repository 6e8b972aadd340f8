"""Taking over what lies on a backend.  /manageable_volumes, and /os-volume-manage of old"""

import builtins
import operator
from collections.abc import Callable
from typing import Any

from cloud.volume import managing, paging
from cloud.volume.api import formats
from cloud.volume.api.base import VolumeServiceViewSet, boolean
from cloud.volume.api.volume_shapes import VolumeCreated
from cloud.volume.errors import BadRequest, invalid_input
from versioned.operation import operation
from versioned.versions import since

_MANAGE = formats.envelope(
    "volume",
    formats.closed(
        ("ref",),
        name=formats.OPTIONAL_NAME,
        description=formats.DESCRIPTION,
        availability_zone=formats.OPTIONAL_NAME,
        bootable=formats.BOOLEAN,
        volume_type=formats.OPTIONAL_NAME,
        host={**formats.UPDATE_NAME, "pattern": r"^[a-zA-Z0-9-._#@:/+\[\]]*$"},
        ref={"type": ["object", "string"]},
        metadata=formats.OPTIONAL_METADATA,
        cluster=since("3.16", formats.OPTIONAL_NAME),
    ),
)
_LIST, _TAKE = "volume_extension:list_manageable", "volume_extension:volume_manage"
_TRIMMED = ("name", "description")
_SORT_KEYS = ("reference", "size")
_BRIEF = ("reference", "size", "safe_to_manage")


class BackendViewSet(VolumeServiceViewSet):
    """What the lists of things on a backend share: the host, the order, the page."""

    def page(self, found: Callable[[str], builtins.list[dict[str, Any]]]) -> Any:
        asked = {name: values[-1] for name, values in self.request.params.items()}
        host = self.host(asked, since=(3, 17))
        wanted = paging.read(asked, default="reference")
        for at, (noun, known) in enumerate((("keys", _SORT_KEYS), ("dirs", ("asc", "desc")))):
            bad = [pair[at] for pair in wanted.sort if pair[at] not in known]
            if bad:
                raise BadRequest(f"Invalid sort {noun} passed: {', '.join(bad)}")
        entries = found(host)
        for key, way in reversed(wanted.sort):
            entries.sort(key=_sorting(key), reverse=way == "desc")
        rest = managing.after(entries, wanted.marker)
        return rest[wanted.offset : wanted.offset + wanted.limit]

    def host(self, given: dict[str, Any], *, since: tuple[int, int]) -> str:
        """The host that is asked of; there are no clusters here."""
        host, cluster = given.get("host"), None
        said = "Host field is missing."
        if self.request.version >= since:
            cluster = given.get("cluster")
            said = "One and only one of cluster and host must be set."
        if bool(host) == bool(cluster):
            raise invalid_input(said)
        if cluster:
            raise BadRequest(f"Cluster '{cluster}' not found")
        return str(host)


class VolumeManageViewSet(BackendViewSet):
    """/os-volume-manage"""

    @operation(policy=_LIST)
    def list(self, request: Any) -> Any:
        return self.brief()

    @operation(policy=_LIST)
    def detail(self, request: Any) -> Any:
        return {"manageable-volumes": self.entries()}

    @operation(policy=_TAKE, body=_MANAGE, status=202)
    def create(self, request: Any, volume: dict[str, Any]) -> Any:
        return self.take(volume)

    def take(self, given: dict[str, Any]) -> dict[str, Any]:
        self.host(given, since=(3, 16))
        trimmed = {name: given[name].strip() for name in _TRIMMED if given.get(name)}
        is_bootable = bool(boolean(given.get("bootable", False)))
        row = managing.take(self.context, {**given, **trimmed, "bootable": is_bootable})
        ask = self.ask
        # Cinder: shows it as its oldest version would.
        ask.version = (3, 0)
        return {"volume": VolumeCreated.render(row, ask)}

    def brief(self) -> dict[str, Any]:
        return {
            "manageable-volumes": [
                {name: entry[name] for name in _BRIEF} for entry in self.entries()
            ]
        }

    def entries(self) -> Any:
        return self.page(managing.manageable)


def _sorting(key: str) -> Any:
    if key == "reference":
        return lambda entry: entry["reference"]["source-name"]
    return operator.itemgetter(key)


class ManageableVolumesViewSet(VolumeManageViewSet):
    """/manageable_volumes, the same by its newer name"""

    @operation(policy=_LIST, since="3.8")
    def list(self, request: Any) -> Any:
        return self.brief()

    @operation(policy=_LIST, since="3.8")
    def detail(self, request: Any) -> Any:
        return {"manageable-volumes": self.entries()}

    @operation(policy=_TAKE, body=_MANAGE, since="3.8", status=202)
    def create(self, request: Any, volume: dict[str, Any]) -> Any:
        return self.take(volume)
