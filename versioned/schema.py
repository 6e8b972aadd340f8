"""Ranged JSON Schemas: one tree, one validator for each epoch.

Validation is fast yes, slow no.  jsonschema-rs answers most requests; only when it says no is
python-jsonschema asked, whose wording clients know, and that has the last word.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import jsonschema
import jsonschema_rs

from versioned.versions import EARLIEST, Epochs, Ranged, Version, marks, parse, resolve

Tree = Any


class Invalid(Exception):
    """A body or a query does not fit its schema; `detail` is the sentence for the client."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


def _explain(error: jsonschema.ValidationError, is_body: bool) -> str:
    return error.message


@dataclass(frozen=True)
class Dialect:
    """How one service reads schemas: its formats, its extra rules and the words for an error.

    `formats`: name -> predicate over any JSON value; a predicate may raise an exception listed
    in `format_errors`, which then is the error's `cause`.  `numeric_strings`: "minimum" and
    "maximum" hold for strings of digits too.
    """

    formats: Mapping[str, Callable[[Any], bool]] = field(default_factory=dict)
    format_errors: tuple[type[Exception], ...] = ()
    numeric_strings: bool = False
    explain: Callable[[jsonschema.ValidationError, bool], str] = _explain

    def checker(self) -> jsonschema.FormatChecker:
        checker = jsonschema.FormatChecker()
        for name, passes in self.formats.items():
            checker.checks(name, self.format_errors)(passes)
        return checker


class Validator:
    """A validator for one epoch; `check` returns the value or raises Invalid."""

    def __init__(self, schema: dict[str, Any], dialect: Dialect, is_body: bool) -> None:
        self.schema = schema
        self._dialect = dialect
        self._is_body = is_body
        self._fast = _Fast(schema, dialect)
        base: Any = jsonschema.Draft202012Validator
        if dialect.numeric_strings:
            base = jsonschema.validators.extend(  # type: ignore[no-untyped-call]
                base,
                {
                    "minimum": _numeric(base.VALIDATORS["minimum"]),
                    "maximum": _numeric(base.VALIDATORS["maximum"]),
                },
            )
        self._slow = base(schema, format_checker=dialect.checker())

    def accepts_fast(self, value: Any) -> bool:
        return self._fast.accepts(value)

    def accepts_slow(self, value: Any) -> bool:
        return next(iter(self._slow.iter_errors(value)), None) is None

    def check(self, value: Any, given: Any = None) -> None:
        """Raise Invalid for the first error; `given` is the value before anything was dropped."""
        if self._fast.accepts(value):
            return
        try:
            error = next(iter(self._slow.iter_errors(value)), None)
        except TypeError as exc:
            # Nova: a key that is no string makes patternProperties raise, and its text is shown.
            raise Invalid(str(exc)) from exc
        if error is not None:
            if given is not None:
                error.instance = _as_given(error, given)
            raise Invalid(self._dialect.explain(error, self._is_body))


def _as_given(error: jsonschema.ValidationError, given: Any) -> Any:
    """What an error is about, with the keys that were dropped from it, not from what it holds."""
    # Nova: keys are dropped last of all, so that an error before still shows them.
    try:
        for key in error.absolute_path:
            given = given[key]
    except (LookupError, TypeError):
        return error.instance
    if not (isinstance(given, dict) and isinstance(error.instance, dict)):
        return error.instance
    return {key: error.instance.get(key, value) for key, value in given.items()}


class _Fast:
    """The same schema for jsonschema-rs, with patterns and string ranges as Python callables.

    Patterns are Python's dialect of regular expressions; handing them to `re` is what makes a
    Rust engine safe to believe when it says yes.
    """

    def __init__(self, schema: dict[str, Any], dialect: Dialect) -> None:
        self._formats: dict[str, Callable[[str], bool]] = {
            name: _quietly(passes, dialect.format_errors)
            for name, passes in dialect.formats.items()
        }
        self._numeric = dialect.numeric_strings
        self._rust = jsonschema_rs.Draft202012Validator(
            self._translated(schema), formats=self._formats, validate_formats=True
        )

    def accepts(self, value: Any) -> bool:
        try:
            return bool(self._rust.is_valid(value))
        except (ValueError, TypeError):
            # A value that Rust cannot hold (a huge integer, a lone surrogate): ask Python.
            return False

    def _translated(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self._translated(item) for item in node]
        if not isinstance(node, dict):
            return node
        out: dict[str, Any] = {}
        extra: list[dict[str, Any]] = []
        for key, value in node.items():
            if key == "pattern" and isinstance(value, str):
                extra.append({"format": self._pattern(value)})
            elif key in ("enum", "const", "required"):
                out[key] = value
            elif key in ("properties", "patternProperties"):
                out[key] = {name: self._translated(sub) for name, sub in value.items()}
            else:
                out[key] = self._translated(value)
        if self._numeric and ("minimum" in node or "maximum" in node):
            extra.append({"format": self._range(node.get("minimum"), node.get("maximum"))})
        if extra:
            out["allOf"] = [*out.get("allOf", []), *extra]
        return out

    def _pattern(self, pattern: str) -> str:
        name = f"pattern:{pattern}"
        compiled = re.compile(pattern)
        self._formats[name] = lambda text: compiled.search(text) is not None
        return name

    def _range(self, low: float | None, high: float | None) -> str:
        def within(text: str) -> bool:
            number = number_from(text)
            if number is None:
                return True
            return (low is None or number >= low) and (high is None or number <= high)

        name = f"range:{low}:{high}"
        self._formats[name] = within
        return name


