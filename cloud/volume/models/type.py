"""Volume types, their extra specs, encryption and access; quality of service."""

from django.db import models

from cloud.volume.models.base import Dated, new_id


class QosSpec(Dated):
    id = models.CharField(max_length=36, primary_key=True, default=new_id)
    name = models.CharField(max_length=255, unique=True)
    consumer = models.CharField(max_length=20, default="back-end")
    specs = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name


class VolumeType(Dated):
    id = models.CharField(max_length=36, primary_key=True, default=new_id)
    name = models.CharField(max_length=255, unique=True)
    description = models.CharField(max_length=255, null=True)
    is_public = models.BooleanField(default=True)
    extra_specs = models.JSONField(default=dict)
    # provider, cipher, key_size, control_location, encryption_id
    encryption = models.JSONField(null=True)
    qos_specs = models.ForeignKey(QosSpec, models.SET_NULL, null=True, related_name="types")

    def __str__(self) -> str:
        return self.name


class VolumeTypeAccess(Dated):
    volume_type = models.ForeignKey(VolumeType, models.CASCADE, related_name="access")
    project_id = models.CharField(max_length=255)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["volume_type", "project_id"], name="volume_type_access")
        ]

    def __str__(self) -> str:
        return self.project_id


class DefaultType(Dated):
    """The type of volumes of a project that name none."""

    project_id = models.CharField(max_length=255, primary_key=True)
    volume_type = models.ForeignKey(VolumeType, models.CASCADE, related_name="default_of")

    def __str__(self) -> str:
        return self.project_id
