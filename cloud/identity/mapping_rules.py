"""Mappings: rules that make a user, groups and projects of what an identity provider says.

Pure: an assertion (names and texts, `;` between several values) goes in, a Mapped comes out.
"""

import ast
import json
import re
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jsonschema

from cloud.identity.errors import BadRequest, Unauthorized, Unexpected

VERSIONS = ("1.0", "2.0", "3.0")
DEFAULT_VERSION = "1.0"
EPHEMERAL, LOCAL = "ephemeral", "local"
# What a rule may name several of in one text.
_SEVERAL = ("groups", "group_ids")
_PLACE = re.compile(r"\{(\d+)\}")

Json = dict[str, Any]


@dataclass
class Mapped:
    """Who somebody is by a mapping."""

    user: Json
    group_ids: list[str] = field(default_factory=list)
    # Each with a `name` and a `domain`.
    group_names: list[Json] = field(default_factory=list)
    # Each with a `name`, `roles`, and since 2.0 perhaps a `domain`.
    projects: list[Json] = field(default_factory=list)


class _NotSaid(Exception):
    """A rule wants something of which the assertion says nothing."""


# What a mapping looks like

_TEXT: Json = {"type": "string"}
_DOMAIN: Json = {
    "type": "object",
    "properties": {"id": _TEXT, "name": _TEXT},
    "additionalProperties": False,
}


def _closed(properties: Json, *required: str) -> Json:
    schema: Json = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**schema, "required": list(required)} if required else schema


def _condition(word: str) -> Json:
    properties = {"type": _TEXT, word: {"type": "array"}, "regex": {"type": "boolean"}}
    return _closed(properties, "type", word)


def _projects(version: str) -> Json:
    roles = {"type": "array", "items": _closed({"name": _TEXT}, "name")}
    properties = {"name": _TEXT, "roles": roles}
    if version != "1.0":
        properties["domain"] = _DOMAIN
    return {"type": "array", "items": _closed(properties, "name", "roles")}


@cache
def _schema(version: str) -> Json:
    kinds = {"type": "string", "enum": [EPHEMERAL, LOCAL]}
    user = {"id": _TEXT, "name": _TEXT, "email": _TEXT, "domain": _DOMAIN, "type": kinds}
    by_name = _closed({"name": _TEXT, "domain": _DOMAIN}, "name", "domain")
    local = {
        "user": _closed(user),
        "projects": _projects(version),
        "group": {"type": "object", "oneOf": [_closed({"id": _TEXT}, "id"), by_name]},
        "groups": _TEXT,
        "group_ids": _TEXT,
        "domain": _DOMAIN,
    }
    if version == "3.0":
        local["projects_json"] = _TEXT
    words = ("any_one_of", "not_any_of", "blacklist", "whitelist")
    remote = [_closed({"type": _TEXT}, "type"), *map(_condition, words)]
    rule = {
        "local": {"type": "array", "items": _closed(local)},
        "remote": {"minItems": 1, "type": "array", "items": {"type": "object", "oneOf": remote}},
    }
    rules = {"minItems": 1, "type": "array", "items": _closed(rule, "local", "remote")}
    return {
        "type": "object",
        "required": ["rules"],
        "properties": {"rules": rules, "schema_version": _TEXT},
    }


def check(mapping: Json) -> None:
    """Refuse a mapping that does not look like one, in Keystone's words: all that is wrong."""
    version = mapping.get("schema_version", DEFAULT_VERSION)
    if version not in VERSIONS:
        # Keystone: a 500.
        raise BadRequest(f"Attribute mapping schema version {version} is not supported.")
    _complain(_schema(version), mapping)


def _complain(schema: Json, value: Any) -> None:
    wrong = sorted(jsonschema.Draft4Validator(schema).iter_errors(value), key=str)
    if wrong:
        raise BadRequest("".join(f"{error.message}\n" for error in wrong))


# What it makes of an assertion


def apply(mapping_id: str, rules: Iterable[Json], version: str, said: dict[str, str]) -> Mapped:
    """Read an assertion by the rules of a mapping.

    Raises Unauthorized when nobody comes out, and Unexpected when a rule is broken.
    """
    assertion = {name: text.split(";") for name, text in said.items()}
    found: list[Json] = []
    for rule in rules:
        try:
            values = [value for value in _held(rule["remote"], assertion) if value is not None]
        except _NotSaid:
            continue
        try:
            found.extend(_filled(local, values) for local in deepcopy(rule["local"]))
        except IndexError:
            raise Unexpected(
                f"mapping {mapping_id} refers to a remote match that is not there"
            ) from None
    if not found:
        raise Unauthorized
    return _gathered(found, version)


