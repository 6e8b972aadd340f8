"""OAuth 1.0a consumers: made, changed and deleted."""

from typing import Any

from django.db import transaction

from cloud.identity import attributes
from cloud.identity.errors import not_found
from cloud.identity.models import Consumer


def get(consumer_id: str) -> Consumer:
    """The consumer of an id."""
    consumer = Consumer.objects.filter(pk=consumer_id).first()
    if consumer is None:
        raise not_found("consumer", consumer_id)
    return consumer


def create(values: dict[str, Any]) -> Consumer:
    """Make a consumer with a secret of its own."""
    values.pop("secret", None)
    consumer = Consumer(**attributes.split(values, ("description",)))
    with transaction.atomic():
        consumer.save(force_insert=True)
    return consumer


def update(consumer: Consumer, values: dict[str, Any]) -> Consumer:
    """Change a consumer."""
    attributes.merge(consumer, attributes.split(values, ("description",)))
    with transaction.atomic():
        consumer.save()
    return consumer


def delete(consumer: Consumer) -> None:
    """Delete a consumer."""
    with transaction.atomic():
        consumer.delete()
