"""The kinds of columns that most of Identity's tables share."""

from functools import partial
from typing import Any
from uuid import uuid4

from django.db import models


def new_id() -> str:
    """Make an id as Keystone does: 32 hexadecimal digits without dashes."""
    return uuid4().hex


primary_key = partial(models.CharField, primary_key=True, max_length=64, default=new_id)
# Attributes that a client made up: Keystone keeps them and shows them beside its own.
extra = partial(models.JSONField, default=dict)


def text() -> Any:
    """A column of text that may be missing."""
    return models.TextField(null=True, default=None)


def reference(model: str, **how: Any) -> Any:
    """A column that refers to a row, and goes with it."""
    how.setdefault("on_delete", models.CASCADE)
    how.setdefault("related_name", "+")
    return models.ForeignKey(model, **how)


def name_of(model: str, **how: Any) -> Any:
    """A column that names a row, which may go without it."""
    return reference(model, on_delete=models.DO_NOTHING, db_constraint=False, **how)
