"""Other clouds that take this one's word for its users: made, changed and named in tokens."""

from typing import Any

from django.db import IntegrityError

from cloud.identity import attributes, revision
from cloud.identity.errors import BadRequest, Conflict, TooLong, not_found
from cloud.identity.models import ServiceProvider

Json = dict[str, Any]

_RELAY_STATE_PREFIX = "ss:mem:"
_LONGEST_ID = 64


def get(provider_id: str) -> ServiceProvider:
    """The service provider of an id."""
    provider = ServiceProvider.objects.filter(pk=provider_id).first()
    if provider is None:
        raise not_found("service provider", provider_id)
    return provider


def create(provider_id: str, values: Json) -> ServiceProvider:
    """Make a service provider, disabled unless `values` say otherwise."""
    attributes.strict_boolean(values, "enabled")
    if len(provider_id) > _LONGEST_ID:
        raise TooLong(provider_id, "id", _LONGEST_ID)
    values.setdefault("relay_state_prefix", _RELAY_STATE_PREFIX)
    _check(values)
    provider = ServiceProvider(pk=provider_id, **values)
    try:
        with revision.change():
            provider.save(force_insert=True)
    except IntegrityError:
        raise Conflict("service_provider", f"Duplicate entry found with ID {provider_id}") from None
    return provider


def _check(values: Json) -> None:
    if values.get("relay_state_prefix", "") is None:
        # Keystone: its schema lets null through, and its table does not take it.
        raise BadRequest("A service provider's relay_state_prefix cannot be null.")


def update(provider: ServiceProvider, values: Json) -> ServiceProvider:
    """Change a service provider."""
    _check(values)
    attributes.strict_boolean(values, "enabled")
    attributes.merge(provider, values)
    with revision.change():
        provider.save()
    return provider


def delete(provider: ServiceProvider) -> None:
    """Delete a service provider."""
    with revision.change():
        provider.delete()


def _load() -> list[Json]:
    rows = ServiceProvider.objects.filter(enabled=True).order_by("pk")
    return [dict(row) for row in rows.values("auth_url", "id", "sp_url")]


_enabled = revision.Cached(_load)


def enabled() -> list[Json]:
    """Those that tokens name, not to be changed."""
    return _enabled.get(revision.current())