def _quietly(
    passes: Callable[[Any], bool], errors: tuple[type[Exception], ...]
) -> Callable[[str], bool]:
    def quiet(text: str) -> bool:
        try:
            return passes(text)
        except errors:
            return False

    return quiet


def number_from(value: Any) -> float | None:
    """`value` as a number, strings included; None for what is none."""
    for read in (int, float):
        try:
            return read(value)
        except (ValueError, TypeError):
            continue
    return None


def _numeric(rule: Callable[..., Iterable[Any]]) -> Callable[..., Iterable[Any]]:
    def check(validator: Any, limit: float, instance: Any, schema: Any) -> Iterable[Any]:
        number = number_from(instance)
        return () if number is None else (rule(validator, limit, number, schema) or ())

    return check


class Schema:
    """A ranged schema.  `check(value, version)` returns the value that the handler may use.

    With `relaxed=True` (a legacy API) unknown keys are dropped instead of refused.
    """

    def __init__(self, tree: Tree, dialect: Dialect, *, is_body: bool = True) -> None:
        self.tree = tree
        self.dialect = dialect
        self.is_body = is_body
        self.marks = frozenset(marks(tree))
        self._epochs = Epochs(self.marks)
        self._validators: dict[tuple[Version, bool], Validator | None] = {}
        self._lock = Lock()

    def at(self, version: Version) -> dict[str, Any] | None:
        """The plain schema at `version`, or None when there is none."""
        tree = resolve(self.tree, version)
        return tree if isinstance(tree, dict) else None

    def validator(self, version: Version, *, relaxed: bool = False) -> Validator | None:
        key = (self._epochs.of(version), relaxed)
        try:
            return self._validators[key]
        except KeyError:
            pass
        with self._lock:
            if key not in self._validators:
                schema = self.at(version)
                if schema is not None and relaxed:
                    schema = _relax(deepcopy(schema))
                self._validators[key] = (
                    None if schema is None else Validator(schema, self.dialect, self.is_body)
                )
        return self._validators[key]

    def check(self, value: Any, version: Version, *, relaxed: bool = False) -> Any:
        validator = self.validator(version, relaxed=relaxed)
        if validator is None:
            return value
        if not relaxed:
            validator.check(value)
            return value
        stripped = _strip(value, validator.schema)
        validator.check(stripped, value)
        return stripped

    def compile_all(self) -> None:
        """Make every epoch's validator, so that a bad range fails at start."""
        for first in self._epochs.firsts:
            self.validator(first)


_STRIP = "x-strip-unknown"


def _relax(node: Any) -> Any:
    if isinstance(node, list):
        return [_relax(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("additionalProperties") is False and "patternProperties" not in node:
        del node["additionalProperties"]
        node[_STRIP] = True
    return {key: _relax(value) if key != "enum" else value for key, value in node.items()}


def _strip(value: Any, schema: Any) -> Any:
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        return [_strip(item, schema["items"]) for item in value]
    if not isinstance(value, dict):
        return value
    known = schema.get("properties", {})
    if schema.get(_STRIP) and any(key in known for key in value):
        # Nova: an object whose keys are all unknown is left alone.
        value = {key: item for key, item in value.items() if key in known}
    return {
        key: _strip(item, known[key]) if isinstance(known.get(key), dict) else item
        for key, item in value.items()
    }


def body(
    envelope: str,
    properties: Mapping[str, Any],
    required: Iterable[Any] = (),
    *,
    additional: Any = False,
) -> dict[str, Any]:
    """A ranged object schema inside the envelope `{envelope: {...}}`, both closed to other keys."""
    inner: dict[str, Any] = {"type": "object", "properties": dict(properties)}
    # The order is the order of errors: what is missing comes before what is too much.
    required = list(required)
    if required:
        inner["required"] = required
    inner["additionalProperties"] = additional
    return {
        "type": "object",
        "properties": {envelope: inner},
        "required": [envelope],
        "additionalProperties": False,
    }


def query(closed_since: str | None = None, **params: Any) -> dict[str, Any]:
    """A ranged schema of query parameters (name -> schema of the list of its values).

    Unknown parameters are ignored, and refused from `closed_since` on.
    """
    closed: Any = True
    if closed_since is not None:
        closed = Ranged(((EARLIEST, True), (parse(closed_since), False)))
    return {"type": "object", "properties": dict(params), "additionalProperties": closed}
