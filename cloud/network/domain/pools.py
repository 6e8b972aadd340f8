"""Subnet pools and address scopes."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import Any

from django.db import transaction

from cloud.network import errors
from cloud.network.domain import quotas, sharing, standard
from cloud.network.models import AddressScope, Subnet, SubnetPool
from cloud.network.models.standard import new_id
from middleware.context import RequestContext

Values = dict[str, Any]
# What subnets name in the place of a pool whose prefixes routers get from elsewhere.
PREFIX_DELEGATION = "prefix_delegation"
Block = IPv4Network | IPv6Network
SHORTEST = {4: 8, 6: 64}


def find(context: RequestContext, pool_id: str) -> SubnetPool:
    """A pool that the caller may take from."""
    found = SubnetPool.objects.filter(id=pool_id)
    if not context.is_admin:
        found = found.filter(sharing.visible("subnetpool", context))
    pool = found.first()
    if pool is None:
        raise errors.SubnetPoolNotFound(subnetpool_id=pool_id)
    return pool


def create(context: RequestContext, values: Values) -> SubnetPool:
    """Make a pool."""
    with transaction.atomic():
        quotas.check("subnetpool", values["project_id"])
        prefixes = _prefixes(values["prefixes"])
        version = ip_network(prefixes[0]).version
        longest = 32 if version == 4 else 128
        row = standard.columns(values, SubnetPool)
        row |= {"prefixes": prefixes, "ip_version": version}
        row["min_prefixlen"] = values.get("min_prefixlen", SHORTEST[version])
        row["max_prefixlen"] = values.get("max_prefixlen", longest)
        row["default_prefixlen"] = values.get("default_prefixlen", row["min_prefixlen"])
        _check_bounds(row, version)
        _check_default(row, version)
        if values.get("address_scope_id"):
            _check_scope(context, row, version, values["shared"])
        pool = standard.add(SubnetPool, row)
        if values["shared"]:
            sharing.share("subnetpool", pool.id, pool.project_id)
        return pool


def change(context: RequestContext, pool: SubnetPool, values: Values) -> None:
    """Change a pool; its prefixes may only grow."""
    with transaction.atomic():
        values = dict(values)
        if "prefixes" in values:
            _refuse_smaller(pool.prefixes, values["prefixes"])
            wanted = _prefixes(values["prefixes"])
            if ip_network(wanted[0]).version != pool.ip_version:
                raise errors.PrefixVersionMismatch
            values["prefixes"] = wanted
        row = {
            key: values.get(key, getattr(pool, key))
            for key in (
                "min_prefixlen", "max_prefixlen", "default_prefixlen", "prefixes",
                "is_default", "address_scope_id",
            )
        } | {"id": pool.id}  # fmt: skip
        _check_bounds(row, pool.ip_version)
        if values.get("is_default") and not pool.is_default:
            _check_default(row, pool.ip_version)
        _check_may_change(context, pool)
        if row["address_scope_id"] and ("prefixes" in values or "address_scope_id" in values):
            _check_scope(context, row, pool.ip_version, False)
        standard.change(pool, standard.columns(values, SubnetPool))


def remove(pool: SubnetPool) -> None:
    """Delete a pool that no subnet came from."""
    with transaction.atomic():
        if Subnet.objects.filter(subnetpool=pool).exists():
            raise errors.SubnetPoolDeleteError(reason="Subnet pool has existing allocations")
        sharing.forget(pool.id)
        standard.discard(pool)


def add_prefixes(context: RequestContext, pool: SubnetPool, more: list[str]) -> None:
    change(context, pool, {"prefixes": [*pool.prefixes, *_prefixes(more)]})


def remove_prefixes(pool: SubnetPool, gone: list[str]) -> None:
    """Take prefixes out of a pool, unless a subnet lies in them."""
    with transaction.atomic():
        left = list(map(ip_network, pool.prefixes))
        for prefix in map(ip_network, _prefixes(gone)):
            left = [piece for block in left for piece in _without(block, prefix)]
        for cidr in Subnet.objects.filter(subnetpool=pool).values_list("cidr", flat=True):
            if not any(_within(ip_network(cidr), block) for block in left):
                raise errors.IllegalSubnetPoolPrefixUpdate(
                    msg="One or more the prefixes to be removed is in use by a subnet."
                )
        standard.change(pool, {"prefixes": sorted(map(str, left))})


def allocate(pool: SubnetPool, project_id: str, length: int, asked: Block | None = None) -> Block:
    """A block of a pool that no subnet has: `asked`, or the first that is free."""
    if length < pool.min_prefixlen:
        raise errors.MinPrefixSubnetAllocationError(
            prefixlen=length, min_prefixlen=pool.min_prefixlen
        )
    if length > pool.max_prefixlen:
        raise errors.MaxPrefixSubnetAllocationError(
            prefixlen=length, max_prefixlen=pool.max_prefixlen
        )
    rows = Subnet.objects.filter(subnetpool=pool).values_list("cidr", "project_id")
    used = [(ip_network(cidr), owner) for cidr, owner in rows]
    if pool.default_quota is not None:
        # Neutron: IPv4 is counted in addresses, IPv6 in /64s.
        unit = 32 if pool.ip_version == 4 else 64
        mine = sum(2 ** max(unit - net.prefixlen, 0) for net, own in used if own == project_id)
        if mine + 2 ** max(unit - length, 0) > pool.default_quota:
            raise errors.SubnetPoolQuotaExceeded(overs=[])
    taken = sorted((int(net.network_address), int(net.broadcast_address)) for net, _ in used)
    if asked is not None:
        low, high = int(asked.network_address), int(asked.broadcast_address)
        inside = any(_within(asked, ip_network(prefix)) for prefix in pool.prefixes)
        if not inside or any(low <= last and first <= high for first, last in taken):
            raise errors.SubnetAllocationError(
                reason="Cannot allocate requested subnet from the available set of prefixes"
            )
        return asked
    # The smallest block that is large enough is cut first.
    left: list[Any] = list(map(ip_network, pool.prefixes))
    for net, _ in used:
        left = [piece for block in left for piece in _without(block, net)]
    for block in sorted(left, key=lambda net: (-net.prefixlen, net.network_address)):
        if length >= block.prefixlen:
            return next(iter(block.subnets(new_prefix=length)))  # type: ignore[no-any-return]
    raise errors.SubnetAllocationError(
        reason=f"Insufficient prefix space to allocate subnet size /{length}"
    )


def _within(inner: Block, outer: Block) -> bool:
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]


def _without(block: Any, gone: Any) -> Iterable[Any]:
    if gone.version != block.version or not gone.overlaps(block):
        return [block]
    if block.subnet_of(gone):
        return []
    return list(block.address_exclude(gone))


def _prefixes(asked: list[str]) -> list[str]:
    if not asked:
        raise errors.EmptySubnetPoolPrefixList
    nets = [ip_network(prefix, strict=False) for prefix in asked]
    if len({net.version for net in nets}) > 1:
        raise errors.PrefixVersionMismatch
    blocks: list[Any] = list(nets)
    return [str(net) for net in collapse_addresses(blocks)]


def _refuse_smaller(old: list[str], new: list[str]) -> None:
    wanted = [ip_network(prefix, strict=False) for prefix in new]
    if not all(any(_within(ip_network(o), block) for block in wanted) for o in old):
        raise errors.IllegalSubnetPoolPrefixUpdate(
            msg="Existing prefixes must be a subset of the new prefixes"
        )


def _check_bounds(row: Values, version: int) -> None:
    longest = 32 if version == 4 else 128
    least, most, default = (row[f"{word}_prefixlen"] for word in ("min", "max", "default"))
    if (least < SHORTEST[version] and version == 4) or least < 1:
        raise errors.UnsupportedMinSubnetPoolPrefix(prefix=least, version=version)
    for kind, length, base, bound in (
        ("max_prefixlen", most, "ip_version", longest),
        ("min_prefixlen", least, "max_prefixlen", most),
        ("default_prefixlen", default, "max_prefixlen", most),
    ):
        if length > bound:
            raise errors.IllegalSubnetPoolPrefixBounds(
                prefix_type=kind, prefixlen=length, base_prefix_type=base, base_prefixlen=bound
            )
    if default < least:
        raise errors.IllegalSubnetPoolPrefixBounds(
            prefix_type="default_prefixlen",
            prefixlen=default,
            base_prefix_type="min_prefixlen",
            base_prefixlen=least,
        )


def _check_default(row: Values, version: int) -> None:
    if not row.get("is_default"):
        return
    others = SubnetPool.objects.filter(is_default=True, ip_version=version)
    if others.exclude(id=row.get("id")).exists():
        raise errors.InvalidInput(
            error_message=(
                "A default subnetpool for this IP family has already "
                "been set. Only one default may exist per IP family"
            )
        )


# Address scopes


def _check_may_change(context: RequestContext, pool: SubnetPool) -> None:
    """Refuse to change a pool in an address scope of somebody else."""
    scope = pool.address_scope
    if scope is not None and not context.is_admin and scope.project_id != context.project_id:
        raise errors.IllegalSubnetPoolUpdate(
            reason=f"subnetpool {pool.id} cannot be updated when associated with shared address "
            f"scope {scope.id}"
        )


def _check_scope(context: RequestContext, row: Values, version: int, shared: bool) -> None:
    scope_id = row["address_scope_id"]
    found = AddressScope.objects.filter(id=scope_id)
    if not context.is_admin:
        found = found.filter(sharing.visible("address_scope", context))
    scope = found.first()
    if scope is None:
        raise errors.AddressScopeNotFound(address_scope_id=scope_id)
    name = row.get("id") or new_id()
    if (
        not context.is_admin
        and scope.project_id != context.project_id
        and not (sharing.is_offered("address_scope", scope_id, context))
    ):
        raise errors.IllegalSubnetPoolAssociationToAddressScope(
            subnetpool_id=name, address_scope_id=scope_id
        )
    if scope.ip_version != version:
        raise errors.IllegalSubnetPoolIpVersionAssociationToAddressScope(
            subnetpool_id=name, address_scope_id=scope_id, ip_version=scope.ip_version
        )
    mine = list(map(ip_network, row["prefixes"]))
    others = SubnetPool.objects.filter(address_scope=scope).exclude(id=row.get("id"))
    for prefixes in others.values_list("prefixes", flat=True):
        for other in map(ip_network, prefixes):
            if any(net.overlaps(other) for net in mine):  # type: ignore[arg-type]
                raise errors.AddressScopePrefixConflict


def create_scope(values: Values) -> AddressScope:
    """Make an address scope."""
    with transaction.atomic():
        scope = standard.add(AddressScope, standard.columns(values, AddressScope))
        if values["shared"]:
            sharing.share("address_scope", scope.id, scope.project_id)
        return scope


def change_scope(scope: AddressScope, values: Values) -> None:
    """Change an address scope; what is shared stays so."""
    with transaction.atomic():
        if "shared" in values:
            if values["shared"]:
                sharing.share("address_scope", scope.id, scope.project_id)
            else:
                raise errors.AddressScopeUpdateError(
                    address_scope_id=scope.id,
                    reason="Shared address scope can't be unshared",
                )
        standard.change(scope, standard.columns(values, AddressScope), lazily=True)


def remove_scope(scope: AddressScope) -> None:
    """Delete an address scope without pools."""
    with transaction.atomic():
        if SubnetPool.objects.filter(address_scope=scope).exists():
            raise errors.AddressScopeInUse(address_scope_id=scope.id)
        sharing.forget(scope.id)
        standard.discard(scope)
