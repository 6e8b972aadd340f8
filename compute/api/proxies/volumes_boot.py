"""Servers by another name, until 2.102; whatever has a body fails.  /os-volumes_boot"""

from typing import Any

from compute.api.dispatch import ActionsViewSet
from compute.api.servers import schemas
from compute.api.servers.views import ServerViewSet
from compute.domain.errors import Unexpected
from versioned.operation import Operation, operation

LAST = "2.102"


def _fails(body: Any, **how: Any) -> Operation:
    """Nova: it hands the body on in a way of its own that the schemas beneath do not know."""

    def fail(view: Any, request: Any, **given: Any) -> Any:
        raise Unexpected(kind="webob.exc.HTTPInternalServerError")

    declared: Operation = operation(body=body, until=LAST, **how)(fail)
    return declared


class VolumesBootViewSet(ActionsViewSet, ServerViewSet):
    actions = {
        "reboot": "reboot",
        "resize": "resize",
        "confirmResize": "confirm_resize",
        "revertResize": "revert_resize",
        "rebuild": "rebuild",
        "createImage": "create_image",
        "os-start": "start",
        "os-stop": "stop",
        "trigger_crash_dump": "trigger_crash_dump",
    }

    @operation(until=LAST)
    def list(self, request: Any) -> Any:
        return super().list(request)

    @operation(until=LAST)
    def detail(self, request: Any) -> Any:
        return super().detail(request)

    @operation(until=LAST)
    def retrieve(self, request: Any, server_id: str) -> Any:
        return super().retrieve(request, server_id=server_id)

    @operation(until=LAST)
    def destroy(self, request: Any, server_id: str = "detail") -> Any:
        return super().destroy(request, server_id=server_id)

    create = _fails(schemas.CREATE)
    update = _fails(schemas.UPDATE)
    reboot = _fails(schemas.REBOOT)
    resize = _fails(schemas.RESIZE)
    confirm_resize = _fails(schemas.bare("confirmResize"))
    revert_resize = _fails(schemas.bare("revertResize"))
    rebuild = _fails(schemas.REBUILD)
    create_image = _fails(schemas.CREATE_IMAGE)
    start = _fails(schemas.bare("os-start"))
    stop = _fails(schemas.bare("os-stop"))
    trigger_crash_dump = _fails(schemas.TRIGGER_CRASH_DUMP, since="2.17")
