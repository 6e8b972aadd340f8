"""Users whom somebody else vouches for: their bearer token becomes an unscoped token.

Providers that were made through the API have a mapping, which reads what FEDERATION_ASSERTION
says of a bearer token (`cloud.identity.shadows`).  Settings may have others: IDENTITY_PROVIDERS
names a callable for each protocol of each provider; it takes a bearer token and returns the body
of a token as Keystone shows it, or None for a bad one.
"""

import logging
from collections.abc import Mapping
from itertools import chain, count
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from cloud.identity import projects, revision, shadows, tokens
from cloud.identity.errors import MethodUnsupported, NotFound, Unauthorized
from cloud.identity.models import (
    Assignment,
    FederatedUser,
    IdentityProvider,
    Project,
    Role,
    Token,
    User,
)
from cloud.identity.models.assignment import PROJECT, SYSTEM, USER
from cloud.identity.scopes import SYSTEM_ID

LOG = logging.getLogger(__name__)

Body = dict[str, Any]


def providers() -> Mapping[str, Mapping[str, str]]:
    """The judge of each protocol, by provider."""
    found: Mapping[str, Mapping[str, str]] = getattr(settings, "IDENTITY_PROVIDERS", {})
    return found


def exchange(provider: str, protocol: str, bearer: str | None) -> tuple[str, Body]:
    """Issue an unscoped token to the user of a bearer token.

    Raises Unauthorized, also for a protocol that settings do not know, NotFound when there is no
    such way in, and Forbidden when it is shut.
    """
    if protocol not in settings.FEDERATION_PROTOCOLS:
        raise MethodUnsupported
    protocols = providers().get(provider)
    if IdentityProvider.objects.filter(pk=provider).exists() or protocols is None:
        user = shadows.come_in(provider, protocol, bearer)
    else:
        user = _come_in(provider, protocol, protocols, bearer)
    if not user.enabled or not user.domain.enabled:
        raise Unauthorized
    return tokens.issue(Token(user=user, methods=protocol))


def _come_in(
    provider: str, protocol: str, protocols: Mapping[str, str], bearer: str | None
) -> User:
    if protocol not in protocols:
        raise NotFound(
            f"Could not find federated protocol {protocol} for Identity Provider: {provider}."
        )
    claimed = import_string(protocols[protocol])(bearer) if bearer else None
    if claimed is None:
        raise Unauthorized
    user = _user(provider, protocol, claimed["user"])
    if user.enabled and user.domain.enabled:
        _grant(user, claimed)
    return user


def _user(provider: str, protocol: str, claimed: Body) -> User:
    """The user whom the provider vouches for, made at the first time."""
    origin = (
        FederatedUser.objects.select_related("user__domain")
        .filter(provider=provider, protocol=protocol, unique_id=claimed["id"])
        .first()
    )
    if origin is not None:
        return origin.user  # type: ignore[no-any-return]
    with revision.change():
        if User.objects.filter(pk=claimed["id"]).exists():
            # A provider vouches for its own users only, whatever it calls them.
            LOG.warning("%s claims to be user %s, who is somebody else", provider, claimed["id"])
            raise Unauthorized
        domain = _domain(provider)
        name = _free_name(domain, claimed)
        user = User.objects.create(pk=claimed["id"], name=name, domain=domain, password=None)
        FederatedUser.objects.create(
            user=user, provider=provider, protocol=protocol, unique_id=claimed["id"]
        )
    return user


def _free_name(domain: Project, claimed: Body) -> str:
    """The user's name; where somebody else has it, the id, or the name with a number."""
    numbered = (f"{claimed['name']}-{number}" for number in count(2))
    names = chain((claimed["name"], claimed["id"]), numbered)
    return next(
        name for name in names if not User.objects.filter(domain=domain, name=name).exists()
    )


def _domain(provider: str) -> Project:
    """The domain of a provider's users, which has the provider's name."""
    found = Project.objects.filter(pk=provider, is_domain=True).first()
    if found is not None:
        return found
    values = {"name": provider, "is_domain": True, "description": "Users of a provider"}
    return projects.create(values, domain_id=provider)


def _grant(user: User, claimed: Body) -> None:
    """Give the user the roles that are claimed, where they are claimed, in place of earlier ones.

    Who has no roles claimed keeps what was granted here.
    """
    names = [role["name"] for role in claimed.get("roles", ())]
    if not names:
        return
    with transaction.atomic():
        target, target_id = _target(claimed)
        if target_id is None:
            return
        roles = Role.objects.filter(name__in=names, domain_id="")
        wanted = {(target, target_id, role.pk) for role in roles}
        mine = Assignment.objects.filter(actor=USER, actor_id=user.pk)
        held = set(mine.values_list("target", "target_id", "role_id"))
        if held == wanted:
            return
        with revision.change():
            mine.delete()
            Assignment.objects.bulk_create(
                Assignment(
                    actor=USER, actor_id=user.pk, role=role, target=target, target_id=target_id
                )
                for role in roles
            )


def _target(claimed: Body) -> tuple[str, str | None]:
    """Where the claimed roles hold; a project that is not there is made, as mappings may do."""
    if "system" in claimed:
        return SYSTEM, SYSTEM_ID
    project = claimed.get("project")
    if project is None:
        return PROJECT, None
    found = Project.objects.filter(pk=project["id"], is_domain=False).first()
    if found is None:
        domain = Project.objects.filter(pk=project["domain"]["id"], is_domain=True).first()
        if domain is None:
            return PROJECT, None
        name = project["name"]
        if Project.objects.filter(domain=domain, name=name, is_domain=False).exists():
            name = project["id"]
        with revision.change():
            found = Project.objects.create(
                pk=project["id"], name=name, domain=domain, parent=domain, description=""
            )
    return PROJECT, found.pk
