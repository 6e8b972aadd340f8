"""Configuration of one domain: which options there are, their defaults, and what is stored.

Nothing here reads them: Keystone would, with domain specific drivers, which this service has not.
"""

from typing import Any

from django.db import transaction

from cloud.identity.errors import BadRequest, Forbidden, NotFound
from cloud.identity.models import DomainOption, Project

Options = dict[str, dict[str, Any]]

# fmt: off
DEFAULTS: Options = {
    "identity": {"driver": "sql", "list_limit": None},
    "ldap": {
        "url": "ldap://localhost",
        "user": None,
        "suffix": "cn=example,cn=com",
        "query_scope": "one",
        "page_size": 0,
        "alias_dereferencing": "default",
        "debug_level": None,
        "chase_referrals": None,
        "user_tree_dn": None,
        "user_filter": None,
        "user_objectclass": "inetOrgPerson",
        "user_id_attribute": "cn",
        "user_name_attribute": "sn",
        "user_mail_attribute": "mail",
        "user_description_attribute": "description",
        "user_pass_attribute": "userPassword",
        "user_enabled_attribute": "enabled",
        "user_enabled_invert": False,
        "user_enabled_mask": 0,
        "user_enabled_default": "True",
        "user_attribute_ignore": ["default_project_id"],
        "user_default_project_id_attribute": None,
        "user_enabled_emulation": False,
        "user_enabled_emulation_dn": None,
        "user_enabled_emulation_use_group_config": False,
        "user_additional_attribute_mapping": [],
        "group_tree_dn": None,
        "group_filter": None,
        "group_objectclass": "groupOfNames",
        "group_id_attribute": "cn",
        "group_name_attribute": "ou",
        "group_members_are_ids": False,
        "group_member_attribute": "member",
        "group_desc_attribute": "description",
        "group_attribute_ignore": [],
        "group_additional_attribute_mapping": [],
        "tls_cacertfile": None,
        "tls_cacertdir": None,
        "use_tls": False,
        "tls_req_cert": "demand",
        "use_pool": True,
        "pool_size": 10,
        "pool_retry_max": 3,
        "pool_retry_delay": 0.1,
        "pool_connection_timeout": -1,
        "pool_connection_lifetime": 600,
        "use_auth_pool": True,
        "auth_pool_size": 100,
        "auth_pool_connection_lifetime": 60,
    },
}
# fmt: on
_SECRET = {"ldap": frozenset({"password"})}
COMPLIANCE = "security_compliance"
# Passwords are held to no pattern here.
_READABLE: dict[str, Any] = {"password_regex": None, "password_regex_description": None}


# Keystone: says of what is no object what Python said when it was used as one.
_NO_LIST = "'{}' object is not iterable"
_WORDS: dict[type, str] = {
    str: "string indices must be integers, not 'str'",
    list: "list indices must be integers or slices, not str",
}


def _refused(reason: str) -> Forbidden:
    return Forbidden(f"Invalid domain specific configuration: {reason}.")


def check(group: str | None, option: str | None = None) -> None:
    """Refuse a group or an option that domains cannot have."""
    if group is None:
        return
    if group not in DEFAULTS:
        raise _refused(f"Group {group} is not supported for domain specific configurations")
    known = DEFAULTS[group].keys() | _SECRET.get(group, frozenset())
    # Keystone: an option without a name is nobody's, and so nobody refuses it.
    if option and option not in known:
        raise _refused(
            f"Option {option} in group {group} is not supported for domain specific configurations"
        )


def _check_all(config: Any) -> None:
    if not config:
        raise _refused("No options specified")
    if not isinstance(config, dict):
        raise BadRequest(_WORDS.get(type(config), _NO_LIST.format(type(config).__name__)))
    for group, options in config.items():
        if not options or not isinstance(options, dict):
            raise _refused(
                f"The value of group {group} specified in the config should be a dictionary of "
                "options"
            )
        for option in options:
            check(group, option)


def _not_found(domain_id: str, group: str | None, option: str | None) -> NotFound:
    if option is not None:
        what = f"option {option} in group {group}"
    else:
        what = "any options" if group is None else f"group {group}"
    return NotFound(f"Could not find {what} in domain configuration for domain {domain_id}.")


