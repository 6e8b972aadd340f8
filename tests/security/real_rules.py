"""Who may do what by the default rules of the real services: prints real_rules.json.

Runs where Keystone, Glance, Neutron, Cinder and Placement are installed (their packages alone will
do, beside oslo.policy): python tests/security/real_rules.py > tests/security/real_rules.json
"""

import importlib
import json
import re
import sys

from oslo_config import cfg
from oslo_policy import _checks, policy

SERVICES = {
    "identity": "keystone.common.policies",
    "image": "glance.policies",
    "network": "neutron.conf.policies",
    "volume": "cinder.policies",
    "placement": "placement.policies",
}
HERS, ELSEWHERE = "a" * 32, "b" * 32
ROLES = {
    "stranger": ["member", "reader"],
    "reader": ["reader"],
    "member": ["member", "reader"],
    "manager": ["manager", "member", "reader"],
    "admin": ["admin", "manager", "member", "reader"],
    "service": ["service"],
}


class Target(dict):
    """Something of a project and a user; nothing of it is shared."""

    def __init__(self, project, user):
        super().__init__()
        self.project, self.user = project, user

    def __missing__(self, key):
        if "domain" in key:
            return "none"
        if "user" in key or "trust" in key:
            return self.user
        if re.search("project|tenant|owner|image.id", key):
            return self.project
        return "none"

    def __contains__(self, key):
        return True

    def get(self, key, default=None):
        return self[key]

    def copy(self):
        return self


class NoField(_checks.Check):
    """Neutron's checks of fields: nothing is shared, or of the network."""

    def __call__(self, target, credentials, enforcer, current_rule=None):
        return False


def who(enforcer, name, is_new):
    """Those whom a rule lets do it: to what is hers, or to what is to be of their own."""
    found = []
    for person, roles in ROLES.items():
        project = ELSEWHERE if person == "stranger" else HERS
        credentials = {
            "user_id": person,
            "project_id": project,
            "tenant_id": project,
            "roles": roles,
            "is_admin": "admin" in roles,
            "is_admin_project": True,
            "user_domain_id": "default",
            "project_domain_id": "default",
            "token": {},
        }
        # Hers is whose role is member.
        target = Target(project, person) if is_new else Target(HERS, "member")
        check = enforcer.rules[name]
        try:
            if check(target, credentials, enforcer, name):
                found.append(person)
        except KeyError:
            continue
    return found


def asked(service, operation):
    """What an operation is called in the route tables: without versions and names of places."""
    path = operation["path"].split("?")[0].strip()
    path, _, action = path.partition(" (")
    path = re.sub(r"^/(v3|v2\.0|v2)(?=/|$)", "", path)
    path = re.sub(r"\{[^}]*\}", "{}", path).rstrip("/")
    if service == "volume":
        path = re.sub(r"^/\{\}", "", path)
    methods = operation["method"]
    for method in methods if isinstance(methods, list) else [methods]:
        yield f"{method.upper()} {path}{' ' + action.rstrip(')') if action else ''}"


def rules_of(module):
    _checks.registered_checks["field"] = NoField
    rules = list(importlib.import_module(module).list_rules())
    for rule in rules:
        rule._deprecated_rule = None
    conf = cfg.ConfigOpts()
    conf([], project="none", default_config_files=[])
    enforcer = policy.Enforcer(conf, use_conf=False)
    conf.set_override("enforce_new_defaults", True, group="oslo_policy")
    for rule in rules:
        enforcer.rules[rule.name] = rule.check
    return rules, enforcer


def main():
    told = {}
    for service, module in SERVICES.items():
        rules, enforcer = rules_of(module)
        found = told[service] = {}
        for rule in rules:
            # Rules about attributes are asked beside the one of the operation.
            if service == "network" and rule.name.count(":"):
                continue
            for operation in getattr(rule, "operations", None) or ():
                for key in asked(service, operation):
                    people = who(enforcer, rule.name, is_new="{}" not in key)
                    found.setdefault(key, {})[rule.name] = people
    json.dump(
        {
            service: {
                key: {name: " ".join(people) for name, people in rules.items()}
                for key, rules in found.items()
            }
            for service, found in told.items()
        },
        sys.stdout,
        indent=1,
        sort_keys=True,
    )


if __name__ == "__main__":
    main()
