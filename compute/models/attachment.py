"""Block devices: the disks of a server, local ones and volumes."""

from django.db import models

from compute.models.fields import Timestamped, new_uuid
from compute.models.server import Server


class BlockDevice(Timestamped):
    """A row of the block device mapping, as version 2 of it has its keys."""

    uuid = models.CharField(max_length=36, unique=True, default=new_uuid)
    server = models.ForeignKey(Server, on_delete=models.CASCADE, related_name="block_devices")
    source_type = models.CharField(max_length=16)
    # Empty if nobody has said: Nova makes no disk of that, but keeps the volume for the server.
    destination_type = models.CharField(max_length=16)
    device_name = models.CharField(max_length=255, null=True, blank=True)
    boot_index = models.IntegerField(null=True, blank=True)
    image_id = models.CharField(max_length=36, null=True, blank=True)
    snapshot_id = models.CharField(max_length=36, null=True, blank=True)
    volume_id = models.CharField(max_length=36, null=True, blank=True)
    volume_size = models.IntegerField(null=True, blank=True)
    volume_type = models.CharField(max_length=255, null=True, blank=True)
    guest_format = models.CharField(max_length=255, null=True, blank=True)
    device_type = models.CharField(max_length=16, null=True, blank=True)
    disk_bus = models.CharField(max_length=16, null=True, blank=True)
    delete_on_termination = models.BooleanField(default=False)
    no_device = models.BooleanField(default=False)
    tag = models.CharField(max_length=255, null=True, blank=True)
    # The Volume service's attachment, and the connection it told.
    attachment_id = models.CharField(max_length=36, null=True, blank=True)
    connection_info = models.JSONField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["volume_id"],
                condition=models.Q(volume_id__isnull=False),
                name="servers_of_volume",
            )
        ]

    def __str__(self) -> str:
        return f"{self.device_name} of {self.server_id}"

    @property
    def is_volume(self) -> bool:
        return self.destination_type == "volume"