def default(group: str | None, option: str | None) -> dict[str, Any]:
    """The defaults, of all groups, of one, or of one option."""
    check(group, option)
    if group is None:
        return DEFAULTS
    if option is None:
        return {group: DEFAULTS[group]}
    if option not in DEFAULTS[group]:
        raise _refused(f"Reading the default for option {option} in group {group} is not supported")
    return {option: DEFAULTS[group][option]}


def compliance(domain_id: str, option: str | None) -> dict[str, Any]:
    """What passwords are held to, all of it or one option, which is the same in all domains.

    Keystone: that is told of the default domain alone, nobody looks whether another is there, and
    the sentences end in two full stops.
    """
    if domain_id != "default":
        raise _refused(
            "Reading security compliance information for any domain other than the default domain "
            "is not allowed or supported."
        )
    if option is None:
        return {COMPLIANCE: _READABLE}
    if option not in _READABLE:
        raise _refused(
            "Reading security compliance values other than password_regex and "
            "password_regex_description is not allowed."
        )
    return {option: _READABLE[option]}


def stored(domain_id: str, *, with_secrets: bool = False) -> Options:
    """What is set for a domain; secrets are left out where they are shown."""
    config: Options = {}
    rows = DomainOption.objects.filter(domain_id=domain_id).order_by("pk")
    for group, option, value in rows.values_list("group", "option", "value"):
        if with_secrets or option not in _SECRET.get(group, ()):
            config.setdefault(group, {})[option] = value
    return config


def get(domain_id: str, group: str | None, option: str | None) -> dict[str, Any]:
    """What is set for a domain, in all groups, in one, or for one option."""
    check(group, option)
    config = stored(domain_id)
    if not config or (group is not None and group not in config):
        raise _not_found(domain_id, group, option)
    if group is None:
        return config
    if option is None:
        return {group: config[group]}
    if option not in config[group]:
        raise _not_found(domain_id, group, option)
    return {option: config[group][option]}


def create(domain: Project, config: Any) -> tuple[Options, bool]:
    """Set a domain's configuration in place of any other; say too whether it is the first."""
    _check_all(config)
    with transaction.atomic():
        old, _ = DomainOption.objects.filter(domain=domain).delete()
        _write(domain, config)
    return stored(domain.pk), not old


def _write(domain: Project, config: Options) -> None:
    for group, options in config.items():
        for option, value in options.items():
            DomainOption.objects.update_or_create(
                domain=domain, group=group, option=option, defaults={"value": value}
            )


def update(domain: Project, config: Any, group: str | None, option: str | None) -> Options:
    """Change a domain's configuration, or one group or option of it that is set."""
    if group is not None and option is not None:
        config = {group: config}
    _check_all(config)
    check(group, option)
    if group is not None:
        _check_named(config, group, option)
        there = stored(domain.pk, with_secrets=True).get(group)
        if there is None or (option is not None and option not in there):
            raise _not_found(domain.pk, group, option)
    with transaction.atomic():
        for name, options in config.items():
            if "" in options:
                # Keystone: an option without a name stands for all of its group.
                DomainOption.objects.filter(domain=domain, group=name).delete()
        _write(domain, config)
    return get(domain.pk, None, None)


def _check_named(config: Options, group: str, option: str | None) -> None:
    """Refuse what names anything but the group, or the option of it, that the URL names."""
    if len(config) != 1 or (option is not None and len(config[group]) != 1):
        what = f"option {option} in group {group}" if option else f"group {group}"
        # Keystone: two spaces stand where the option is named.
        kind = "option must be specified  in" if option else "group must be specified in"
        raise _refused(f"Trying to update {what}, so that, and only that, {kind} the config")
    if group not in config:
        (other,) = config
        raise _refused(
            f"request to update group {group}, but config provided contains group {other} instead"
        )
    if option is not None and option not in config[group]:
        (other,) = config[group]
        raise _refused(
            f"Trying to update option {option} in group {group}, but config provided contains "
            f"option {other} instead"
        )


def delete(domain: Project, group: str | None, option: str | None) -> None:
    """Forget a domain's configuration, or one group or option of it."""
    check(group, option)
    there = stored(domain.pk, with_secrets=True)
    if group is not None and group not in there:
        raise _not_found(domain.pk, group, None)
    if group is not None and option is not None and option not in there[group]:
        raise _not_found(domain.pk, group, option)
    which: dict[str, Any] = {"domain": domain}
    if group is not None:
        which["group"] = group
    if option is not None:
        which["option"] = option
    DomainOption.objects.filter(**which).delete()
