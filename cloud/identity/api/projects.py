"""Projects, the trees of them and their tags.  /v3/projects"""

import builtins
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from cloud.identity import listing, projects, scopes
from cloud.identity.api import types
from cloud.identity.api.base import LATE_DIALECT, PREFIX, IdentityViewSet, query
from cloud.identity.errors import BadRequest, NotFound
from cloud.identity.models import Limit, Project
from versioned.operation import operation
from versioned.schema import Schema

Rows = list[dict[str, Any]]

_PROPERTIES = {
    "description": types.NULLABLE,
    "enabled": types.BOOLEAN,
    "name": types.SHORT_NAME,
    "tags": types.TAGS,
    "options": types.IMMUTABLE,
}
CREATE = types.thing(
    "project",
    {
        **_PROPERTIES,
        "domain_id": types.NULLABLE_ID,
        "is_domain": types.BOOLEAN,
        "parent_id": types.NULLABLE_ID,
    },
    required=("name",),
    needs_envelope=False,
)
UPDATE = types.thing("project", _PROPERTIES, needs_envelope=False)
_WORDS = ("tags", "tags-any", "not-tags", "not-tags-any")
LIST = query(
    name=types.SHORT_NAME,
    enabled=types.BOOLEAN,
    is_domain=types.BOOLEAN,
    domain_id=types.ID,
    parent_id=types.UUID,
)
TAG = Schema(types.TAG, LATE_DIALECT)
ALL_TAGS = Schema(
    {"type": "array", "items": types.TAG, "required": [], "maxItems": 80, "uniqueItems": True},
    LATE_DIALECT,
)
REPLACE = {
    "type": "object",
    "properties": {"tags": {"type": "array", "items": types.TAG}},
    "additionalProperties": False,
}

_FILTERS = {
    "domain_id": "domain_id",
    "enabled": "enabled",
    "name": "name",
    "parent_id": "parent_id",
    "is_domain": "is_domain",
}


def shown(row: Mapping[str, Any], tags: Iterable[str]) -> dict[str, Any]:
    """A project's representation; clients' own attributes stand beside it."""
    return {
        **row["extra"],
        "id": row["id"],
        "name": row["name"],
        "domain_id": row["domain_id"],
        "description": row["description"],
        "enabled": row["enabled"],
        "parent_id": row["parent_id"],
        "is_domain": row["is_domain"],
        "tags": list(tags),
        "options": row["options"],
    }


