"""Making a server anew from an image.  /servers/{id}/action"""

from typing import Any

from django.conf import settings

from compute.api import policy
from compute.api.servers import ordering, related, schemas, shapes
from compute.api.servers.actions.base import ServerActions
from compute.api.types import is_true
from compute.domain import rebuilding
from versioned.operation import operation

_ZERO_DISK = "os_compute_api:servers:create:zero_disk_flavor"
_TRUSTED_CERTS = "os_compute_api:servers:rebuild:trusted_certs"

# What is changed along with the image: the name on the wire, and that of the domain.
_CHANGES = {
    "name": "name",
    "description": "description",
    "metadata": "metadata",
    "accessIPv4": "access_ip_v4",
    "accessIPv6": "access_ip_v6",
    "key_name": "key_name",
    "user_data": "user_data",
    "trusted_image_certificates": "trusted_image_certificates",
    "hostname": "hostname",
}


class Rebuild(ServerActions):
    actions = {"rebuild": "rebuild"}

    @operation(
        policy="os_compute_api:servers:rebuild", target="found", body=schemas.REBUILD, status=202
    )
    def rebuild(self, request: Any, server_id: str, rebuild: dict[str, Any]) -> Any:
        password = rebuild["adminPass"] if "adminPass" in rebuild else ordering.password()
        server = self.found(server_id)
        changes = {_CHANGES[key]: rebuild[key] for key in _CHANGES if key in rebuild}
        if "trusted_image_certificates" in changes:
            policy.authorize(request.context, _TRUSTED_CERTS, server.target)
        if "name" in changes:
            changes["name"] = changes["name"].strip()
        for key in ("access_ip_v4", "access_ip_v6"):
            if key in changes:
                changes[key] = ordering.address(changes[key])
        rebuilding.rebuild(
            request.context,
            server,
            rebuilding.Plan(
                image_id=rebuild["imageRef"],
                admin_password=password,
                disk_config=rebuild.get("OS-DCF:diskConfig"),
                personality=rebuild.get("personality") or [],
                keep_ephemeral=is_true(rebuild.get("preserve_ephemeral", False)),
                may_reimage_volume=request.version >= (2, 93),
                may_have_no_disk=policy.allows(request.context, _ZERO_DISK),
                changes=changes,
            ),
        )
        shown = related.render_one(shapes.ServerRebuilt, server, self.ask, as_begun=True)
        if getattr(settings, "ENABLE_INSTANCE_PASSWORD", True):
            shown["adminPass"] = password
        self.headers["Location"] = shown["links"][0]["href"]
        return {"server": shown}
