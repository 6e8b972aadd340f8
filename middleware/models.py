"""What the chain remembers for all processes: when who may ask for tokens again."""

from django.db import models


class TokenRate(models.Model):
    """An address, and when its bucket of tries would be full again (seconds since 1970)."""

    address = models.CharField(max_length=64, primary_key=True)
    full_at = models.FloatField(db_index=True)

    def __str__(self) -> str:
        return self.address
