"""Which rules a request that writes asks, and whether the caller is granted all of them.

Neutron asks the rule of the operation, one for each guarded attribute that was set, and one for
each part of such an attribute; its refusal quotes all of them, however few were not granted.
"""

from typing import Any

from cloud.network import errors, policies
from cloud.network.api.resource import Field, Noun
from middleware.context import RequestContext

Values = dict[str, Any]


def demand(
    context: RequestContext,
    noun: type[Noun],
    action: str,
    target: policies.Target,
    values: Values,
    given: Values,
) -> None:
    """Raise unless the caller may do `action` with these values; `given`: what the body held."""
    asked = [action]
    if action.startswith("get"):
        given = values = {}
    words = f"rule:{action}"
    for key, field in noun.fields.items():
        if field.guarded and _is_set(action, field, values, given):
            own = [f"{action}:{key}", *(f"{action}:{key}:{part}" for part in _parts(field, values))]
            asked += own
            words = f"({words} and {_quoted(field, own)})"
    scope = policies.foreign_scope(context)
    # Neutron: rules of attributes hide the scope of the operation's own.
    if scope is not None and len(asked) == 1:
        raise errors.InvalidScope(rule=action, scope=scope)
    # Neutron: of a guarded attribute that no rule is about, the owner disposes.
    if not all(policies.grants(context, rule, target, unknown="owner") for rule in asked):
        raise errors.PolicyNotAuthorized(rule=words)


def _is_set(action: str, field: Field, values: Values, given: Values) -> bool:
    # Neutron: what equals the default counts as not given when something is created.
    if action.startswith("update") or (given is not values and not action.startswith("create")):
        return field.key in given
    return field.key in values and values[field.key] != field.default


def _parts(field: Field, values: Values) -> list[str]:
    value = values.get(field.key)
    if isinstance(value, dict):
        return [part for part in field.parts if part in value]
    if isinstance(value, list):
        return [part for item in value if isinstance(item, dict) for part in item]
    return []


def _quoted(field: Field, rules: list[str]) -> str:
    attribute, *parts = (f"rule:{rule}" for rule in rules)
    return f"({attribute} and ({' and '.join(parts)}))" if parts else attribute
