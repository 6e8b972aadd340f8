"""What a backup gives back beside the bytes, to what it is restored to or made into."""

from collections.abc import Mapping
from typing import Any

from cloud.volume.models import Backup, Volume

FACTS = ("name", "description", "metadata", "image_metadata")
MADE_FOR = "restore_backup_"


def give_back(volume: Volume, backup: Backup) -> None:
    """Change a volume as restoring a backup does; who calls saves it."""
    for each in _chain(backup):
        _give(volume, each.volume_facts)
    # Cinder: backup.manager.BackupManager.restore_backup, after the metadata was restored.
    before = volume.metadata.get("src_backup_id", backup.pk)
    if backup.volume_id != volume.pk or before != backup.pk:
        volume.metadata = {**volume.metadata, "src_backup_id": backup.pk}


def _chain(backup: Backup) -> list[Backup]:
    """A backup and what it adds to, the oldest first."""
    found = [backup]
    while found[0].parent is not None:
        found.insert(0, found[0].parent)
    return found


def _give(volume: Volume, facts: Mapping[str, Any]) -> None:
    """Let a volume have what was kept of another, in the way of BackupMetadataAPI.put."""
    # Cinder: only what was made to restore into, or has no name, takes the name, if there is one.
    if facts.get("name") and (volume.name or MADE_FOR).startswith(MADE_FOR):
        volume.name, volume.description = facts["name"], facts["description"]
    # Cinder: what the other had none of was not kept either.
    if facts.get("metadata"):
        volume.metadata = dict(facts["metadata"])
    if facts.get("image_metadata"):
        volume.image_metadata, volume.bootable = dict(facts["image_metadata"]), True
