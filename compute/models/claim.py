"""Claims on single processors, memory pages and PCI devices, which Placement does not know."""

from django.db import models


class Claim(models.Model):
    """What one consumer holds of one host: a server, or while it moves the migration, as in
    Placement.
    """

    consumer = models.CharField(max_length=36, unique=True)
    host = models.CharField(max_length=255, db_index=True)
    # As domain.hardware.cells keeps a guest's topology; None when it has none.
    topology = models.JSONField(null=True, blank=True)
    # [{"address": …, "vendor_id": …, "product_id": …, "alias": …, "port_id": …}]
    devices = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.consumer} at {self.host}"
