"""Address groups: named sets of prefixes that rules refer to."""

from ipaddress import ip_network
from typing import Any

from django.db import transaction

from cloud.network import errors
from cloud.network.domain import sharing, standard
from cloud.network.models import AddressGroup, SecurityGroupRule

Values = dict[str, Any]


def _read(addresses: list[str]) -> list[str]:
    return [str(ip_network(address, strict=False)) for address in addresses]


def create(values: Values) -> AddressGroup:
    """Make a group."""
    with transaction.atomic():
        row = standard.columns(values, AddressGroup)
        # Neutron: each address revises the group, also those that it is made with.
        revision = len(row["addresses"])
        row["addresses"] = _read(row["addresses"])
        return standard.add(AddressGroup, row, revision=revision)


def add(group: AddressGroup, addresses: list[str]) -> None:
    more = _read(addresses)
    twice = [address for address in more if address in group.addresses]
    if not more:
        return
    if twice:
        raise errors.AddressesAlreadyExist(addresses=twice, address_group_id=group.id)
    with transaction.atomic():
        standard.change(group, {"addresses": group.addresses + more})


def take(group: AddressGroup, addresses: list[str]) -> None:
    gone = _read(addresses)
    missing = [address for address in gone if address not in group.addresses]
    if not gone:
        return
    if missing:
        raise errors.AddressesNotFound(addresses=missing, address_group_id=group.id)
    with transaction.atomic():
        standard.change(group, {"addresses": [a for a in group.addresses if a not in gone]})


def remove(group: AddressGroup) -> None:
    """Delete a group that no rule names."""
    with transaction.atomic():
        if SecurityGroupRule.objects.filter(remote_address_group=group).exists():
            raise errors.AddressGroupInUse(address_group_id=group.id)
        sharing.forget(group.id)
        standard.discard(group)
