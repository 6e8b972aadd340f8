"""Who may do what: Keystone's rule names and defaults, grouped by what they ask."""

from functools import cache

from oslo_config import cfg
from oslo_policy import policy

READER = "(role:reader and system_scope:all)"
ADMIN = "rule:admin_required"
ADMIN_OR_READER = f"{ADMIN} or {READER}"

_IN_PROJECT_DOMAIN = (
    "domain_id:%(target.project.domain_id)s and not None:%(target.project.domain_id)s"
)
_SEES_PROJECT = (
    f"{ADMIN_OR_READER} or (role:reader and {_IN_PROJECT_DOMAIN})"
    " or project_id:%(target.project.id)s"
)
_RUNS_PROJECT = f"{ADMIN} or (role:manager and {_IN_PROJECT_DOMAIN})"
_RUNS_USER = f"{ADMIN} or (role:manager and token.domain.id:%(target.user.domain_id)s)"
_RUNS_GROUP = f"{ADMIN} or (role:manager and domain_id:%(target.group.domain_id)s)"
_SEES_GROUP = f"{ADMIN_OR_READER} or (role:reader and domain_id:%(target.group.domain_id)s)"
_IN_BOTH = "domain_id:%(target.group.domain_id)s and domain_id:%(target.user.domain_id)s"
_OWN_CREDENTIAL = "user_id:%(target.credential.user_id)s"
_TRUSTOR = "user_id:%(target.trust.trustor_user_id)s"
_TRUSTEE = "user_id:%(target.trust.trustee_user_id)s"
_IN_DOMAIN = "(role:reader and domain_id:%(target.domain_id)s and not None:%(target.domain_id)s)"
_OWN_USER = "user_id:%(target.user.id)s"


def _granting(role: str) -> str:
    """What a grant asks of a domain's people: the actor and the target are in their domain."""
    actors = ("user", "group")
    targets = ("project.domain_id", "domain.id")
    return " or ".join(
        f"(role:{role} and domain_id:%(target.{actor}.domain_id)s"
        f" and domain_id:%(target.{target})s)"
        for actor in actors
        for target in targets
    )


_ROLE_IN_DOMAIN = "(domain_id:%(target.role.domain_id)s or None:%(target.role.domain_id)s)"
_GRANTS = (
    f"{ADMIN} or (({_granting('admin')}) and {_ROLE_IN_DOMAIN})"
    f" or (({_granting('manager')}) and rule:domain_managed_target_role)"
)

SPD = ["system", "domain", "project"]
SP = ["system", "project"]
P = ["project"]

_BASE = {
    "admin_required": "role:admin or is_admin:1",
    "service_role": "role:service",
    "service_or_admin": "rule:admin_required or rule:service_role",
    "owner": "user_id:%(user_id)s",
    "token_subject": "user_id:%(target.token.user_id)s",
    "domain_managed_target_role": (
        "'manager':%(target.role.name)s or 'member':%(target.role.name)s"
        " or 'reader':%(target.role.name)s"
    ),
}

