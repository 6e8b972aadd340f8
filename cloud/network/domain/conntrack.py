"""Helpers of connection tracking on routers."""

from typing import Any

from django.db import IntegrityError, transaction

from cloud.network import errors
from cloud.network.models import ConntrackHelper, Router
from cloud.network.models.standard import new_id

Values = dict[str, Any]
# helper -> the protocols that it understands
HELPERS = {
    "amanda": ("tcp",), "ftp": ("tcp",), "h323": ("udp",), "irc": ("tcp",),
    "netbios-ns": ("udp",), "pptp": ("tcp",), "sane": ("tcp",), "sip": ("tcp", "udp"),
    "snmp": ("udp",), "tftp": ("udp",),
}  # fmt: skip


def _check(protocol: str, helper: str) -> None:
    if helper not in HELPERS:
        raise errors.InvalidInput(error_message=f"The helper {helper} is not supported")
    if protocol not in HELPERS[helper]:
        raise errors.ConntrackHelperNotAllowed(helper=helper, protocol=protocol)


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
        raise errors.BadRequest(
            resource="conntrack_helper",
            msg="A duplicate conntrack helper entry with same attributes already exists",
        ) from None


def remove(row: ConntrackHelper) -> None:
    row.delete()
