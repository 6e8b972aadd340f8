"""Key pairs: public keys that are put into servers at boot."""

from django.db import models

from compute.models.fields import Timestamped


class KeyPair(Timestamped):
    """A user's key; it belongs to the user, not to a project."""

    user_id = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    type = models.CharField(max_length=8, default="ssh")
    public_key = models.TextField()
    fingerprint = models.CharField(max_length=255)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user_id", "name"], name="one_key_pair_name")
        ]

    def __str__(self) -> str:
        return self.name
