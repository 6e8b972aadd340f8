"""Clusters, of which there are none, and the cleaning up after services.  /clusters, /workers"""

from typing import Any

from cloud.volume.api import formats
from cloud.volume.api.base import VolumeServiceViewSet
from cloud.volume.errors import NotFound, invalid_input
from versioned.operation import operation

_HOST = {"type": ["string", "null"], "minLength": 1, "maxLength": 255,
         "pattern": "^[a-zA-Z0-9-._#@:/+]*$"}  # fmt: skip
CLEANUP = formats.closed(
    cluster_name=_HOST,
    disabled=formats.BOOLEAN,
    host=_HOST,
    is_up=formats.BOOLEAN,
    binary={"enum": ["cinder-volume", "cinder-scheduler"]},
    resource_id=formats.OPTIONAL_UUID,
    resource_type={"type": ["string", "null"], "minLength": 0, "maxLength": 40},
    service_id={"type": ["integer", "string", "null"], "pattern": "^[0-9]*$", "maxLength": 11},
)
ENABLE = formats.closed(("name",), name=formats.NAME, binary=formats.TEXT)
DISABLE = formats.closed(
    ("name",),
    name=formats.NAME,
    binary=formats.TEXT,
    disabled_reason={"type": ["string", "null"], "format": "short_reason"},
)
_KEYS = frozenset(("name", "binary", "is_up", "disabled", "num_hosts", "num_down_hosts"))
_REPLICATION_KEYS = frozenset(("replication_status", "frozen", "active_backend_id"))


def missing(name: str, binary: str | None) -> NotFound:
    known = {"name": name, "binary": binary}
    return NotFound(f"Cluster {dict(sorted(known.items()))} could not be found.")


class ClustersViewSet(VolumeServiceViewSet):
    """/clusters"""

    @operation(policy="clusters:get_all", since="3.7")
    def list(self, request: Any) -> Any:
        allowed = _KEYS | (_REPLICATION_KEYS if request.version >= (3, 26) else frozenset())
        bad = [name for name in request.params if name not in allowed]
        if bad:
            raise invalid_input(f"Invalid filter keys: {', '.join(bad)}")
        for name in ("disabled", "is_up"):
            self.flag(name)
        return {"clusters": []}

    @operation(policy="clusters:get", since="3.7")
    def retrieve(self, request: Any, name: str) -> Any:
        raise missing(name, request.params.get("binary", ["cinder-volume"])[-1])

    @operation(policy="clusters:update", since="3.7", body=ENABLE)
    def enable(self, request: Any, body: dict[str, Any]) -> Any:
        raise missing(body["name"], body.get("binary", "cinder-volume"))

    @operation(policy="clusters:update", since="3.7", body=DISABLE)
    def disable(self, request: Any, body: dict[str, Any]) -> Any:
        raise missing(body["name"], body.get("binary", "cinder-volume"))


class WorkersViewSet(VolumeServiceViewSet):
    """/workers/cleanup: nothing here is left behind by a service"""

    @operation(policy="workers:cleanup", since="3.24", body=CLEANUP, status=202)
    def cleanup(self, request: Any, body: dict[str, Any]) -> Any:
        kind = body.get("resource_type")
        if kind and kind.title() not in ("Snapshot", "Volume"):
            raise invalid_input(
                f"Resource type {kind.title()} not valid, must be Snapshot or Volume"
            )
        places = {"service_id", "cluster_name", "host"}
        if body.get("resource_id") and not places & body.keys():
            # Volume (Cinder): the sentence and what belongs into it stand side by side.
            said = ("There is no resource with UUID %s pending cleanup.", body["resource_id"])
            raise invalid_input(str(said))
        return {"cleaning": [], "unavailable": []}
