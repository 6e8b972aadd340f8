"""What happens outside and concerns servers: Network and Volume tell, the server's host acts."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from compute.domain import context as contexts
from compute.domain import records
from compute.models import BlockDevice, Server
from compute.work import queue
from middleware.context import RequestContext

Told = dict[str, Any]

_NEED_TAG = frozenset({"volume-extended", "power-update", "accelerator-request-bound"})
_POWER_ACTIONS = {"POWER_ON": "start", "POWER_OFF": "stop"}
# The task that an event leads to; for the others nobody waits here.
_TASKS = {
    # Nova: what was plugged is waited for, and changes nothing that is shown.
    "network-changed": "network changed",
    "network-vif-deleted": "interface deleted",
    "volume-extended": "extend_volume",
    "power-update": "power_update",
}


def tell(context: RequestContext, told: Sequence[Mapping[str, Any]]) -> list[Told]:
    """Pass events on to the hosts of their servers; each comes back with a status and a code."""
    servers = Server.objects.filter(uuid__in={each["server_uuid"] for each in told}, deleted=False)
    if not context.is_admin:
        # Nova: who has the service's role alone knows of no other project's servers.
        servers = servers.filter(project_id=context.project_id)
    found = {each.uuid: each for each in servers}
    with transaction.atomic():
        return [_tell(context, dict(each), found.get(each["server_uuid"])) for each in told]


def _tell(context: RequestContext, event: Told, server: Server | None) -> Told:
    if server is None:
        code = 404
    elif event["name"] in _NEED_TAG and event.get("tag") is None:
        code = 400
    elif not server.host:
        code = 422
    else:
        code = 200
        _pass_on(context, event, server)
    return {**event, "status": "completed" if code == 200 else "failed", "code": code}


def _pass_on(context: RequestContext, event: Told, server: Server) -> None:
    name, tag = event["name"], event.get("tag")
    if name == "volume-extended":
        records.start_action(context, server, "extend_volume")
    elif name == "power-update":
        action = _POWER_ACTIONS.get(tag or "")
        if action is None:
            return
        records.start_action(context, server, action)
    kind = _TASKS.get(name)
    if kind is not None:
        queue.enqueue(
            kind,
            queue=queue.of_host(str(server.host)),
            context=context,
            server=server,
            payload={"tag": tag},
        )


def from_network(told: Sequence[Mapping[str, Any]]) -> None:
    """What the embedded Network tells: changes and deletions that compute did not make itself.

    The agents ask about the ports that they plug, so that nobody waits for plugged ports here.
    """
    concern = [each for each in told if each["name"] in ("network-changed", "network-vif-deleted")]
    if concern:
        tell(contexts.cloud(), concern)


class FromVolume:
    """What an embedded Volume tells and asks; a real one does so over HTTP."""

    def is_attached(
        self, context: RequestContext, server_id: str, volume_id: str, attachment_id: str
    ) -> bool:
        return BlockDevice.objects.filter(
            server__uuid=server_id,
            server__deleted=False,
            volume_id=volume_id,
            attachment_id=attachment_id,
        ).exists()

    def volume_extended(
        self, context: RequestContext, server_ids: list[str], volume_id: str
    ) -> None:
        self._tell(context, "volume-extended", server_ids, volume_id)

    def volume_reimaged(
        self, context: RequestContext, server_ids: list[str], volume_id: str
    ) -> None:
        self._tell(context, "volume-reimaged", server_ids, volume_id)

    def _tell(
        self, context: RequestContext, name: str, server_ids: list[str], volume_id: str
    ) -> None:
        told = [{"name": name, "server_uuid": each, "tag": volume_id} for each in server_ids]
        tell(contexts.elevated(context), told)
