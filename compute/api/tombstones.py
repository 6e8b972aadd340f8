"""Operations that are gone for good and answer 410; one table of all of them."""

from typing import Any

from django.http.response import HttpResponseBase
from django.urls import URLPattern

from compute.api.dispatch import ActionsViewSet
from compute.api.faults import ResourceGone
from versioned.operation import operation
from versioned.routes import route

# ruff: noqa: E501
# fmt: off
TOMBSTONES = (
    # path, methods that answer 410; paths with living methods stand in urls.py, with these as "gone"
    ("/os-agents",                                        "get post"),
    ("/os-agents/{id}",                                   "put delete"),
    ("/os-cells",                                         "get post"),
    ("/os-cells/capacities",                              "get put delete"),
    ("/os-cells/detail",                                  "get put delete"),
    ("/os-cells/info",                                    "get put delete"),
    ("/os-cells/sync_instances",                          "get post put delete"),
    ("/os-cells/{id}",                                    "get put delete"),
    ("/os-cells/{id}/capacities",                         "get"),
    ("/os-certificates",                                  "post"),
    ("/os-certificates/{id}",                             "get"),
    ("/os-cloudpipe",                                     "get post"),
    ("/os-cloudpipe/{id}",                                "put"),
    ("/os-fixed-ips/{id}",                                "get"),
    ("/os-floating-ip-dns",                               "get"),
    ("/os-floating-ip-dns/{id}",                          "put delete"),
    ("/os-floating-ip-dns/{domain_id}/entries/{id}",      "get put delete"),
    ("/os-floating-ips-bulk",                             "get post"),
    ("/os-floating-ips-bulk/{id}",                        "get put"),
    ("/os-fping",                                         "get"),
    ("/os-fping/{id}",                                    "get"),
    ("/os-security-group-default-rules",                  "get post"),
    ("/os-security-group-default-rules/{id}",             "get delete"),
    ("/servers/{server_id}/consoles",                     "get post"),
    ("/servers/{server_id}/consoles/{id}",                "get delete"),
    ("/servers/{server_id}/os-virtual-interfaces",        "get"),
)
ACTIONS = (
    # path, actions that answer 410
    ("/os-fixed-ips/{id}/action",  ("reserve", "unreserve")),
    ("/os-networks/{id}/action",   ("disassociate", "associate_host", "disassociate_host", "disassociate_project")),
)
# fmt: on


class TombstoneViewSet(ActionsViewSet):
    """What is left of operations that Nova took away: nobody is asked for a role."""

    @operation()
    def gone(self, request: Any, **ids: str) -> HttpResponseBase:
        raise ResourceGone


def _with_actions(names: tuple[str, ...]) -> type[TombstoneViewSet]:
    return type(
        "TombstoneActionViewSet", (TombstoneViewSet,), {"actions": dict.fromkeys(names, "gone")}
    )


def rows() -> list[URLPattern]:
    """The contents page's rows for all of them."""
    return [
        *(
            route(path, TombstoneViewSet, **dict.fromkeys(methods.split(), "gone"))
            for path, methods in TOMBSTONES
        ),
        *(route(path, _with_actions(names), post="action") for path, names in ACTIONS),
    ]
