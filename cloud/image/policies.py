"""Who may do what to images: Glance's rules with its defaults.

A rule is a predicate over the caller and the target: a mapping with `owner`, `visibility` and
`is_member` (the caller's project is a member of the image).
"""

from collections.abc import Callable, Mapping
from typing import Any

from cloud.image.errors import not_authorized
from middleware.context import RequestContext

Target = Mapping[str, Any]
Rule = Callable[[RequestContext, Target], bool]


def _owns(context: RequestContext, target: Target) -> bool:
    return context.project_id is not None and context.project_id == target.get("owner")


def _sees(context: RequestContext, target: Target) -> bool:
    return (
        _owns(context, target)
        or bool(target.get("is_member"))
        or target.get("visibility") in ("public", "community", "shared")
    )


def admin(context: RequestContext, target: Target) -> bool:
    return context.is_admin


def member(context: RequestContext, target: Target) -> bool:
    return context.is_admin or ("member" in context.roles and _owns(context, target))


def reader(context: RequestContext, target: Target) -> bool:
    return context.is_admin or ("reader" in context.roles and _owns(context, target))


def sees(context: RequestContext, target: Target) -> bool:
    return context.is_admin or ("reader" in context.roles and _sees(context, target))


def downloads(context: RequestContext, target: Target) -> bool:
    return context.is_admin or ("member" in context.roles and _sees(context, target))


def reader_or_sharer(context: RequestContext, target: Target) -> bool:
    return context.is_admin or (
        "reader" in context.roles and (_owns(context, target) or bool(target.get("is_member")))
    )


def sharer(context: RequestContext, target: Target) -> bool:
    return context.is_admin or ("member" in context.roles and bool(target.get("is_member")))


def sees_namespace(context: RequestContext, target: Target) -> bool:
    return context.is_admin or (
        "reader" in context.roles
        and (_owns(context, target) or target.get("visibility") == "public")
    )


def any_reader(context: RequestContext, target: Target) -> bool:
    return context.is_admin or "reader" in context.roles


def service(context: RequestContext, target: Target) -> bool:
    return context.is_admin or "service" in context.roles or "service" in context.service_roles


def service_or_member(context: RequestContext, target: Target) -> bool:
    return service(context, target) or member(context, target)


# fmt: off
RULES: dict[str, Rule] = {
    # rule                       who
    "add_image":                 member,
    "delete_image":              member,
    "get_image":                 sees,
    "get_images":                reader,
    "modify_image":              member,
    "publicize_image":           admin,
    "communitize_image":         member,
    "download_image":            downloads,
    "upload_image":              member,
    "deactivate":                member,
    "reactivate":                member,
    "delete_image_location":     admin,
    "get_image_location":        reader,
    "set_image_location":        member,
    "add_image_location":        service_or_member,
    "fetch_image_location":      service,
    "download_from_store":       downloads,
    "add_member":                member,
    "delete_member":             member,
    "get_member":                reader_or_sharer,
    "get_members":               reader_or_sharer,
    "modify_member":             sharer,
    "cache_list":                admin,
    "cache_image":               admin,
    "cache_delete":              admin,
    "cache_clean":               admin,
    "cache_prune":               admin,
    "list_cached_nodes":         admin,
    "stores_info_detail":        service,
    "tasks_api_access":          admin,
    "get_metadef_namespace":     sees_namespace,
    "get_metadef_namespaces":    any_reader,
    "modify_metadef_namespace":  admin,
    "add_metadef_namespace":     admin,
    "delete_metadef_namespace":  admin,
    "get_metadef_object":        sees_namespace,
    "get_metadef_objects":       sees_namespace,
    "modify_metadef_object":     admin,
    "add_metadef_object":        admin,
    "delete_metadef_object":     admin,
    "list_metadef_resource_types":              any_reader,
    "get_metadef_resource_type":                sees_namespace,
    "add_metadef_resource_type_association":    admin,
    "remove_metadef_resource_type_association": admin,
    "get_metadef_property":      sees_namespace,
    "get_metadef_properties":    sees_namespace,
    "modify_metadef_property":   admin,
    "add_metadef_property":      admin,
    "remove_metadef_property":   admin,
    "get_metadef_tag":           sees_namespace,
    "get_metadef_tags":          sees_namespace,
    "modify_metadef_tag":        admin,
    "add_metadef_tag":           admin,
    "add_metadef_tags":          admin,
    "delete_metadef_tag":        admin,
    "delete_metadef_tags":       admin,
}
# fmt: on


def allows(rule: str, context: RequestContext, target: Target) -> bool:
    """Whether a rule grants it. Glance: all of them want a token of a project."""
    if context.project_id is None and (context.system_scope or context.domain_id):
        return False
    return RULES[rule](context, target)


def enforce(rule: str, context: RequestContext, target: Target) -> None:
    if not allows(rule, context, target):
        raise not_authorized(rule)
