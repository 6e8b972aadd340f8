"""What Volume keeps: volumes and what hangs on them, types, groups, quotas, services."""

from cloud.volume.models.group import Group, GroupSnapshot, GroupType, GroupTypeAccess
from cloud.volume.models.service import Ledger, Message, Quota, QuotaClass, Service
from cloud.volume.models.type import DefaultType, QosSpec, VolumeType, VolumeTypeAccess
from cloud.volume.models.volume import Attachment, Backup, Snapshot, Stray, Transfer, Volume

__all__ = [
    "Attachment",
    "Backup",
    "DefaultType",
    "Group",
    "GroupSnapshot",
    "GroupType",
    "GroupTypeAccess",
    "Ledger",
    "Message",
    "QosSpec",
    "Quota",
    "QuotaClass",
    "Service",
    "Snapshot",
    "Stray",
    "Transfer",
    "Volume",
    "VolumeType",
    "VolumeTypeAccess",
]
