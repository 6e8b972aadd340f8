"""Helpers of connection tracking on routers."""

from typing import Any

from django.db import IntegrityError, transaction

from cloud.network import errors
from cloud.network.models import ConntrackHelper, Router
from cloud.network.models.standard import new_id

Values = dict[str, Any]
# helper -> the protocols that it understands
HELPERS = {
    "amanda": ("tcp",), "ftp": ("tcp",), "h323": ("udp", "tcp"), "irc": ("tcp",),
    "netbios-ns": ("udp",), "pptp": ("tcp",), "sane": ("tcp",), "sip": ("udp", "tcp"),
    "snmp": ("udp",), "tftp": ("udp",),
}  # fmt: skip


def _check(protocol: str, helper: Any) -> None:
    if helper not in list(HELPERS):
        raise errors.ConntrackHelperNotAllowed(helper=helper)
    if protocol not in HELPERS[helper]:
        raise errors.InvalidProtocolForHelper(
            helper=helper, protocol=protocol, supported_protocols=", ".join(HELPERS[helper])
        )


def add(router: Router, values: Values) -> str:
    """Put a helper on a router."""
    _check(values["protocol"], values["helper"])
    row = ConntrackHelper(id=new_id(), router=router, **values)
    _save(row, new=True)
    return row.id


def change(row: ConntrackHelper, values: Values) -> None:
    for key, value in values.items():
        setattr(row, key, value)
    _check(row.protocol, row.helper)
    _save(row, new=False)


def _save(row: ConntrackHelper, *, new: bool) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=new)
    except IntegrityError:
        same = {"router_id": row.router_id}
        same |= {key: getattr(row, key) for key in ("protocol", "port", "helper")}
        raise errors.BadRequest(
            resource="conntrack_helper",
            msg="A duplicate conntrack helper entry with same attributes already exists, "
            f"conflicting values are {same}",
        ) from None


def remove(row: ConntrackHelper) -> None:
    row.delete()
