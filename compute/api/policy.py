"""Asks the rules: oslo.policy with Nova's defaults and the operator's policy.yaml."""

import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from compute.api.policies import BASE_RULES, RULES
from compute.domain.errors import PolicyNotAuthorized
from middleware.context import RequestContext

_LOOK_AGAIN = 1.0  # seconds between looks at the operator's file
_MOST_DECISIONS = 20_000

_lock = threading.Lock()
_enforcer: Any = None
_decisions: dict[tuple[Any, ...], bool] = {}
_looked_at = 0.0
_stamp: float | None = None


def _operators_file() -> Path:
    return Path(getattr(settings, "POLICY_FILE", None) or settings.DATA / "policy.yaml")


def _make_enforcer() -> Any:
    from oslo_config import cfg
    from oslo_policy import opts, policy

    conf = cfg.ConfigOpts()
    conf([], project="nova", default_config_files=[], default_config_dirs=[])
    opts._register(conf)
    conf.set_override("policy_file", str(_operators_file()), group="oslo_policy")
    conf.set_override("enforce_new_defaults", True, group="oslo_policy")
    enforcer = policy.Enforcer(conf)
    enforcer.suppress_deprecation_warnings = True
    enforcer.suppress_default_change_warnings = True
    for rule in BASE_RULES:
        enforcer.register_default(policy.RuleDefault(rule.name, rule.check))
    for rule in RULES:
        older = rule.older_name and policy.DeprecatedRule(
            rule.older_name, rule.check, deprecated_reason="split", deprecated_since="21.0.0"
        )
        enforcer.register_default(
            policy.DocumentedRuleDefault(
                name=rule.name,
                check_str=rule.check,
                description=rule.sentence,
                operations=[{"method": "GET", "path": "/"}],
                scope_types=["project"],
                deprecated_rule=older or None,
            )
        )
    enforcer.load_rules()
    return enforcer


def _current() -> Any:
    """The enforcer, made at first use and again when the operator's file has changed."""
    global _enforcer, _looked_at, _stamp
    now = time.monotonic()
    if _enforcer is not None and now - _looked_at < _LOOK_AGAIN:
        return _enforcer
    with _lock:
        path = _operators_file()
        stamp = path.stat().st_mtime if path.exists() else None
        if _enforcer is None or stamp != _stamp:
            _enforcer = _make_enforcer()
            _decisions.clear()
            _stamp = stamp
        _looked_at = now
    return _enforcer


def forget() -> None:
    """Read the operator's file anew at the next question."""
    global _looked_at, _enforcer
    _looked_at, _enforcer = 0.0, None
    _decisions.clear()


def allows(context: RequestContext, rule: str, target: Mapping[str, Any] | None = None) -> bool:
    """Whether `rule` lets the caller act on `target` (None: on their own project)."""
    enforcer = _current()
    if target is None:
        target = {"project_id": context.project_id, "user_id": context.user_id}
    # A decision depends on nothing else, so it may be remembered until the file changes.
    key = (
        rule,
        context.user_id,
        context.project_id,
        context.roles,
        context.is_admin,
        context.system_scope,
        context.domain_id,
        context.service_roles,
        *target.items(),
    )
    known = _decisions.get(key)
    if known is None:
        known = bool(_ask(enforcer, rule, dict(target), context))
        if len(_decisions) >= _MOST_DECISIONS:
            _decisions.clear()
        _decisions[key] = known
    return known


def _ask(enforcer: Any, rule: str, target: dict[str, Any], context: RequestContext) -> bool:
    from oslo_policy import policy

    try:
        return bool(enforcer.authorize(rule, target, context.to_policy_values()))
    except policy.InvalidScope:
        return False


def authorize(context: RequestContext, rule: str, target: Mapping[str, Any] | None = None) -> None:
    """Raise PolicyNotAuthorized unless `rule` lets the caller act on `target`."""
    if not allows(context, rule, target):
        raise PolicyNotAuthorized(action=rule)
