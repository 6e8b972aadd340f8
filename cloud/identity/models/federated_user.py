"""Users whom an identity provider vouches for."""

from typing import Any

from django.db import models


class FederatedUser(models.Model):
    """Which provider a user comes from, and what it calls the user."""

    user: Any = models.OneToOneField(
        "User", on_delete=models.CASCADE, primary_key=True, related_name="federated"
    )
    provider = models.CharField(max_length=64)
    protocol = models.CharField(max_length=64)
    unique_id = models.CharField(max_length=255)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "protocol", "unique_id"], name="one_identity_federated_user"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} of {self.provider}"
