"""The cloud that DevStack makes: one region, one domain, its projects, users, roles and catalog."""

from collections.abc import Mapping
from types import MappingProxyType

from django.db import transaction

from cloud.identity import passwords, revision
from cloud.identity.models import (
    Assignment,
    Endpoint,
    ImpliedRole,
    Project,
    Region,
    Revision,
    Role,
    Service,
    User,
)
from cloud.identity.models.assignment import DOMAIN, PROJECT, SYSTEM, USER
from cloud.identity.scopes import SYSTEM_ID

REGION = "RegionOne"
DEFAULT_DOMAIN = "default"

_PROJECTS = ("admin", "demo", "alt_demo", "service")
_PEOPLE = ("admin", "demo", "alt_demo")
_SERVICES = ("nova", "glance", "neutron", "cinder", "placement")
_ROLES = ("admin", "manager", "member", "reader", "service")
_IMPLIED = (("admin", "manager"), ("manager", "member"), ("member", "reader"))

# fmt: off
# type              name         path                         description
_CATALOG = (
    ("compute",       "nova",      "/v2.1",                     "Nova Compute Service"),
    ("identity",      "keystone",  "/identity",                 "Keystone Identity Service"),
    ("image",         "glance",    "/image",                    "Glance Image Service"),
    ("network",       "neutron",   "/network",                  "Neutron Service"),
    ("block-storage", "cinder",    "/volume/v3/$(project_id)s", "Cinder Volume Service"),
    ("volumev3",      "cinderv3",  "/volume/v3/$(project_id)s", "Cinder Volume Service V3"),
    ("placement",     "placement", "/placement",                "Placement Service"),
)
# user        role      target     target's name
_GRANTS = (
    ("admin",    "admin",  PROJECT, "admin"),
    ("admin",    "admin",  PROJECT, "demo"),
    ("admin",    "admin",  PROJECT, "alt_demo"),
    ("admin",    "admin",  DOMAIN,  "default"),
    ("admin",    "admin",  SYSTEM,  "all"),
    ("demo",     "member", PROJECT, "demo"),
    ("alt_demo", "member", PROJECT, "alt_demo"),
)
# fmt: on
_INTERFACES = ("public", "internal", "admin")


def seed(
    password: str = "password",  # noqa: S107 - the demo's well-known one
    elsewhere: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Fill an Identity service that nothing was ever written to; leave any other alone."""
    with transaction.atomic():
        if Revision.objects.exists() or Project.objects.exists():
            return
        domain = Project.objects.create(
            pk=DEFAULT_DOMAIN,
            name="Default",
            is_domain=True,
            description="The default domain",
        )
        projects = {
            name: Project.objects.create(
                name=name, domain=domain, parent=domain, description=_describe(name)
            )
            for name in _PROJECTS
        }
        hashed = passwords.conceal(password)
        users = {
            name: User.objects.create(name=name, domain=domain, password=hashed)
            for name in (*_PEOPLE, *_SERVICES)
        }
        # Keystone: bootstrapping makes roles that nobody changes by mistake.
        roles = {
            name: Role.objects.create(name=name, options={"immutable": True}) for name in _ROLES
        }
        for prior, implied in _IMPLIED:
            ImpliedRole.objects.create(prior=roles[prior], implied=roles[implied])
        grants = [
            *_GRANTS,
            *(
                (name, role, PROJECT, "service")
                for name in _SERVICES
                for role in ("admin", "service")
            ),
        ]
        targets = {
            PROJECT: {name: project.pk for name, project in projects.items()},
            DOMAIN: {DEFAULT_DOMAIN: DEFAULT_DOMAIN},
            SYSTEM: {"all": SYSTEM_ID},
        }
        Assignment.objects.bulk_create(
            Assignment(
                actor=USER,
                actor_id=users[user].pk,
                role=roles[role],
                target=target,
                target_id=targets[target][name],
            )
            for user, role, target, name in grants
        )
        _seed_catalog(elsewhere)
        revision.bump()


def _describe(project: str) -> str:
    return "Bootstrap project for initializing the cloud." if project == "admin" else ""


def _seed_catalog(elsewhere: Mapping[str, str]) -> None:
    """Make the services; `{base}` becomes scheme://host:port of whoever asks.

    `elsewhere` has the URLs of services that other processes serve, by the names of embedded ones.
    """
    region = Region.objects.create(pk=REGION)
    for kind, name, path, description in _CATALOG:
        service = Service.objects.create(type=kind, name=name, description=description)
        neighbour, slash, rest = path.removeprefix("/").partition("/")
        url = elsewhere.get(neighbour, f"{{base}}/{neighbour}") + slash + rest
        Endpoint.objects.bulk_create(
            Endpoint(service=service, region=region, interface=interface, url=url)
            for interface in _INTERFACES
        )
