"""Bare-metal nodes, which Ironic keeps, until 2.35.  /os-baremetal-nodes"""

from typing import Any

from compute.api.dispatch import ActionsViewSet
from compute.api.proxies.base import LAST, STUMBLES, ProxyViewSet
from compute.domain.errors import BadRequest, Unexpected
from versioned.operation import operation

RULE = "os_compute_api:os-baremetal-nodes"


class AskIronic(BadRequest):
    message = "Command not supported. Please use Ironic command {command} to perform this action."


class NoIronic(Unexpected):
    """Nova: that it was told of no Ironic is nothing it foresees."""

    def __init__(self) -> None:
        super().__init__(kind="keystoneauth1.exceptions.auth_plugins.MissingAuthPlugin")


class BaremetalNodeViewSet(ProxyViewSet, ActionsViewSet):
    actions = {"add_interface": "add_interface", "remove_interface": "remove_interface"}

    @operation(policy=f"{RULE}:list", target="found", query=STUMBLES, until=LAST)
    def list(self, request: Any) -> Any:
        self.authorize({})
        raise NoIronic

    @operation(policy=f"{RULE}:show", target="found", query=STUMBLES, until=LAST)
    def retrieve(self, request: Any, id: str) -> Any:
        self.authorize({})
        raise NoIronic

    @operation(until=LAST)
    def create(self, request: Any) -> Any:
        raise AskIronic(command="node-create")

    @operation(until=LAST)
    def destroy(self, request: Any, id: str) -> Any:
        raise AskIronic(command="node-delete")

    @operation(until=LAST)
    def add_interface(self, request: Any, id: str) -> Any:
        raise AskIronic(command="port-create")

    @operation(until=LAST)
    def remove_interface(self, request: Any, id: str) -> Any:
        raise AskIronic(command="port-delete")
