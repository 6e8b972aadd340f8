"""Users by the mapping of an identity provider: found or made, put into groups and projects."""

import hashlib
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils.module_loading import import_string

from cloud.identity import authentication, identity_providers, mapping_rules, projects, revision
from cloud.identity.errors import Forbidden, Unauthorized, Unexpected, not_found
from cloud.identity.mapping_rules import Mapped
from cloud.identity.models import (
    Assignment,
    FederatedUser,
    FederationProtocol,
    Group,
    Mapping,
    Membership,
    Project,
    Role,
    User,
)
from cloud.identity.models.assignment import PROJECT, USER

Said = dict[str, str]


def come_in(provider_id: str, protocol: str, bearer: str | None) -> User:
    """The user of a bearer token, in the groups and projects that the mapping says.

    Raises Unauthorized when the token or the mapping makes nobody, NotFound when there is no such
    way in, Forbidden when the provider is disabled or is another one.
    """
    identity_providers.get(provider_id)
    identity_providers.check_enabled(provider_id)
    way = identity_providers.get_protocol(provider_id, protocol)
    mapping = identity_providers.get_mapping(way.mapping_id)
    said = _said(bearer)
    _check_remote_id(way, said)
    mapped = mapping_rules.apply(mapping.pk, mapping.rules, mapping.schema_version, said)
    groups = _groups(mapped, mapping)
    if mapped.user["type"] == mapping_rules.LOCAL:
        # Keystone: one who is here already, with the roles that he has here.
        return authentication.find_user(mapped.user)
    with revision.change():
        user = _user(way, mapped, said)
        _join(user, provider_id, groups)
        _grant(user, mapped, way, mapping)
    return user


def _said(bearer: str | None) -> Said:
    """What the bearer token says of its user."""
    reader = getattr(settings, "FEDERATION_ASSERTION", None)
    said: Said | None = import_string(reader)(bearer) if reader and bearer else None
    if said is None:
        raise Unauthorized
    return said


def _check_remote_id(way: FederationProtocol, said: Said) -> None:
    """Refuse what another provider says, where it is known what this one calls itself."""
    remote_ids = identity_providers.remote_ids([way.provider_id])[way.provider_id]
    if not remote_ids:
        return
    name = way.remote_id_attribute or settings.FEDERATION_REMOTE_ID_ATTRIBUTE
    if name not in said:
        raise Unauthorized
    if said[name] not in remote_ids:
        raise Forbidden


def _groups(mapped: Mapped, mapping: Mapping) -> set[str]:
    """The ids of the groups that are mapped; those that are named may be missing."""
    ids = set(mapped.group_ids)
    if Group.objects.filter(pk__in=ids).count() < len(ids):
        raise Unexpected(f"a group of mapping {mapping.pk} is not there")
    for named in mapped.group_names:
        domain_id = _domain_id(named["domain"])
        rows = Group.objects.filter(name=named["name"], domain_id=domain_id)
        ids.update(rows.values_list("pk", flat=True))
    return ids


def _domain_id(named: dict[str, Any]) -> str:
    if named.get("id"):
        return str(named["id"])
    rows = Project.objects.filter(is_domain=True, name=named.get("name"))
    found = rows.values_list("pk", flat=True).first()
    if found is None:
        raise not_found("domain", named.get("name"))
    return str(found)


def _user(way: FederationProtocol, mapped: Mapped, said: Said) -> User:
    """The user of this provider who is so called, made at the first time."""
    name = mapped.user.get("name") or said.get("REMOTE_USER") or mapped.user.get("id")
    if not name:
        raise Unauthorized
    unique_id = quote(mapped.user.get("id") or name)
    domain = mapped.user.get("domain")
    domain_id = _domain_id(domain) if domain else way.provider.domain_id
    origin = (
        FederatedUser.objects.select_related("user__domain")
        .filter(provider=way.provider_id, protocol=way.protocol, unique_id=unique_id)
        .first()
    )
    if origin is not None:
        user: User = origin.user
        if user.name != name and not _is_taken(user.domain_id, name):
            User.objects.filter(pk=user.pk).update(name=name)
            user.name = name
    else:
        user = _made(domain_id, unique_id, name)
        FederatedUser.objects.create(
            user=user, provider=way.provider_id, protocol=way.protocol, unique_id=unique_id
        )
    email = mapped.user.get("email")
    if email and user.extra.get("email") != email:
        user.extra = {**user.extra, "email": email}
        user.save(update_fields=["extra"])
    return user


def _made(domain_id: str, unique_id: str, name: str) -> User:
    projects.get_domain(domain_id)
    # Keystone: the same person has the same id wherever the same provider vouches for it.
    user_id = hashlib.sha256(f"{domain_id}user{unique_id}".encode()).hexdigest()
    if User.objects.filter(pk=user_id).exists():
        # A provider vouches for its own users only.
        raise Unauthorized
    if _is_taken(domain_id, name):
        name = user_id
    return User.objects.create(pk=user_id, name=name, domain_id=domain_id, password=None)


def _is_taken(domain_id: str, name: str) -> bool:
    return User.objects.filter(domain_id=domain_id, name=name).exists()


def _join(user: User, provider_id: str, groups: set[str]) -> None:
    """Have the user in the groups that the provider says, and in none that it said before."""
    mine = Membership.objects.filter(user=user)
    mine.filter(provider=provider_id).exclude(group_id__in=groups).delete()
    held = set(mine.values_list("group_id", flat=True))
    Membership.objects.bulk_create(
        Membership(user=user, group_id=group_id, provider=provider_id) for group_id in groups - held
    )


def _grant(user: User, mapped: Mapped, way: FederationProtocol, mapping: Mapping) -> None:
    """Give the user the roles that are mapped, in projects that are made when they are missing."""
    wanted = _wanted(user, mapped, way)
    mine = Assignment.objects.filter(actor=USER, actor_id=user.pk, target=PROJECT, inherited=False)
    held = set(mine.values_list("target_id", "role_id"))
    if mapping.schema_version == "3.0":
        # Keystone: since 3.0 what the provider does not say any more is taken away.
        for target_id, role_id in held - wanted:
            mine.filter(target_id=target_id, role_id=role_id).delete()
    Assignment.objects.bulk_create(
        Assignment(
            actor=USER, actor_id=user.pk, role_id=role_id, target=PROJECT, target_id=target_id
        )
        for target_id, role_id in wanted - held
    )


def _wanted(user: User, mapped: Mapped, way: FederationProtocol) -> set[tuple[str, str]]:
    """The projects and the roles in them, by id."""
    roles = {role.name: role for role in Role.objects.all()}
    for project in mapped.projects:
        for named in project["roles"]:
            role = roles.get(named["name"])
            if role is None:
                raise not_found("role", named["name"])
            if role.domain_id and role.domain_id != user.domain_id:
                raise Forbidden
    found = set()
    for project in mapped.projects:
        domain = project.get("domain")
        domain_id = _domain_id(domain) if domain else way.provider.domain_id
        project_id = _project_id(project["name"], domain_id)
        found |= {(project_id, roles[named["name"]].pk) for named in project["roles"]}
    return found


def _project_id(name: str, domain_id: str) -> str:
    rows = Project.objects.filter(name=name, domain_id=domain_id, is_domain=False)
    found = rows.values_list("pk", flat=True).first()
    if found is not None:
        return str(found)
    return str(projects.create({"name": name, "domain_id": domain_id}).pk)