def shown_many(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    tags = projects.tags_of(row["id"] for row in rows)
    return [shown(row, tags.get(row["id"], ())) for row in rows]


def target(project: Project) -> dict[str, Any]:
    """What rules ask of a project."""
    return {"project": {"id": project.pk, "domain_id": project.domain_id}}


class ProjectViewSet(IdentityViewSet):
    """Projects."""

    @operation(policy="list_projects", target="found", query=LIST)
    def list(self, request: Any) -> dict[str, Any]:
        own = self.context.domain_id
        self.authorize({"domain_id": own} if own else {})
        rows = listing.narrow(Project.objects.all(), self.params, _FILTERS)
        if "is_domain" not in self.params:
            rows = rows.filter(is_domain=False)
        if own:
            rows = rows.filter(domain_id=own)
        words = {name: self.params[name][0] for name in _WORDS if name in self.params}
        if words:
            rows = rows.filter(projects.tagged(words))
        listing.require_marker(Project.objects.all(), self.params)
        page = listing.page(rows, self.params)
        return self.collection("projects", shown_many(page.rows), page)

    @operation(policy="get_project", target="found")
    def retrieve(self, request: Any, id: str) -> dict[str, Any]:
        project = self._find(id)
        answer = shown(vars(project), projects.tags_of([id]).get(id, ()))
        self._add_family(project, answer)
        return self.member("project", "projects", answer)

    @operation(policy="create_project", target="found", body=CREATE, status=201)
    def create(self, request: Any, project: dict[str, Any] | None) -> dict[str, Any]:
        self.authorize({"project": {"domain_id": None, **(project or {})}})
        if project is None:
            raise BadRequest("'project' is a required property")
        if not project.get("is_domain"):
            self.default_domain(project)
        return self._answer(projects.create(project))

    @operation(policy="update_project", target="found", body=UPDATE)
    def update(self, request: Any, id: str, project: dict[str, Any] | None) -> dict[str, Any]:
        project = project or {}
        found = self._find(id)
        self.require_same_id(project, id)
        answer = self._answer(projects.update(found, project))
        # Keystone: what clients made up is told once more to who changes something.
        answer["project"]["extra"] = found.extra
        return answer

    @operation(policy="delete_project", target="found", status=204)
    def destroy(self, request: Any, id: str) -> None:
        projects.delete(self._find(id))

    def _find(self, project_id: str) -> Project:
        """The project, once the operation's rule grants it."""
        self.require_caller()
        try:
            project = projects.get(project_id)
        except NotFound:
            self.authorize({})
            raise
        self.authorize(target(project))
        return project

    def _answer(self, project: Project) -> dict[str, Any]:
        tags = projects.tags_of([project.pk]).get(project.pk, ())
        return self.member("project", "projects", shown(vars(project), tags))

    # Family

    def _add_family(self, project: Project, answer: dict[str, Any]) -> None:
        """Add the parents and the subtree as the query asks for them."""
        asked = {
            name: listing.is_asked(self.params, name)
            for name in (
                "parents_as_list",
                "parents_as_ids",
                "subtree_as_list",
                "subtree_as_ids",
            )
        }
        for name in ("parents", "subtree"):
            if asked[f"{name}_as_list"] and asked[f"{name}_as_ids"]:
                raise BadRequest(
                    f"Cannot use {name}_as_list and {name}_as_ids query params at the same time."
                )
        if asked["parents_as_list"]:
            answer["parents"] = self._relatives(projects.parents(project))
        elif asked["parents_as_ids"]:
            nested: dict[str, Any] | None = None
            for parent_id in reversed(projects.parents(project)):
                nested = {parent_id: nested}
            answer["parents"] = nested
        if asked["subtree_as_list"]:
            answer["subtree"] = self._relatives(scopes.below([project.pk]))
        elif asked["subtree_as_ids"]:
            rows = Project.objects.filter(pk__in=scopes.below([project.pk]))
            answer["subtree"] = _nested(
                project.pk, list(rows.order_by("pk").values_list("pk", "parent_id"))
            )

    def _relatives(self, ids: Iterable[str]) -> builtins.list[dict[str, Any]]:
        """Those of some projects on which the caller has a role."""
        # Keystone: the family is shown only as far as the caller belongs to it.
        mine = set(scopes.projects_of(self.context.user_id or ""))
        kept = [project_id for project_id in ids if project_id in mine]
        found = {row["id"]: row for row in Project.objects.filter(pk__in=kept).values()}
        shown_rows = shown_many([found[project_id] for project_id in kept])
        if listing.is_asked(self.params, "include_limits"):
            for row in shown_rows:
                row["limits"] = [
                    {"id": pk, "resource_name": name, "resource_limit": limit}
                    for pk, name, limit in Limit.objects.filter(project_id=row["id"]).values_list(
                        "pk", "registered__resource_name", "resource_limit"
                    )
                ]
        return [self.member("project", "projects", row) for row in shown_rows]


def _nested(root: str, rows: list[tuple[str, str]]) -> dict[str, Any] | None:
    children = [pk for pk, parent_id in rows if parent_id == root]
    return {pk: _nested(pk, rows) for pk in children} or None


class ProjectTagViewSet(ProjectViewSet):
    """The tags of a project.  /v3/projects/{id}/tags"""

    @operation(policy="list_project_tags", target="found")
    def tags(self, request: Any, id: str) -> dict[str, Any]:
        return self._tags(projects.tags_of([self._find(id).pk]).get(id, []))

    @operation(policy="update_project_tags", target="found", body=REPLACE)
    def replace(self, request: Any, id: str, tags: Any) -> dict[str, Any]:
        project = self._find(id)
        # Keystone: where there are no tags it takes an object for them, and refuses that.
        ALL_TAGS.check({} if tags is None else tags, request.version)
        return self._tags(projects.replace_tags(project, tags))

    @operation(policy="delete_project_tags", target="found", status=204)
    def clear(self, request: Any, id: str) -> None:
        projects.replace_tags(self._find(id), [])

    @operation(policy="get_project_tag", target="found", status=204)
    def check(self, request: Any, id: str, tag: str) -> None:
        if not projects.has_tag(self._find(id), tag):
            raise NotFound(f"Could not find project tag: {tag}.")

    @operation(policy="create_project_tag", target="found")
    def add(self, request: Any, id: str, tag: str) -> Any:
        project = self._find(id)
        TAG.check(tag, request.version)
        held = projects.tags_of([id]).get(id, [])
        ALL_TAGS.check([*held, tag], request.version)
        projects.add_tag(project, tag)
        response = self.respond(None, 201)
        response.headers["Content-Type"] = "text/html; charset=utf-8"
        # Keystone: leaves out that these are projects.
        response.headers["Location"] = self.link(id, "tags", quote(tag, safe="%!$&'()*+:;=@"))
        return response

    @operation(policy="delete_project_tag", target="found", status=204)
    def remove(self, request: Any, id: str, tag: str) -> None:
        projects.remove_tag(self._find(id), tag)

    def _tags(self, names: Iterable[str]) -> dict[str, Any]:
        # Keystone: this link leads to the whole of it, with the query of the request.
        text = self.request._request.META.get("QUERY_STRING")
        return {
            "links": {"self": f"{self.base_url}{PREFIX}/v3" + (f"?{text}" if text else "")},
            "tags": list(names),
        }
