"""What a server has written to its console.  /servers/{id}/action"""

import re
from typing import Any

from compute.api import types
from compute.api.servers.actions.base import ServerActions
from compute.domain import consoles
from versioned.operation import operation

OUTPUT: types.Type = types.closed(
    {
        "os-getConsoleOutput": {
            "type": "object",
            "properties": {
                # Nova: null means everything, as -1 was once meant to.
                "length": {
                    "type": ["integer", "string", "null"],
                    "pattern": "^-?[0-9]+$",
                    "minimum": -1,
                }
            },
            "additionalProperties": False,
        }
    },
    ["os-getConsoleOutput"],
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f]")


class ConsoleOutput(ServerActions):
    actions = {"os-getConsoleOutput": "console_output"}

    @operation(policy="os_compute_api:os-console-output", target="found", body=OUTPUT)
    def console_output(
        self, request: Any, server_id: str, os_getConsoleOutput: dict[str, Any]
    ) -> Any:
        length = os_getConsoleOutput.get("length")
        text = consoles.output(
            request.context,
            self.found(server_id),
            length=None if length is None else int(length),
        )
        return {"output": _CONTROL.sub("", text)}
