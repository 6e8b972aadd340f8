"""Identity providers, protocols and mappings: made, changed and deleted."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction

from cloud.identity import attributes, mapping_rules, projects, revision
from cloud.identity.errors import BadRequest, Conflict, Forbidden, NotFound, TooLong, not_found
from cloud.identity.models import (
    Assignment,
    FederatedUser,
    FederationProtocol,
    IdentityProvider,
    Mapping,
    RemoteId,
    User,
)
from cloud.identity.models.assignment import USER
from cloud.identity.models.fields import new_id

Json = dict[str, Any]
_LONGEST_ID = 64


def _taken(what: str) -> Conflict:
    # Keystone: forgets to say which.
    return Conflict("identity_provider", f"Duplicate {what}: None")


def _check_id(own_id: str) -> None:
    if len(own_id) > _LONGEST_ID:
        raise TooLong(own_id, "id", _LONGEST_ID)


# Identity providers


def get(provider_id: str) -> IdentityProvider:
    """The provider of an id."""
    provider = IdentityProvider.objects.filter(pk=provider_id).first()
    if provider is None:
        raise not_found("identity provider", provider_id)
    return provider


def create(provider_id: str, values: Json) -> IdentityProvider:
    """Make a provider, with a domain of its own unless `values` name one."""
    _check_id(provider_id)
    attributes.strict_boolean(values, "enabled")
    remote_ids = values.pop("remote_ids", None) or ()
    domain_id = values.pop("domain_id", None)
    with revision.change():
        if IdentityProvider.objects.filter(pk=provider_id).exists():
            raise _taken("entry")
        domain = projects.get_domain(domain_id) if domain_id else _own_domain(provider_id)
        provider = IdentityProvider.objects.create(pk=provider_id, domain=domain, **values)
        _call(provider, remote_ids)
    return provider


def _own_domain(provider_id: str) -> Any:
    domain_id = new_id()
    description = f"Auto generated federated domain for Identity Provider: {provider_id}"
    values = {"name": domain_id, "is_domain": True, "description": description}
    return projects.create(values, domain_id=domain_id)


def _call(provider: IdentityProvider, remote_ids: Iterable[str]) -> None:
    """Say what a provider calls itself, in place of what was said before."""
    RemoteId.objects.filter(provider=provider).delete()
    for remote_id in remote_ids:
        if RemoteId.objects.filter(remote_id=remote_id).exists():
            raise _taken("remote ID")
        RemoteId.objects.create(remote_id=remote_id, provider=provider)


def update(provider: IdentityProvider, values: Json) -> IdentityProvider:
    """Change a provider."""
    attributes.strict_boolean(values, "enabled")
    remote_ids = values.pop("remote_ids", ())
    with revision.change():
        for name, value in values.items():
            setattr(provider, name, value)
        provider.save()
        if remote_ids != ():
            _call(provider, remote_ids or ())
    return provider


def delete(provider: IdentityProvider) -> None:
    """Delete a provider, its protocols, and the users for whom nobody vouches any more."""
    with revision.change():
        _forget_users(provider=provider.pk)
        provider.delete()


def _forget_users(**which: str) -> None:
    rows = FederatedUser.objects.filter(**which, user__password=None)
    gone = list(rows.values_list("pk", flat=True))
    Assignment.objects.filter(actor=USER, actor_id__in=gone).delete()
    User.objects.filter(pk__in=gone).delete()


def remote_ids(provider_ids: Iterable[str]) -> dict[str, list[str]]:
    """What each provider calls itself."""
    found: dict[str, list[str]] = {provider_id: [] for provider_id in provider_ids}
    rows = RemoteId.objects.filter(provider__in=list(found)).order_by("pk")
    for provider_id, remote_id in rows.values_list("provider_id", "remote_id"):
        found[provider_id].append(remote_id)
    return found


# Protocols


def get_protocol(provider_id: str, protocol: str) -> FederationProtocol:
    """A protocol of a provider."""
    rows = FederationProtocol.objects.filter(provider_id=provider_id, protocol=protocol)
    found = rows.select_related("provider__domain").first()
    if found is None:
        raise NotFound(
            f"Could not find federated protocol {protocol} for Identity Provider: {provider_id}."
        )
    return found


def create_protocol(provider_id: str, protocol: str, values: Json) -> FederationProtocol:
    """Say by which mapping a provider's users come in."""
    _check_mapping(values["mapping_id"])
    provider = get(provider_id)
    _check_id(protocol)
    try:
        with transaction.atomic():
            return FederationProtocol.objects.create(provider=provider, protocol=protocol, **values)
    except IntegrityError:
        raise Conflict("federation_protocol", f"Duplicate entry found with ID {protocol}") from None


def update_protocol(provider_id: str, protocol: str, values: Json) -> FederationProtocol:
    """Change a protocol."""
    _check_mapping(values["mapping_id"])
    found = get_protocol(provider_id, protocol)
    with transaction.atomic():
        for name, value in values.items():
            setattr(found, name, value)
        found.save()
    return found


def delete_protocol(provider_id: str, protocol: str) -> None:
    """Delete a protocol, and the users who came in by it."""
    found = get_protocol(provider_id, protocol)
    with revision.change():
        _forget_users(provider=provider_id, protocol=protocol)
        found.delete()


def _check_mapping(mapping_id: str) -> None:
    if not Mapping.objects.filter(pk=mapping_id).exists():
        raise BadRequest(f"Invalid mapping id: {mapping_id}")


def check_enabled(provider_id: str) -> None:
    """Refuse whom a provider vouched for that is disabled now."""
    if IdentityProvider.objects.filter(pk=provider_id, enabled=False).exists():
        raise Forbidden


# Mappings


def get_mapping(mapping_id: str) -> Mapping:
    """The mapping of an id."""
    mapping = Mapping.objects.filter(pk=mapping_id).first()
    if mapping is None:
        raise not_found("mapping", mapping_id)
    return mapping


def create_mapping(mapping_id: str, values: Json) -> Mapping:
    """Make a mapping of rules that look like rules."""
    version = _checked(values)
    _check_id(mapping_id)
    try:
        with transaction.atomic():
            return Mapping.objects.create(
                pk=mapping_id, rules=values["rules"], schema_version=version
            )
    except IntegrityError:
        raise Conflict("mapping", "Duplicate entry") from None


def update_mapping(mapping_id: str, values: Json) -> Mapping:
    """Put other rules in place of a mapping's."""
    version = _checked(values)
    mapping = get_mapping(mapping_id)
    mapping.rules, mapping.schema_version = values["rules"], version
    with transaction.atomic():
        mapping.save()
    return mapping


def delete_mapping(mapping: Mapping) -> None:
    """Delete a mapping, even if protocols name it."""
    with transaction.atomic():
        mapping.delete()


def _checked(values: Json) -> str:
    # Keystone: without a version, or with an empty one, it is the first.
    values["schema_version"] = values.get("schema_version") or mapping_rules.DEFAULT_VERSION
    mapping_rules.check(values)
    return str(values["schema_version"])
