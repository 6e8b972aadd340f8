"""What the scheduler is asked: a server's size, its image's wishes, and the user's hints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from compute.models import Server, ServerGroup, ServerGroupMember


@dataclass(slots=True)
class Group:
    """The server group of the server, and where its other members are."""

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

    @property
    def disk_gb(self) -> int:
        """What the server takes of a host's disk; a volume is not on the host."""
        root = 0 if self.is_volume_backed else self.root_gb
        return root + self.ephemeral_gb + -(-self.swap_mb // 1024)

    def hint(self, name: str) -> Any:
        """A hint's value; Nova takes the first of a list that has one."""
        value = self.hints.get(name)
        return value[0] if isinstance(value, list) and len(value) == 1 else value

    def resources(self) -> dict[str, int]:
        """What is claimed of a host, with what the flavor's `resources:` specs change of it."""
        wanted = {"VCPU": self.vcpus, "MEMORY_MB": self.memory_mb, "DISK_GB": self.disk_gb}
        for name, value in self.extra_specs.items():
            if name.startswith("resources:") and str(value).isdigit():
                wanted[name.removeprefix("resources:")] = int(value)
        return {name: amount for name, amount in wanted.items() if amount}

    def traits(self) -> tuple[set[str], set[str]]:
        """The traits that flavor and image require and forbid."""
        required: set[str] = set()
        forbidden: set[str] = set()
        for specs in (self.extra_specs, self.image_properties):
            for name, value in specs.items():
                if name.startswith("trait:"):
                    (required if value == "required" else forbidden).add(name[6:])
        return required, forbidden


def of_server(server: Server, *, hints: Mapping[str, Any] | None = None, **more: Any) -> Request:
    """The request that a server makes with the flavor and the image it has."""
    return Request(
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
        group=group_of(server.uuid) if server.scheduler_hints.get("group") else None,
        **more,
    )


def group_of(server_uuid: str) -> Group | None:
    """The server's group with its other members, None when it is in none."""
    row = ServerGroup.objects.filter(members__server_uuid=server_uuid).first()
    if row is None:
        return None
    members: Sequence[str] = list(
        ServerGroupMember.objects.filter(group=row)
        .exclude(server_uuid=server_uuid)
        .values_list("server_uuid", flat=True)
    )
    hosts = Server.objects.filter(uuid__in=members, deleted=False, host__isnull=False)
    return Group(
        uuid=row.uuid,
        policy=row.policy,
        rules=row.rules or {},
        members=frozenset(members),
        hosts=frozenset(str(host) for host in hosts.values_list("host", flat=True)),
    )
