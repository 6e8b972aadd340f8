"""The identity of the present state of all of Identity: one row."""

from django.db import models


class Revision(models.Model):
    """Changes with every write that tokens depend on.

    The number is random, so that one which was rolled back never comes again.
    """

    number = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.number)
