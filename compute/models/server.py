"""A server: one wide row, so that a list of a thousand is one query and few joins."""

from django.db import models

from compute.models.fields import Flag, Timestamped, new_uuid

# What quotas count, in an index: so that counting reads nothing else.
_COUNTED = ("vm_state", "user_id", "vcpus", "memory_mb")


class Server(Timestamped):
    """A guest.  `vm_state`, `task_state` and `power_state` change by `domain.lifecycle` only."""

    uuid = models.CharField(max_length=36, unique=True, default=new_uuid)
    project_id = models.CharField(max_length=255)
    user_id = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    description = models.CharField(max_length=255, null=True, blank=True)
    hostname = models.CharField(max_length=255)
    reservation_id = models.CharField(max_length=255, default="")
    launch_index = models.IntegerField(default=0)

    # Where it stands
    vm_state = models.CharField(max_length=32, default="building")
    task_state = models.CharField(max_length=64, null=True, blank=True)
    power_state = models.IntegerField(default=0)
    progress = models.IntegerField(default=0)
    launched_at = models.DateTimeField(null=True, blank=True)
    terminated_at = models.DateTimeField(null=True, blank=True)
    deleted = Flag(default=False)
    deleted_at = models.DateTimeField(null=True, blank=True)
    locked_by = models.CharField(max_length=16, null=True, blank=True)
    locked_reason = models.CharField(max_length=255, null=True, blank=True)
    # The vm_state to return to (unrescue, restore, resize), as Nova's system metadata old_vm_state.
    previous_vm_state = models.CharField(max_length=32, null=True, blank=True)

    # Where it is
    host = models.CharField(max_length=255, null=True, blank=True)
    node = models.CharField(max_length=255, null=True, blank=True)
    launched_on = models.CharField(max_length=255, null=True, blank=True)
    availability_zone = models.CharField(max_length=255, null=True, blank=True)
    pinned_availability_zone = models.CharField(max_length=255, null=True, blank=True)

    # What it was made from
    image_ref = models.CharField(max_length=36, default="", blank=True)
    kernel_id = models.CharField(max_length=36, default="", blank=True)
    ramdisk_id = models.CharField(max_length=36, default="", blank=True)
    # The image's own properties at boot, as Image shows them ({"min_ram": …, "hw_…": …}).
    image_properties = models.JSONField(default=dict)
    # The image that a rescued server runs from.
    rescue_image_ref = models.CharField(max_length=36, default="", blank=True)
    key_name = models.CharField(max_length=255, null=True, blank=True)
    # The key as it was at boot: {"type": …, "public_key": …}; the key pair may be deleted later.
    key = models.JSONField(null=True, blank=True)
    user_data = models.TextField(null=True, blank=True)
    config_drive = models.CharField(max_length=8, default="", blank=True)
    disk_config = models.CharField(max_length=8, default="MANUAL")
    root_device_name = models.CharField(max_length=255, null=True, blank=True)
    access_ip_v4 = models.CharField(max_length=39, null=True, blank=True)
    access_ip_v6 = models.CharField(max_length=39, null=True, blank=True)
    metadata = models.JSONField(default=dict)
    trusted_image_certificates = models.JSONField(null=True, blank=True)
    scheduler_hints = models.JSONField(default=dict)
    # [{"path": …, "contents": base64}] until 2.56
    personality = models.JSONField(default=list)
    # What the guest posted to the metadata service: up to 1,020 bytes.
    encrypted_password = models.TextField(default="", blank=True)
    # Facts of Nova's system_metadata that no column holds.
    system_metadata = models.JSONField(default=dict)

    # The flavor as it was when it was chosen; changes of the flavor do not reach it.
    flavor_id = models.CharField(max_length=255)
    flavor_name = models.CharField(max_length=255)
    vcpus = models.IntegerField()
    memory_mb = models.IntegerField()
    root_gb = models.IntegerField()
    ephemeral_gb = models.IntegerField(default=0)
    swap_mb = models.IntegerField(default=0)
    rxtx_factor = models.FloatField(default=1.0)
    flavor_extra_specs = models.JSONField(default=dict)
    flavor_description = models.TextField(null=True, blank=True)
    # While a resize is unconfirmed, the whole flavor to go back to.
    old_flavor = models.JSONField(null=True, blank=True)

    # Network, as last learnt from the Network service
    # What was asked for: [{"uuid", "port", "fixed_ip", "tag"}], or "auto", "none", or None.
    requested_networks = models.JSONField(null=True, blank=True)
    # [{"port_id", "network_id", "network_name", "mac_address", "fixed_ips":
    #   [{"ip_address", "version", "subnet_id"}], "floating_ips": […], "tag", "status",
    #   "preexisting": bool, "vnic_type": …}]
    interfaces = models.JSONField(default=list)
    # The same as the API shows it: {"private": [{"version", "addr", "OS-EXT-IPS:type", …}]}.
    addresses = models.JSONField(default=dict)
    # [{"name": …}] as the API shows them
    security_groups = models.JSONField(default=list)

    class Meta:
        indexes = [
            models.Index(
                fields=["project_id", "deleted", "-created_at", "-id", *_COUNTED],
                name="server_list",
            ),
            models.Index(fields=["deleted", "-created_at", "-id"], name="server_list_all"),
            models.Index(fields=["deleted", "host"], name="server_on_host"),
            models.Index(fields=["reservation_id"], name="server_reservation"),
            models.Index(fields=["updated_at"], name="server_changes"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.uuid})"

    @property
    def instance_name(self) -> str:
        """The name that a hypervisor knows it by."""
        return f"instance-{self.id:08x}"

    @property
    def is_volume_backed(self) -> bool:
        return not self.image_ref

    @property
    def target(self) -> dict[str, str]:
        """What policy rules are asked of."""
        return {"project_id": self.project_id, "user_id": self.user_id}
