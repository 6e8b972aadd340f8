"""Projects and domains: made, changed and deleted with all that hangs on them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from cloud.identity import attributes, revision, scopes, tokens
from cloud.identity.errors import BadRequest, Conflict, Forbidden, not_found
from cloud.identity.models import (
    Assignment,
    Credential,
    Group,
    Project,
    ProjectTag,
    Role,
    Trust,
    User,
)
from versioned.prepared import Prepared, Related

_COLUMNS = ("name", "domain_id", "parent_id", "is_domain", "enabled", "description", "options")
# Keystone: max_project_tree_depth.
_DEEPEST = 5
# Keystone: federated_domain_name, in any case.
_FEDERATED = "federated"
_ONE = Prepared(lambda id: Project.objects.filter(pk=id), str)
_TAGS = Related(
    lambda: ProjectTag.objects.order_by("name").values_list("project_id", "name"), "project_id"
)


def get(project_id: str | None) -> Project:
    """The project or domain of an id."""
    project = _ONE.first(project_id)
    if project is None:
        raise not_found("project", project_id)
    return project


def get_domain(domain_id: str | None) -> Project:
    """The domain of an id; a project that is none is not found either."""
    domain = Project.objects.filter(pk=domain_id, is_domain=True).first()
    if domain is None:
        raise not_found("domain", domain_id)
    return domain


def parents(project: Project) -> list[str]:
    """The ids of the projects above a project, nearest first, its domain last."""
    return scopes.ancestors(project)


def create(values: dict[str, Any], *, domain_id: str | None = None) -> Project:
    """Make a project, or a domain (`domain_id`: with an id of the caller's choice)."""
    tags = values.pop("tags", None)
    fields = attributes.split(values, _COLUMNS)
    fields["name"] = fields["name"].strip()
    fields["options"] = fields.get("options") or {}
    fields.setdefault("description", "")
    if fields.get("is_domain"):
        _check_domain_name(fields["name"])
        if fields.get("parent_id") or fields.get("domain_id"):
            raise BadRequest("only root projects are allowed to act as domains.")
        fields["domain_id"] = fields["parent_id"] = None
    else:
        fields["parent_id"] = fields.get("parent_id") or fields["domain_id"]
        _check_place(fields["domain_id"], fields["parent_id"])
    if domain_id is not None:
        fields["id"] = domain_id
    attributes.refuse_words(fields, "enabled", "is_domain")
    project = Project(**fields)
    try:
        with revision.change():
            project.save(force_insert=True)
            _replace_tags(project, tags or ())
    except IntegrityError:
        raise _taken(project) from None
    return project


def _check_domain_name(name: str) -> None:
    """Refuse the name that stands for the domain of all federated users."""
    if name.lower() == _FEDERATED:
        raise BadRequest(f"Domain cannot be named {name}")


def _taken(project: Project) -> Conflict:
    if project.is_domain:
        return Conflict(
            "project",
            "it is not permitted to have two projects acting as domains with the same name: "
            f"{project.name}",
        )
    return Conflict(
        "project",
        "it is not permitted to have two projects with either the same name or same id in the "
        f"same domain: name is {project.name}, project id {project.pk}",
    )


def _check_place(domain_id: str, parent_id: str) -> None:
    """Refuse a project whose parent is elsewhere, disabled or too deep."""
    domain = Project.objects.filter(pk=domain_id, is_domain=True).first()
    if domain is None:
        raise BadRequest(f"Could not find domain: {domain_id}.")
    parent = domain if parent_id == domain_id else Project.objects.filter(pk=parent_id).first()
    if parent is None:
        raise BadRequest(f"Could not find project: {parent_id}.")
    if parent.is_domain:
        if parent.pk != domain.pk:
            raise BadRequest(
                f"Cannot create project, the parent ({parent.pk}) is acting as a domain, but "
                f"this project's domain id ({domain.pk}) does not match the parent's id."
            )
        above = [parent]
    else:
        if parent.domain_id != domain.pk:
            raise BadRequest(
                f"Cannot create project, since it specifies its domain_id {domain.pk}, but "
                f"specifies a parent in a different domain ({parent.domain_id})."
            )
        found = Project.objects.in_bulk(parents(parent))
        above = [*(found[pk] for pk in parents(parent)), parent]
    for project in above:
        if not project.enabled:
            raise BadRequest(
                f"cannot create a project in a branch containing a disabled project: {project.pk}"
            )
    if len(above) > _DEEPEST:
        raise Forbidden(f"Max hierarchy depth reached for {parent.pk} branch.")


def update(project: Project, values: dict[str, Any]) -> Project:
    """Change a project or a domain; disabling it ends its tokens."""
    if values.get("domain_id", project.domain_id) != project.domain_id:
        raise BadRequest("Cannot change Domain ID")
    attributes.check_mutable(project, "domain" if project.is_domain else "project", values)
    if values.get("parent_id", project.parent_id) != project.parent_id:
        raise Forbidden("Update of `parent_id` is not allowed.")
    if values.get("is_domain", project.is_domain) is not project.is_domain:
        raise BadRequest("Update of `is_domain` is not allowed.")
    if project.is_domain:
        _check_domain_name(values.get("name", ""))
    # Keystone: what is not to be disabled is taken for what is to be enabled.
    _check_switch(project, bool(values.get("enabled", True)))
    attributes.refuse_words(values, "enabled", "is_domain")
    tags = values.pop("tags", None)
    for key in ("domain_id", "parent_id", "is_domain"):
        values.pop(key, None)
    changes = attributes.split(values, ("name", "enabled", "description", "options"))
    if "name" in changes:
        changes["name"] = changes["name"].strip()
    is_ended = project.enabled and not changes.get("enabled", True)
    attributes.merge(project, changes)
    try:
        with revision.change():
            project.save()
            if tags is not None:
                _replace_tags(project, tags)
            if is_ended:
                tokens.revoke_all(project_id=project.pk)
                if project.is_domain:
                    tokens.revoke_all(domain_id=project.pk)
                    tokens.revoke_all(user__domain_id=project.pk)
                    tokens.revoke_all(project__domain_id=project.pk)
    except IntegrityError:
        raise _taken(project) from None
    return project


def _check_switch(project: Project, enabled: bool) -> None:
    """Refuse to enable below what is disabled, or to disable above what is enabled."""
    if project.is_domain or project.enabled == enabled:
        return
    if enabled:
        if Project.objects.filter(pk__in=parents(project), enabled=False).exists():
            raise Forbidden(f"Cannot enable project {project.pk} since it has disabled parents")
    elif Project.objects.filter(pk__in=scopes.below([project.pk]), enabled=True).exists():
        raise Forbidden(
            f"Cannot disable project {project.pk} since its subtree contains enabled projects."
        )


def delete(project: Project) -> None:
    """Delete a project that has none below it, or a disabled domain with all that is in it."""
    attributes.check_mutable(project, "domain" if project.is_domain else "project", None)
    if project.is_domain:
        if project.enabled:
            raise Forbidden("Cannot delete a domain that is enabled, please disable it first.")
        inside = list(Project.objects.filter(domain=project).values_list("pk", flat=True))
    else:
        if Project.objects.filter(parent=project).exists():
            raise Forbidden(
                f"Cannot delete the project {project.pk} since it is not a leaf in the hierarchy. "
                "Use the cascade option if you want to delete a whole subtree."
            )
        inside = []
    gone = [*inside, project.pk]
    with revision.change():
        if project.is_domain:
            actors = [
                *User.objects.filter(domain=project).values_list("pk", flat=True),
                *Group.objects.filter(domain=project).values_list("pk", flat=True),
            ]
            Assignment.objects.filter(actor_id__in=actors).delete()
            Role.objects.filter(domain_id=project.pk).delete()
        Assignment.objects.filter(target_id__in=gone).delete()
        Credential.objects.filter(project_id__in=gone).delete()
        Trust.objects.filter(project_id__in=gone).delete()
        project.delete()


# Tags


def tags_of(project_ids: Iterable[str]) -> dict[str, list[str]]:
    """The tags of projects, by project."""
    found: dict[str, list[str]] = {}
    for project_id, name in _TAGS(list(project_ids)):
        found.setdefault(project_id, []).append(name)
    return found


def _replace_tags(project: Project, names: Sequence[str]) -> None:
    ProjectTag.objects.filter(project=project).delete()
    ProjectTag.objects.bulk_create(
        ProjectTag(project=project, name=name) for name in dict.fromkeys(names)
    )


def replace_tags(project: Project, names: Sequence[str]) -> list[str]:
    """Give a project these tags and no others; how they are stored."""
    _check_tags_mutable(project, "update")
    stripped = [name.strip() for name in names]
    update(project, {"tags": stripped})
    return stripped


def add_tag(project: Project, name: str) -> None:
    """Give a project one more tag, unless it has it."""
    _check_tags_mutable(project, "create")
    held = tags_of([project.pk]).get(project.pk, [])
    update(project, {"tags": [*held, name.strip()]})


def remove_tag(project: Project, name: str) -> None:
    """Take a tag from a project."""
    _check_tags_mutable(project, "delete")
    with transaction.atomic():
        if not ProjectTag.objects.filter(project=project, name=name).delete()[0]:
            raise not_found("project tag", name)


def _check_tags_mutable(project: Project, verb: str) -> None:
    if project.options.get("immutable"):
        raise Forbidden(
            f"Cannot {verb} project tags for {project.pk}, project is immutable. "
            'Set "immutable" option to false before creating project tags.'
        )


def has_tag(project: Project, name: str) -> bool:
    return ProjectTag.objects.filter(project=project, name=name).exists()


def tagged(words: dict[str, str]) -> Q:
    """The projects that match the four tag filters of a list.

    Keystone: a filter that finds nothing counts as none for the next one, and after `not-tags`
    comes back what `not-tags-any` names.
    """
    asked = {key: frozenset(text.split(",")) for key, text in words.items()}
    held: dict[str, set[str]] = {}
    rows = ProjectTag.objects.filter(name__in=frozenset().union(*asked.values()))
    for project_id, name in rows.values_list("project_id", "name"):
        held.setdefault(project_id, set()).add(name)

    def with_all(key: str) -> set[str]:
        return {pk for pk, names in held.items() if asked[key] <= names}

    def with_any(key: str) -> set[str]:
        return {pk for pk, names in held.items() if asked[key] & names}

    found: set[str] = with_all("tags") if "tags" in asked else set()
    if "tags-any" in asked:
        found = with_any("tags-any") & found if "tags" in asked else with_any("tags-any")
    kept = Q(pk__in=found) if found else Q()
    if "not-tags" in asked:
        which = kept & ~Q(pk__in=with_all("not-tags"))
        return which | Q(pk__in=with_any("not-tags-any")) if "not-tags-any" in asked else which
    if "not-tags-any" in asked:
        return kept & ~Q(pk__in=with_any("not-tags-any"))
    return Q(pk__in=found)