def _held(remote: Iterable[Json], assertion: dict[str, list[str]]) -> Iterable[list[str] | None]:
    """What each part of a rule gives to its places; None where it is only a condition."""
    for wanted in remote:
        values = assertion.get(wanted["type"])
        if not values:
            raise _NotSaid
        for word, is_met in (("any_one_of", True), ("not_any_of", False)):
            if word in wanted:
                if bool(_matching(wanted, word, values)) is not is_met:
                    raise _NotSaid
                yield None
                break
        else:
            if "blacklist" in wanted:
                matching = _matching(wanted, "blacklist", values)
                values = [value for value in dict.fromkeys(values) if value not in matching]
            elif "whitelist" in wanted:
                values = _matching(wanted, "whitelist", values)
            yield values


def _matching(wanted: Json, word: str, values: list[str]) -> list[str]:
    patterns = wanted[word]
    if wanted.get("regex", False):
        return [value for value in values if any(re.search(each, value) for each in patterns)]
    return [value for value in dict.fromkeys(values) if value in patterns]


def _filled(rule: Any, values: list[list[str]]) -> Any:
    """Put values into the places of a rule: {0} is the first that the rule has asked for.

    # Keystone: lists travel as their text, which is read again as Python.  Here they stay lists, so
    # that no claim that looks like a list of groups becomes one.
    """
    if isinstance(rule, dict):
        return {
            key: _several(item, values) if key in _SEVERAL else _filled(item, values)
            for key, item in rule.items()
        }
    if isinstance(rule, list):
        return [_filled(item, values) for item in rule]
    return _PLACE.sub(lambda place: _as_text(values[int(place[1])]), rule)


def _several(rule: str, values: list[list[str]]) -> list[str]:
    """The texts of a rule that may stand for several: those of its place, or a written list."""
    whole = _PLACE.fullmatch(rule)
    if whole:
        return values[int(whole[1])]
    if _PLACE.search(rule):
        return [_filled(rule, values)]
    try:
        read = ast.literal_eval(rule)
    except (ValueError, SyntaxError):
        return [rule]
    return [str(each) for each in read] if isinstance(read, list) else [rule]


def _as_text(value: list[str]) -> str:
    return value[0] if len(value) == 1 else str(value)


def _gathered(found: list[Json], version: str) -> Mapped:
    users = [one["user"] for one in found if one.get("user")]
    # Keystone: the first user counts.
    mapped = Mapped(user=users[0] if users else {})
    ids: dict[str, None] = {}
    for one in found:
        group = one.get("group", {})
        if "id" in group:
            ids[group["id"]] = None
        elif "name" in group:
            mapped.group_names.append(group)
        if "groups" in one:
            mapped.group_names.extend(_groups(one))
        if "group_ids" in one:
            ids.update(dict.fromkeys(one["group_ids"]))
        if "projects" in one or "projects_json" in one:
            mapped.projects = _projects_of(one, version)
    mapped.group_ids = list(ids)
    mapped.user.setdefault("type", EPHEMERAL)
    if version != "1.0" and not mapped.user.get("domain") and found[-1].get("domain"):
        mapped.user["domain"] = found[-1]["domain"]
    return mapped


def _groups(one: Json) -> list[Json]:
    if "domain" not in one and not any(text.startswith("JSON:") for text in one["groups"]):
        # Keystone: said with 400 inside, which is 401 for who logs in.
        raise Unauthorized
    found = []
    for text in one["groups"]:
        if text.startswith("JSON:"):
            try:
                group = json.loads(text.removeprefix("JSON:"))
                _complain(_closed({"name": _TEXT, "domain": _DOMAIN}, "name", "domain"), group)
            except (ValueError, BadRequest):
                raise Unauthorized from None
        elif "domain" in one:
            group = {"name": text, "domain": one["domain"]}
        else:
            raise Unauthorized
        found.append(group)
    return found


def _projects_of(one: Json, version: str) -> list[Json]:
    found = [*one.get("projects", ())]
    told = one.get("projects_json")
    if told is not None:
        try:
            projects = json.loads(told)
            _complain(_projects("2.0"), projects)
        except (ValueError, BadRequest):
            raise Unauthorized from None
        found += projects
    for project in found:
        if version != "1.0" and not project.get("domain") and one.get("domain"):
            project["domain"] = one["domain"]
    return found
