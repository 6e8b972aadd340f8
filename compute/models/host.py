"""Hosts: what runs servers.  The API calls them hypervisors, Placement resource providers."""

from django.db import models

from compute.models.fields import Timestamped, new_uuid


class Host(Timestamped):
    """A compute host and what its driver reported of it; what is used is counted from servers."""

    uuid = models.CharField(max_length=36, unique=True, default=new_uuid)
    host = models.CharField(max_length=255, unique=True)
    node = models.CharField(max_length=255, unique=True)
    host_ip = models.CharField(max_length=39, default="127.0.0.1")
    hypervisor_type = models.CharField(max_length=64, default="fake")
    hypervisor_version = models.IntegerField(default=1000)
    vcpus = models.IntegerField()
    memory_mb = models.IntegerField()
    local_gb = models.IntegerField()
    cpu_allocation_ratio = models.FloatField(default=4.0)
    ram_allocation_ratio = models.FloatField(default=1.0)
    disk_allocation_ratio = models.FloatField(default=1.0)
    reserved_vcpus = models.IntegerField(default=0)
    reserved_memory_mb = models.IntegerField(default=512)
    reserved_disk_gb = models.IntegerField(default=0)
    cpu_info = models.JSONField(default=dict)
    # [["x86_64", "kvm", "hvm"], …]
    supported_instances = models.JSONField(default=list)
    traits = models.JSONField(default=list)
    # The host's NUMA cells, and the PCI devices that it hands out: see domain.hardware.
    cells = models.JSONField(default=list)
    pci_devices = models.JSONField(default=list)
    # Processors that are given to one guest at a time, 0 when none are set apart.
    pcpus = models.IntegerField(default=0)
    booted_at = models.DateTimeField(null=True, blank=True)
    # Builds that failed here since the last good one, for the build failure weigher.
    failed_builds = models.IntegerField(default=0)

    def __str__(self) -> str:
        return self.host
