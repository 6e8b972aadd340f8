"""What the scheduler is asked: a server's size, its image's wishes, and the user's hints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from compute.domain import groups, port_needs
from compute.domain.hardware import numa, pci
from compute.domain.hardware.holding import Wanted
from compute.domain.hardware.wishes import Wish
from compute.domain.port_needs import PortNeeds
from compute.models import Server, ServerGroup, ServerGroupMember
from compute.scheduler import query
from middleware.context import RequestContext


@dataclass(slots=True)
class Group:
    """The server group of the server, and where its members are."""

    uuid: str
    policy: str
    rules: Mapping[str, Any]
    members: frozenset[str]
    hosts: frozenset[str]

    @property
    def most_on_a_host(self) -> int:
        return int(self.rules.get("max_server_per_host") or 1)


@dataclass(slots=True)
class Request:
    """One server to be placed."""

    server_uuid: str
    project_id: str
    user_id: str
    flavor_name: str
    vcpus: int
    memory_mb: int
    root_gb: int
    ephemeral_gb: int = 0
    swap_mb: int = 0
    is_volume_backed: bool = False
    extra_specs: Mapping[str, str] = field(default_factory=dict)
    image_id: str = ""
    image_properties: Mapping[str, Any] = field(default_factory=dict)
    availability_zone: str | None = None
    hints: Mapping[str, Any] = field(default_factory=dict)
    group: Group | None = None
    # An administrator's own choice, which no filter is asked about.
    forced_host: str | None = None
    forced_node: str | None = None
    # A choice that has to pass the filters.
    requested_host: str | None = None
    requested_node: str | None = None
    ignored_hosts: frozenset[str] = frozenset()
    # What is needed of single processors, pages and devices, and by the ports of Placement.
    wanted: Wanted = field(default_factory=Wanted)
    ports: PortNeeds = field(default_factory=PortNeeds)

    @property
    def wish(self) -> Wish:
        """What flavor and image say of the guest's hardware."""
        return Wish(
            self.vcpus,
            self.memory_mb,
            self.extra_specs,
            self.image_properties,
            self.flavor_name,
        )

    @property
    def is_pinned(self) -> bool:
        return query.is_pinned(self.wish)

    @property
    def disk_gb(self) -> int:
        """What the server takes of a host's disk; a volume is not on the host."""
        root = 0 if self.is_volume_backed else self.root_gb
        return root + self.ephemeral_gb + -(-self.swap_mb // 1024)

    @property
    def is_bound(self) -> bool:
        """Whether somebody has named hosts that it must or must not get."""
        named = (self.forced_host, self.forced_node, self.requested_host, self.requested_node)
        return bool(self.ignored_hosts) or any(named)

    def hint(self, name: str) -> Any:
        """A hint's value; Nova takes the first of a list that has one."""
        value = self.hints.get(name)
        return value[0] if isinstance(value, list) and len(value) == 1 else value

    def query(self, *, pins: bool = True) -> dict[str, Any]:
        """What Placement is asked; without `pins` as if every processor could be shared."""
        amounts = query.Amounts(self.vcpus, self.memory_mb, self.disk_gb)
        groups = query.groups(self.wish, amounts, self.ports.groups, pins=pins)
        return query.query(
            groups,
            policy=self.extra_specs.get("group_policy"),
            of_ports=self.ports.groups,
            subtrees=self.ports.subtrees,
            of_root=query.of_host(self.wish),
        )


def of_server(
    context: RequestContext,
    server: Server,
    *,
    hints: Mapping[str, Any] | None = None,
    **more: Any,
) -> Request:
    """The request that a server makes with the flavor and the image it has."""
    found = Request(
        server_uuid=server.uuid,
        project_id=server.project_id,
        user_id=server.user_id,
        flavor_name=more.pop("flavor_name", server.flavor_name),
        vcpus=more.pop("vcpus", server.vcpus),
        memory_mb=more.pop("memory_mb", server.memory_mb),
        root_gb=more.pop("root_gb", server.root_gb),
        ephemeral_gb=more.pop("ephemeral_gb", server.ephemeral_gb),
        swap_mb=more.pop("swap_mb", server.swap_mb),
        extra_specs=more.pop("extra_specs", server.flavor_extra_specs or {}),
        is_volume_backed=more.pop("is_volume_backed", server.is_volume_backed),
        image_id=server.image_ref,
        image_properties=server.image_properties or {},
        availability_zone=more.pop("availability_zone", server.pinned_availability_zone),
        hints=server.scheduler_hints if hints is None else hints,
        # Boot makes servers members of the group in their hint; nobody joins or leaves later.
        group=group_of(context, server.uuid) if server.scheduler_hints.get("group") else None,
        **more,
    )
    wish = found.wish
    found.ports = port_needs.of_server(server, pci.affinity(wish))
    found.wanted = Wanted(numa.wanted(wish), (*pci.wanted(wish), *found.ports.devices))
    return found


def group_of(context: RequestContext, server_uuid: str) -> Group | None:
    """The server's group with all its members, None when it is in none.

    Nova: a server that has a host is a member like others, so that an affinity group of one can be
    moved to no other host.
    """
    row = ServerGroup.objects.filter(members__server_uuid=server_uuid).first()
    if row is None:
        return None
    members: Sequence[str] = list(
        ServerGroupMember.objects.filter(group=row).values_list("server_uuid", flat=True)
    )
    there = Server.objects.filter(uuid__in=members, deleted=False, host__isnull=False)
    hosts = groups.seen_by(context, there)
    return Group(
        uuid=row.uuid,
        policy=row.policy,
        rules=row.rules or {},
        members=frozenset(members),
        hosts=frozenset(str(host) for host in hosts.values_list("host", flat=True)),
    )
