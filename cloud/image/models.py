"""What Image keeps: images with properties, tags and members, tasks, metadata definitions.

The bytes of an image are no column: they lie in the folder `settings.IMAGE_STORE` under its id.
"""

from uuid import uuid4

from django.db import models
from django.utils import timezone


def new_id() -> str:
    return str(uuid4())


class Image(models.Model):
    id = models.CharField(max_length=36, primary_key=True, default=new_id)
    name = models.CharField(max_length=255, null=True)
    status = models.CharField(max_length=30, default="queued")
    visibility = models.CharField(max_length=20, default="shared")
    owner = models.CharField(max_length=255, null=True)
    container_format = models.CharField(max_length=20, null=True)
    disk_format = models.CharField(max_length=20, null=True)
    size = models.BigIntegerField(null=True)
    virtual_size = models.BigIntegerField(null=True)
    checksum = models.CharField(max_length=32, null=True)
    os_hash_algo = models.CharField(max_length=64, null=True)
    os_hash_value = models.CharField(max_length=128, null=True)
    min_disk = models.IntegerField(default=0)
    min_ram = models.IntegerField(default=0)
    protected = models.BooleanField(default=False)
    os_hidden = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["created_at", "id"], name="image_created"),
            models.Index(fields=["owner"], name="image_owner"),
            models.Index(fields=["visibility"], name="image_visibility"),
        ]

    def __str__(self) -> str:
        return self.name or self.id


class SpentId(models.Model):
    """The id of an image that is gone: it is never another's."""

    id = models.CharField(max_length=36, primary_key=True)

    def __str__(self) -> str:
        return self.id


class ImageProperty(models.Model):
    image = models.ForeignKey(Image, models.CASCADE, related_name="properties")
    name = models.CharField(max_length=255)
    value = models.TextField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["image", "name"], name="image_property")]

    def __str__(self) -> str:
        return self.name


class ImageTag(models.Model):
    image = models.ForeignKey(Image, models.CASCADE, related_name="tags")
    value = models.CharField(max_length=255)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["image", "value"], name="image_tag")]

    def __str__(self) -> str:
        return self.value


class ImageMember(models.Model):
    image = models.ForeignKey(Image, models.CASCADE, related_name="members")
    member = models.CharField(max_length=255)
    status = models.CharField(max_length=20, default="pending")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["image", "member"], name="image_member")]

    def __str__(self) -> str:
        return self.member


class CachedImage(models.Model):
    """An image that is kept at hand."""

    image = models.OneToOneField(Image, models.CASCADE, related_name="+")
    hits = models.IntegerField(default=0)
    last_accessed = models.DateTimeField(default=timezone.now)
    last_modified = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.image_id)


class Task(models.Model):
    id = models.CharField(max_length=36, primary_key=True, default=new_id)
    type = models.CharField(max_length=30)
    status = models.CharField(max_length=30, default="pending")
    owner = models.CharField(max_length=255, null=True)
    image_id = models.CharField(max_length=36, null=True, db_index=True)
    user_id = models.CharField(max_length=64, null=True)
    request_id = models.CharField(max_length=64, null=True)
    input = models.JSONField(default=dict)
    result = models.JSONField(null=True)
    message = models.TextField(default="")
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.id


class MetadefNamespace(models.Model):
    namespace = models.CharField(max_length=80, unique=True)
    display_name = models.CharField(max_length=80, null=True)
    description = models.TextField(null=True)
    visibility = models.CharField(max_length=20, default="private")
    protected = models.BooleanField(default=False)
    owner = models.CharField(max_length=255, null=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.namespace


class MetadefObject(models.Model):
    namespace = models.ForeignKey(MetadefNamespace, models.CASCADE, related_name="objects_of")
    name = models.CharField(max_length=80)
    description = models.TextField(null=True)
    required = models.JSONField(default=list)
    properties = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["namespace", "name"], name="metadef_object")]

    def __str__(self) -> str:
        return self.name


class MetadefProperty(models.Model):
    namespace = models.ForeignKey(MetadefNamespace, models.CASCADE, related_name="properties_of")
    name = models.CharField(max_length=80)
    schema = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["namespace", "name"], name="metadef_property")
        ]

    def __str__(self) -> str:
        return self.name


class MetadefTag(models.Model):
    namespace = models.ForeignKey(MetadefNamespace, models.CASCADE, related_name="tags_of")
    name = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["namespace", "name"], name="metadef_tag")]

    def __str__(self) -> str:
        return self.name


class ResourceType(models.Model):
    name = models.CharField(max_length=80, unique=True)
    protected = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class ResourceTypeAssociation(models.Model):
    namespace = models.ForeignKey(MetadefNamespace, models.CASCADE, related_name="associations")
    resource_type = models.ForeignKey(ResourceType, models.CASCADE, related_name="associations")
    prefix = models.CharField(max_length=80, null=True)
    properties_target = models.CharField(max_length=80, null=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["namespace", "resource_type"], name="metadef_association"
            )
        ]

    def __str__(self) -> str:
        return f"{self.namespace_id}:{self.resource_type_id}"
