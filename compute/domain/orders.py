"""What a client orders of POST /servers."""

from dataclasses import dataclass, field
from typing import Any

from compute.domain.requested_networks import Requested


@dataclass(slots=True, kw_only=True)
class Order:
    """What a client orders: one or more servers alike."""

    name: str
    flavor_id: str
    description: str | None = None
    hostname: str | None = None
    image_id: str = ""
    # [{"uuid", "port", "fixed_ip", "tag"}], "auto", "none", or None for the only network there is
    networks: Requested = None
    block_devices: list[dict[str, Any]] = field(default_factory=list)
    uses_older_block_devices: bool = True
    metadata: dict[str, str] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    security_groups: list[str] = field(default_factory=list)
    key_name: str | None = None
    user_data: str | None = None
    config_drive: Any = None
    disk_config: str | None = None
    personality: list[dict[str, str]] = field(default_factory=list)
    admin_password: str = ""
    access_ip_v4: str | None = None
    access_ip_v6: str | None = None
    availability_zone: str | None = None
    forced_host: str | None = None
    forced_node: str | None = None
    requested_host: str | None = None
    requested_node: str | None = None
    scheduler_hints: dict[str, Any] = field(default_factory=dict)
    trusted_image_certificates: list[str] | None = None
    min_count: int = 1
    max_count: int = 1
    # What the caller's version and rules let them have
    may_have_no_disk: bool = False
    may_use_external_networks: bool = False
    knows_many_attachments: bool = False
    knows_port_requests: bool = True
