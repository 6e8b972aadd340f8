"""Quotas and limits.  /os-quota-sets, /os-quota-class-sets, /limits"""

from typing import Any

from cloud.volume import quotas
from cloud.volume.api import formats
from cloud.volume.api.base import VolumeServiceViewSet
from cloud.volume.errors import BadRequest, invalid_input, malformed, not_authorized
from versioned.operation import operation

UPDATE = formats.envelope("quota_set", {"type": "object", "minProperties": 1})
UPDATE_CLASS = formats.envelope(
    "quota_class_set",
    {
        "type": "object",
        "format": "quota_class_set",
        "patternProperties": {
            "^[a-zA-Z0-9-_:. ]{1,300}$": {
                "type": ["integer", "string"],
                "pattern": "^[0-9]*$",
                "minimum": -1,
                "minLength": 1,
                "maximum": formats.MAX_INT,
            }
        },
        "additionalProperties": False,
    },
)
_NOT_QUOTAS = ("tenant_id", "id")
_LIMITS = {
    "gigabytes": "maxTotalVolumeGigabytes",
    "backup_gigabytes": "maxTotalBackupGigabytes",
    "volumes": "maxTotalVolumes",
    "snapshots": "maxTotalSnapshots",
    "backups": "maxTotalBackups",
}
_USED = {
    "volumes": "totalVolumesUsed",
    "gigabytes": "totalGigabytesUsed",
    "snapshots": "totalSnapshotsUsed",
    "backups": "totalBackupsUsed",
    "backup_gigabytes": "totalBackupGigabytesUsed",
}


def numbers(given: dict[str, Any], noun: str) -> dict[str, int]:
    """The limits of a body, each a whole number from -1 on and of a resource that there is."""
    known = quotas.resources()
    bad = [name for name in given if name not in known and name not in _NOT_QUOTAS]
    if bad:
        raise invalid_input(f"Bad key(s) in quota {noun}: {', '.join(bad)}")
    found = {}
    for name, value in given.items():
        if name in _NOT_QUOTAS:
            continue
        try:
            number = int(str(value))
        except ValueError:
            raise BadRequest(f"{name} must be an integer") from None
        if number < -1:
            raise BadRequest(f"{name} must be >= -1")
        if number > formats.MAX_INT:
            raise BadRequest(f"{name} must be <= {formats.MAX_INT}")
        found[name] = number
    return found


class QuotaSetsViewSet(VolumeServiceViewSet):
    """/os-quota-sets/{owner}"""

    @operation(policy="volume_extension:quotas:show", target="found")
    def retrieve(self, request: Any, owner: str) -> Any:
        self.authorize({"project_id": owner})
        limits = quotas.limits(owner)
        if not self.flag("usage"):
            return {"quota_set": {**limits, "id": owner}}
        used = quotas.usage(owner)
        found = {
            name: {"limit": limit, "in_use": used.get(name, 0), "reserved": 0}
            for name, limit in limits.items()
        }
        return {"quota_set": {**found, "id": owner}}

    @operation(policy="volume_extension:quotas:show", target="found")
    def defaults(self, request: Any, owner: str) -> Any:
        self.authorize({"project_id": owner})
        return {"quota_set": {**quotas.class_limits(), "id": owner}}

    @operation(policy="volume_extension:quotas:update", target="found", body=UPDATE)
    def update(self, request: Any, owner: str, quota_set: dict[str, Any]) -> Any:
        wanted = numbers(quota_set, "set")
        self.authorize({"project_id": owner})
        if len(owner) > 255:
            raise BadRequest(f"quota_set_name has {len(owner)} characters, more than 255.")
        used = quotas.usage(owner)
        for name, limit in wanted.items():
            if name == "per_volume_gigabytes":
                continue
            if isinstance(quota_set[name], str):
                # Volume (Cinder): the schema takes texts, which then are compared with numbers.
                raise malformed()
            # Volume (Cinder): what there is of one type is not looked at.
            if name in quotas.DEFAULTS and 0 <= limit < used.get(name, 0):
                raise BadRequest(
                    f"Quota {name} limit must be equal or greater than existing resources. "
                    f"Current usage is {used[name]} and the requested limit is {limit}."
                )
        quotas.set_limits(owner, wanted)
        return {"quota_set": quotas.limits(owner)}

    @operation(policy="volume_extension:quotas:delete")
    def destroy(self, request: Any, owner: str) -> None:
        quotas.forget(owner)


class QuotaClassesViewSet(VolumeServiceViewSet):
    """/os-quota-class-sets/{name}"""

    @operation(policy="volume_extension:quota_classes:get")
    def retrieve(self, request: Any, name: str) -> Any:
        return {"quota_class_set": {**quotas.class_limits(name), "id": name}}

    @operation(policy="volume_extension:quota_classes:update", target="found", body=UPDATE_CLASS)
    def update(self, request: Any, name: str, quota_class_set: dict[str, Any]) -> Any:
        wanted = numbers(quota_class_set, "class set")
        self.authorize()
        quotas.set_class_limits(name, wanted)
        return {"quota_class_set": quotas.class_limits(name)}


class LimitsViewSet(VolumeServiceViewSet):
    """/limits"""

    @operation()
    def list(self, request: Any) -> Any:
        project = self.context.project_id
        if project is None and not self.context.is_admin:
            raise not_authorized()
        if request.version >= (3, 39) and self.context.is_admin:
            for name in ("project_id", "tenant_id"):
                if name in request.params:
                    project = request.params[name][-1]
                    break
        limits = quotas.limits(project)
        absolute = {shown: limits[name] for name, shown in _LIMITS.items()}
        if self.context.is_admin or self.allows("limits_extension:used_limits"):
            used = quotas.usage(project)
            absolute |= {shown: used.get(name, 0) for name, shown in _USED.items()}
        return {"limits": {"rate": [], "absolute": absolute}}