# fmt: off
# rules (without "identity:")                      what they ask                      scopes
_TABLE: tuple[tuple[str, str, list[str] | None], ...] = (
    ("get_auth_catalog get_auth_projects get_auth_domains get_auth_system", "", None),
    ("get_region list_regions get_registered_limit list_registered_limits get_limit_model"
     " list_limits get_security_compliance_domain_config", "", SPD),
    ("create_domain update_domain delete_domain create_domain_config update_domain_config"
     " delete_domain_config create_region update_region delete_region create_service"
     " update_service delete_service create_endpoint update_endpoint delete_endpoint"
     " create_role update_role delete_role create_domain_role update_domain_role"
     " delete_domain_role create_implied_role delete_implied_role create_policy update_policy"
     " delete_policy create_policy_association_for_endpoint"
     " delete_policy_association_for_endpoint create_policy_association_for_service"
     " delete_policy_association_for_service create_policy_association_for_region_and_service"
     " delete_policy_association_for_region_and_service create_endpoint_group"
     " update_endpoint_group delete_endpoint_group add_endpoint_group_to_project"
     " remove_endpoint_group_from_project add_endpoint_to_project remove_endpoint_from_project"
     " create_consumer update_consumer delete_consumer create_limits update_limit delete_limit"
     " create_identity_provider update_identity_provider delete_identity_provider"
     " create_protocol update_protocol delete_protocol create_mapping update_mapping"
     " delete_mapping create_service_provider update_service_provider delete_service_provider"
     " create_registered_limits update_registered_limit delete_registered_limit"
     " create_system_grant_for_user revoke_system_grant_for_user create_system_grant_for_group"
     " revoke_system_grant_for_group", ADMIN, SP),
    ("get_domain_config get_domain_config_default get_service list_services get_endpoint"
     " list_endpoints get_domain_role list_domain_roles get_implied_role list_implied_roles"
     " check_implied_role list_role_inference_rules get_policy list_policies"
     " check_policy_association_for_endpoint check_policy_association_for_service"
     " check_policy_association_for_region_and_service get_policy_for_endpoint"
     " list_endpoints_for_policy list_endpoint_groups get_endpoint_group"
     " list_projects_associated_with_endpoint_group"
     " list_endpoints_associated_with_endpoint_group get_endpoint_group_in_project"
     " list_endpoint_groups_for_project list_projects_for_endpoint check_endpoint_in_project"
     " list_identity_providers get_identity_provider list_protocols get_protocol"
     " list_mappings get_mapping list_service_providers get_service_provider"
     " list_endpoints_for_project get_consumer list_consumers list_trusts"
     " list_system_grants_for_user check_system_grant_for_user list_system_grants_for_group"
     " check_system_grant_for_group", ADMIN_OR_READER, SP),
    ("get_domain", f"{ADMIN_OR_READER} or token.domain.id:%(target.domain.id)s"
     " or token.project.domain.id:%(target.domain.id)s", SPD),
    ("list_domains", f"{ADMIN_OR_READER} or (role:reader and domain_id:%(target.domain.id)s)", SPD),
    ("get_project list_project_tags get_project_tag", _SEES_PROJECT, SPD),
    ("create_project update_project delete_project update_project_tags create_project_tag"
     " delete_project_tags delete_project_tag", _RUNS_PROJECT, SPD),
    ("list_projects list_users",
     f"{ADMIN_OR_READER} or (role:reader and domain_id:%(target.domain_id)s)", SPD),
    ("list_user_projects", f"{ADMIN_OR_READER}"
     f" or (role:reader and domain_id:%(target.user.domain_id)s) or {_OWN_USER}", SPD),
    ("get_user", f"{ADMIN_OR_READER}"
     f" or (role:reader and token.domain.id:%(target.user.domain_id)s) or {_OWN_USER}", SPD),
    ("create_user update_user delete_user", _RUNS_USER, SPD),
    ("get_group list_groups list_users_in_group", _SEES_GROUP, SPD),
    ("create_group update_group delete_group", _RUNS_GROUP, SPD),
    ("list_groups_for_user", f"{ADMIN_OR_READER}"
     " or (role:reader and domain_id:%(target.user.domain_id)s) or rule:owner", SPD),
    ("check_user_in_group", f"{ADMIN_OR_READER} or (role:reader and {_IN_BOTH})", SPD),
    ("add_user_to_group remove_user_from_group",
     f"{ADMIN} or (role:manager and {_IN_BOTH})", SPD),
    ("get_role", f"{ADMIN_OR_READER} or (role:manager and rule:domain_managed_target_role)", SPD),
    ("list_roles", f"{ADMIN_OR_READER} or (role:manager and not domain_id:None)", SPD),
    ("check_grant", f"{ADMIN_OR_READER}"
     f" or (({_granting('reader')}) and {_ROLE_IN_DOMAIN})", SPD),
    ("list_grants", f"{ADMIN_OR_READER} or {_granting('reader')}", SPD),
    ("create_grant revoke_grant", _GRANTS, SPD),
    ("list_role_assignments list_role_assignments_for_tree",
     f"{ADMIN_OR_READER} or {_IN_DOMAIN}", SPD),
    ("get_application_credential list_application_credentials",
     f"{ADMIN_OR_READER} or rule:owner", SP),
    ("create_application_credential", "rule:owner", P),
    ("delete_application_credential", f"{ADMIN} or rule:owner", SP),
    ("get_access_rule list_access_rules", f"{READER} or {_OWN_USER}", SP),
    ("delete_access_rule", f"(role:admin and system_scope:all) or {_OWN_USER}", SP),
    ("get_credential list_credentials", f"{ADMIN_OR_READER} or {_OWN_CREDENTIAL}", SPD),
    ("create_credential update_credential delete_credential",
     f"{ADMIN} or {_OWN_CREDENTIAL}", SPD),
    ("ec2_get_credential", f"{ADMIN_OR_READER} or {_OWN_CREDENTIAL}", SP),
    ("ec2_list_credentials", f"{ADMIN_OR_READER} or rule:owner", SP),
    ("ec2_create_credential ec2_delete_credential",
     f"{ADMIN} or (role:member and {_OWN_CREDENTIAL})", SP),
    ("get_limit", f"{ADMIN_OR_READER} or domain_id:%(target.limit.domain.id)s"
     " or domain_id:%(target.limit.project.domain_id)s"
     " or (project_id:%(target.limit.project_id)s and not None:%(target.limit.project_id)s)", SPD),
    ("revoke_tokens_for_user", f"{ADMIN} or rule:owner", SPD),
    ("check_token", f"{ADMIN_OR_READER} or rule:token_subject", SPD),
    ("validate_token", f"{ADMIN_OR_READER} or rule:service_role or rule:token_subject", SPD),
    ("revoke_token", f"{ADMIN} or rule:token_subject", SPD),
    ("revocation_list", "rule:service_or_admin", SP),
    ("ec2tokens_validate s3tokens_validate", "rule:service_or_admin", SPD),
    ("authorize_request_token list_access_tokens get_access_token delete_access_token"
     " list_access_token_roles get_access_token_role", ADMIN, P),
    ("create_trust", _TRUSTOR, P),
    ("list_trusts_for_trustor", f"{ADMIN_OR_READER} or {_TRUSTOR}", SP),
    ("list_trusts_for_trustee", f"{ADMIN_OR_READER} or {_TRUSTEE}", SP),
    ("get_trust list_roles_for_trust get_role_for_trust",
     f"{ADMIN_OR_READER} or {_TRUSTOR} or {_TRUSTEE}", SP),
    ("delete_trust", f"{ADMIN} or {_TRUSTOR}", SP),
)
# fmt: on


def rules() -> list[policy.RuleDefault]:
    """Every rule with its default."""
    return [
        *(policy.RuleDefault(name, check) for name, check in _BASE.items()),
        *(
            policy.RuleDefault(
                f"identity:{name}", check, scope_types=list(scopes) if scopes else None
            )
            for names, check, scopes in _TABLE
            for name in names.split()
        ),
    ]


@cache
def _enforcer() -> policy.Enforcer:
    conf = cfg.ConfigOpts()
    conf([], project="kilonova", default_config_files=[])
    enforcer = policy.Enforcer(conf, use_conf=False)
    enforcer.register_defaults(rules())
    enforcer.load_rules()
    for rule in rules():
        enforcer.rules.setdefault(rule.name, rule.check)
    return enforcer


def allows(action: str, target: dict[str, object], credentials: dict[str, object]) -> bool:
    """Whether the rule of `action` grants it to `credentials` on a flat `target`."""
    return bool(_enforcer().enforce(f"identity:{action}", target, credentials))
