"""Moving a server to another host, switched off or running.  /servers/{id}/action"""

from typing import Any

from compute.api import types
from compute.api.servers import lookup
from compute.api.servers.actions.base import ServerActions
from compute.api.types import is_true
from compute.domain import moving
from compute.domain.errors import BadRequest
from versioned.operation import operation
from versioned.versions import between, changing, until

_host: types.Type = {**types.fqdn, "type": ["string", "null"]}

MIGRATE: types.Type = types.closed(
    {
        "migrate": changing(
            {
                "2.0": types.anything,
                "2.56": {
                    "type": ["object", "null"],
                    "properties": {"host": _host},
                    "additionalProperties": False,
                },
            }
        )
    },
    ["migrate"],
)
LIVE: types.Type = types.closed(
    {
        "os-migrateLive": types.closed(
            {
                "block_migration": changing(
                    {
                        "2.0": types.boolean,
                        "2.25": {**types.boolean, "enum": [*types.boolean["enum"], "auto"]},
                    }
                ),
                "disk_over_commit": until("2.24", types.boolean),
                "host": _host,
                "force": between("2.30", "2.67", types.boolean),
            },
            ["block_migration", until("2.24", "disk_over_commit"), "host"],
        )
    },
    ["os-migrateLive"],
)
_RULE = "os_compute_api:os-migrate-server"


class Migrate(ServerActions):
    actions = {"migrate": "migrate", "os-migrateLive": "migrate_live"}

    @operation(policy=f"{_RULE}:migrate", target="found", body=MIGRATE, status=202)
    def migrate(self, request: Any, server_id: str, migrate: Any) -> None:
        server = lookup.find(request.context, server_id)
        host = None
        if request.version >= (2, 56) and migrate is not None:
            host = migrate.get("host")
        if host:
            self.rule = f"{_RULE}:migrate:host"
        self.authorize(server.target)
        moving.migrate(request.context, server, host=host)

    @operation(policy=f"{_RULE}:migrate_live", target="found", body=LIVE, status=202)
    def migrate_live(self, request: Any, server_id: str, os_migrateLive: dict[str, Any]) -> None:
        server = lookup.find(request.context, server_id)
        host = os_migrateLive["host"]
        if host:
            self.rule = f"{_RULE}:migrate_live:host"
        self.authorize(server.target)
        force = is_true(os_migrateLive.get("force", False))
        if force and not host:
            raise BadRequest("Can't force to a non-provided destination")
        block = os_migrateLive["block_migration"]
        moving.migrate_live(
            request.context,
            server,
            host=host,
            block_migration=None if block == "auto" else is_true(block),
            # Nova: before 2.30 a named host was never asked of the scheduler.
            is_forced=bool(host) and (force or request.version < (2, 30)),
            refuses_at_once=request.version < (2, 34),
        )
