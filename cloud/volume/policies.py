"""Who may do what in Volume: Cinder's rules with its defaults.

The target is a mapping with `project_id`.  READ: a reader of the target's project; WRITE: a member
of it; ADMIN: an administrator, who may also do what the others may.
"""

from collections.abc import Mapping
from typing import Any, Literal

from cloud.volume.errors import not_allowed, not_authorized
from middleware.context import RequestContext

Who = Literal["READ", "WRITE", "ADMIN"]

# fmt: off
RULES: dict[str, Who] = {
    # rule                                                     who
    "volume:get":                                              "READ",
    "volume:get_all":                                          "READ",
    "volume:create":                                           "WRITE",
    "volume:create_from_image":                                "WRITE",
    "volume:update":                                           "WRITE",
    "volume:delete":                                           "WRITE",
    "volume:force_delete":                                     "ADMIN",
    "volume:multiattach":                                      "WRITE",
    "volume:multiattach_bootable_volume":                      "WRITE",
    "volume:extend":                                           "WRITE",
    "volume:extend_attached_volume":                           "WRITE",
    "volume:retype":                                           "WRITE",
    "volume:revert_to_snapshot":                               "WRITE",
    "volume:update_readonly_flag":                             "WRITE",
    "volume:reimage":                                          "WRITE",
    "volume:reimage_reserved":                                 "WRITE",
    "volume:attachment_create":                                "WRITE",
    "volume:attachment_update":                                "WRITE",
    "volume:attachment_delete":                                "WRITE",
    "volume:attachment_complete":                              "WRITE",
    "volume_extension:volume_actions:attach":                  "WRITE",
    "volume_extension:volume_actions:detach":                  "WRITE",
    "volume_extension:volume_actions:reserve":                 "WRITE",
    "volume_extension:volume_actions:unreserve":               "WRITE",
    "volume_extension:volume_actions:begin_detaching":         "WRITE",
    "volume_extension:volume_actions:roll_detaching":          "WRITE",
    "volume_extension:volume_actions:initialize_connection":   "WRITE",
    "volume_extension:volume_actions:terminate_connection":    "WRITE",
    "volume_extension:volume_actions:upload_image":            "WRITE",
    "volume_extension:volume_actions:upload_public":           "ADMIN",
    "volume_extension:volume_admin_actions:reset_status":      "ADMIN",
    "volume_extension:volume_admin_actions:force_delete":      "ADMIN",
    "volume_extension:volume_admin_actions:force_detach":      "ADMIN",
    "volume_extension:volume_admin_actions:migrate_volume":    "ADMIN",
    "volume_extension:volume_admin_actions:migrate_volume_completion": "ADMIN",
    "volume_extension:volume_admin_actions:extend_volume_completion":  "ADMIN",
    "volume_extension:volume_host_attribute":                  "ADMIN",
    "volume_extension:volume_tenant_attribute":                "READ",
    "volume_extension:volume_mig_status_attribute":            "ADMIN",
    "volume_extension:volume_encryption_metadata":             "READ",
    "volume:get_volume_metadata":                              "READ",
    "volume:create_volume_metadata":                           "WRITE",
    "volume:update_volume_metadata":                           "WRITE",
    "volume:delete_volume_metadata":                           "WRITE",
    "volume_extension:volume_image_metadata:show":             "READ",
    "volume_extension:volume_image_metadata:set":              "WRITE",
    "volume_extension:volume_image_metadata:remove":           "WRITE",
    "volume:get_snapshot":                                     "READ",
    "volume:get_all_snapshots":                                "READ",
    "volume:create_snapshot":                                  "WRITE",
    "volume:update_snapshot":                                  "WRITE",
    "volume:delete_snapshot":                                  "WRITE",
    "volume:get_snapshot_metadata":                            "READ",
    "volume:update_snapshot_metadata":                         "WRITE",
    "volume:delete_snapshot_metadata":                         "WRITE",
    "volume_extension:extended_snapshot_attributes":           "READ",
    "volume_extension:snapshot_admin_actions:reset_status":    "ADMIN",
    "volume_extension:snapshot_admin_actions:force_delete":    "ADMIN",
    "snapshot_extension:snapshot_actions:update_snapshot_status": "WRITE",
    "volume:get_transfer":                                     "READ",
    "volume:get_all_transfers":                                "READ",
    "volume:create_transfer":                                  "WRITE",
    "volume:accept_transfer":                                  "WRITE",
    "volume:delete_transfer":                                  "WRITE",
    "backup:get":                                              "READ",
    "backup:get_all":                                          "READ",
    "backup:create":                                           "WRITE",
    "backup:update":                                           "WRITE",
    "backup:delete":                                           "WRITE",
    "backup:restore":                                          "WRITE",
    "backup:backup-import":                                    "ADMIN",
    "backup:export-import":                                    "ADMIN",
    "backup:backup_project_attribute":                         "ADMIN",
    "volume_extension:backup_admin_actions:reset_status":      "ADMIN",
    "volume_extension:backup_admin_actions:force_delete":      "ADMIN",
    "volume_extension:type_get":                               "READ",
    "volume_extension:type_get_all":                           "READ",
    "volume_extension:type_create":                            "ADMIN",
    "volume_extension:type_update":                            "ADMIN",
    "volume_extension:type_delete":                            "ADMIN",
    "volume_extension:access_types_extra_specs":               "READ",
    "volume_extension:access_types_qos_specs_id":              "ADMIN",
    "volume_extension:types_extra_specs:index":                "READ",
    "volume_extension:types_extra_specs:show":                 "READ",
    "volume_extension:types_extra_specs:read_sensitive":       "ADMIN",
    "volume_extension:types_extra_specs:create":               "ADMIN",
    "volume_extension:types_extra_specs:update":               "ADMIN",
    "volume_extension:types_extra_specs:delete":               "ADMIN",
    "volume_extension:volume_type_access":                     "WRITE",
    "volume_extension:volume_type_access:get_all_for_type":    "ADMIN",
    "volume_extension:volume_type_access:addProjectAccess":    "ADMIN",
    "volume_extension:volume_type_access:removeProjectAccess": "ADMIN",
    "volume_extension:volume_type_encryption:get":             "ADMIN",
    "volume_extension:volume_type_encryption:create":          "ADMIN",
    "volume_extension:volume_type_encryption:update":          "ADMIN",
    "volume_extension:volume_type_encryption:delete":          "ADMIN",
    "volume_extension:default_set_or_update":                  "ADMIN",
    "volume_extension:default_get":                            "ADMIN",
    "volume_extension:default_get_all":                        "ADMIN",
    "volume_extension:default_unset":                          "ADMIN",
    "volume_extension:qos_specs_manage:get":                   "ADMIN",
    "volume_extension:qos_specs_manage:get_all":               "ADMIN",
    "volume_extension:qos_specs_manage:create":                "ADMIN",
    "volume_extension:qos_specs_manage:update":                "ADMIN",
    "volume_extension:qos_specs_manage:delete":                "ADMIN",
    "volume_extension:quotas:show":                            "READ",
    "volume_extension:quotas:update":                          "ADMIN",
    "volume_extension:quotas:delete":                          "ADMIN",
    "volume_extension:quota_classes:get":                      "ADMIN",
    "volume_extension:quota_classes:update":                   "ADMIN",
    "limits_extension:used_limits":                            "READ",
    "volume_extension:services:index":                         "ADMIN",
    "volume_extension:services:update":                        "ADMIN",
    "volume_extension:hosts":                                  "ADMIN",
    "volume_extension:capabilities":                           "ADMIN",
    "scheduler_extension:scheduler_stats:get_pools":           "ADMIN",
    "volume_extension:list_manageable":                        "ADMIN",
    "volume_extension:volume_manage":                          "ADMIN",
    "volume_extension:volume_unmanage":                        "ADMIN",
    "snapshot_extension:list_manageable":                      "ADMIN",
    "snapshot_extension:snapshot_manage":                      "ADMIN",
    "snapshot_extension:snapshot_unmanage":                    "ADMIN",
    "clusters:get":                                            "ADMIN",
    "clusters:get_all":                                        "ADMIN",
    "clusters:update":                                         "ADMIN",
    "workers:cleanup":                                         "ADMIN",
    "message:get":                                             "READ",
    "message:get_all":                                         "READ",
    "message:delete":                                          "WRITE",
    "group:get":                                               "READ",
    "group:get_all":                                           "READ",
    "group:create":                                            "WRITE",
    "group:update":                                            "WRITE",
    "group:delete":                                            "WRITE",
    "group:reset_status":                                      "ADMIN",
    "group:group_project_attribute":                           "ADMIN",
    "group:enable_replication":                                "WRITE",
    "group:disable_replication":                               "WRITE",
    "group:failover_replication":                              "WRITE",
    "group:list_replication_targets":                          "WRITE",
    "group:group_types:create":                                "ADMIN",
    "group:group_types:update":                                "ADMIN",
    "group:group_types:delete":                                "ADMIN",
    "group:access_group_types_specs":                          "ADMIN",
    "group:group_types_specs:get":                             "ADMIN",
    "group:group_types_specs:get_all":                         "ADMIN",
    "group:group_types_specs:create":                          "ADMIN",
    "group:group_types_specs:update":                          "ADMIN",
    "group:group_types_specs:delete":                          "ADMIN",
    "group:get_group_snapshot":                                "READ",
    "group:get_all_group_snapshots":                           "READ",
    "group:create_group_snapshot":                             "WRITE",
    "group:update_group_snapshot":                             "WRITE",
    "group:delete_group_snapshot":                             "WRITE",
    "group:reset_group_snapshot_status":                       "ADMIN",
    "group:group_snapshot_project_attribute":                  "ADMIN",
}
# fmt: on
_ROLE: dict[Who, str] = {"READ": "reader", "WRITE": "member"}


def allows(rule: str, context: RequestContext, target: Mapping[str, Any]) -> bool:
    if context.is_admin:
        return True
    role = _ROLE.get(RULES[rule])
    return (
        role is not None
        and role in context.roles
        and context.project_id is not None
        and context.project_id == target.get("project_id")
    )


def enforce(rule: str, context: RequestContext, target: Mapping[str, Any]) -> None:
    if allows(rule, context, target):
        return
    if context.project_id is None and _ROLE.get(RULES[rule]) in context.roles:
        # Cinder: its rules know no scope, so these pass them; its database refuses them.
        raise not_authorized()
    raise not_allowed(rule)
