"""Domains: the roots of everything.  /v3/domains"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from cloud.identity import listing, projects
from cloud.identity.api import types
from cloud.identity.api.base import IdentityViewSet, query
from cloud.identity.errors import BadRequest, NotFound
from cloud.identity.models import Project
from versioned.operation import operation

_PROPERTIES = {
    "description": {"type": ["string", "null"], "maxLength": 255},
    "enabled": types.BOOLEAN,
    "name": types.SHORT_NAME,
    "options": types.IMMUTABLE,
    "tags": types.TAGS,
}
CREATE = types.thing("domain", {"explicit_domain_id": types.ID, **_PROPERTIES}, required=("name",))
UPDATE = types.thing("domain", _PROPERTIES, at_least=1)
LIST = query(name=types.SHORT_NAME, enabled=types.BOOLEAN)
_FILTERS = {"name": "name", "enabled": "enabled"}


def shown(row: Mapping[str, Any], tags: Iterable[str]) -> dict[str, Any]:
    """A domain's representation; clients' own attributes stand beside it."""
    return {
        **row["extra"],
        "id": row["id"],
        "name": row["name"],
        "description": row["description"],
        "enabled": row["enabled"],
        "tags": list(tags),
        "options": row["options"],
    }


class DomainViewSet(IdentityViewSet):
    """Domains, which are stored as projects."""

    @operation(policy="list_domains", target="found", query=LIST)
    def list(self, request: Any) -> dict[str, Any]:
        own = self.context.domain_id
        self.authorize({"domain": {"id": own}} if own else {})
        rows = Project.objects.filter(is_domain=True)
        if own:
            rows = rows.filter(pk=own)
        listing.require_marker(Project.objects.all(), self.params)
        page = listing.page(listing.narrow(rows, self.params, _FILTERS), self.params)
        tags = projects.tags_of(row["id"] for row in page.rows)
        return self.collection(
            "domains", [shown(row, tags.get(row["id"], ())) for row in page.rows], page
        )

    @operation(policy="get_domain", target="found")
    def retrieve(self, request: Any, id: str) -> dict[str, Any]:
        try:
            domain = projects.get_domain(id)
        except NotFound:
            self.authorize({})
            raise
        self.authorize({"domain": {"id": domain.pk}})
        return self._answer(domain)

    @operation(policy="create_domain", body=CREATE, status=201)
    def create(self, request: Any, domain: dict[str, Any]) -> dict[str, Any]:
        explicit = domain.pop("explicit_domain_id", None)
        if explicit is not None and not _is_id(explicit):
            raise BadRequest("Domain ID does not conform to required UUID format.")
        made = projects.create({**_bare(domain), "is_domain": True}, domain_id=explicit)
        return self._answer(made)

    @operation(policy="update_domain", target="found", body=UPDATE)
    def update(self, request: Any, id: str, domain: dict[str, Any]) -> dict[str, Any]:
        return self._answer(projects.update(self._find(id), _bare(domain)))

    @operation(policy="delete_domain", target="found", status=204)
    def destroy(self, request: Any, id: str) -> None:
        projects.delete(self._find(id))

    def _find(self, domain_id: str) -> Project:
        """The domain, once the rule grants it. Keystone: all may know that one is not there."""
        self.require_caller()
        domain = projects.get_domain(domain_id)
        self.authorize({"domain": {"id": domain.pk}})
        return domain

    def _answer(self, domain: Project) -> dict[str, Any]:
        tags = projects.tags_of([domain.pk]).get(domain.pk, ())
        return self.member("domain", "domains", shown(vars(domain), tags))


def _bare(domain: dict[str, Any]) -> dict[str, Any]:
    """What was said of a domain, without what is settled by its being one."""
    settled = ("domain_id", "parent_id", "is_domain")
    return {key: value for key, value in domain.items() if key not in settled}


def _is_id(text: str) -> bool:
    try:
        return UUID(text).hex == text
    except ValueError:
        return False
