"""What Volume holds in a new cloud: a service, two volume types, the default limits."""

from cloud.volume.models import GroupType, Service, VolumeType

HOST = "controller"
BACKEND = "lvmdriver-1"


def seed() -> None:
    """Make services and types, once; a user's changes and deletions stand."""
    if not Service.objects.exists():
        Service.objects.bulk_create(
            [
                Service(host=HOST, binary="cinder-scheduler"),
                Service(host=f"{HOST}@{BACKEND}", binary="cinder-volume"),
                Service(host=HOST, binary="cinder-backup"),
            ]
        )
    if not VolumeType.objects.exists():
        VolumeType.objects.create(name=BACKEND, extra_specs={"volume_backend_name": BACKEND})
        VolumeType.objects.create(name="multiattach", extra_specs={"multiattach": "<is> True"})
    if not GroupType.objects.exists():
        GroupType.objects.create(
            name="default_cgsnapshot_type",
            description="Default group type for migrating cgsnapshot",
            group_specs={"consistent_group_snapshot_enabled": "<is> True"},
        )
