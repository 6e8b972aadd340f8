"""OAuth 1.0a consumers: made, changed and deleted."""

from typing import Any

from django.db import transaction

from cloud.identity import attributes, revision
from cloud.identity.errors import not_found
from cloud.identity.models import Consumer

_LONGEST_DESCRIPTION = 64


def get(consumer_id: str) -> Consumer:
    """The consumer of an id."""
    consumer = Consumer.objects.filter(pk=consumer_id).first()
    if consumer is None:
        raise not_found("consumer", consumer_id)
    return consumer


def create(values: dict[str, Any]) -> Consumer:
    """Make a consumer with a secret of its own."""
    values.pop("secret", None)
    attributes.check_length("description", values.get("description"), _LONGEST_DESCRIPTION)
    consumer = Consumer(**attributes.split(values, ("description",)))
    with transaction.atomic():
        consumer.save(force_insert=True)
    return consumer


def update(consumer: Consumer, values: dict[str, Any]) -> Consumer:
    """Change a consumer."""
    attributes.check_length("description", values.get("description"), _LONGEST_DESCRIPTION)
    attributes.merge(consumer, attributes.split(values, ("description",)))
    with transaction.atomic():
        consumer.save()
    return consumer


def delete(consumer: Consumer) -> None:
    """Delete a consumer with its request and access tokens; tokens that came by these end."""
    with revision.change():
        consumer.delete()
