"""What may differ between two clouds that behave the same, made equal."""

import json
import re
from typing import Any

_PATTERNS = (
    ("seed", re.compile(r"(?<![0-9A-Za-z+/])[0-9A-Za-z+/]{683}=")),
    ("request", re.compile(r"req-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")),
    ("id", re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")),
    ("id", re.compile(r"\b[0-9a-f]{32}\b")),
    ("hash", re.compile(r"\b(?:[0-9a-f]{56}|[0-9a-f]{64})\b")),
    ("address", re.compile(r"\b(?:10\.0|172\.24)\.\d{1,3}\.\d{1,3}\b")),
    ("name of an address", re.compile(r"\bhost-(?:10-0|172-24)-\d{1,3}-\d{1,3}\b")),
    ("instance", re.compile(r"\binstance-[0-9a-f]{8}\b")),
    ("ec2 name", re.compile(r"\b(?:i|ami|aki|ari)-[0-9a-f]{8}\b")),
    ("tap", re.compile(r"\btap[0-9a-f]{8}-[0-9a-f]{2}\b")),
    ("reservation", re.compile(r"\br-[0-9a-z]{8}\b")),
    ("uptime", re.compile(r" \d\d:\d\d:\d\d up .* load average: [0-9., ]+")),
    # Numbers of rows, in texts about who may use a flavor.
    ("row", re.compile(r"(?<=for flavor )\d+(?= and)|(?<=not found for )\d+(?= /)")),
    # Of aggregates: SQLite gives numbers away again.
    ("row", re.compile(r"(?<=aggregate )\d+\b")),
    ("mac", re.compile(r"\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b")),
    ("date", re.compile(r"\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")),
    ("time", re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)?")),
)
# Where a cloud has its Identity service is its own affair.
_CHALLENGE = re.compile(r'Keystone uri="[^"]*"')
# Version documents have a date that is no time of day of ours.
_CONSTANT_TIMES = frozenset({"2025-07-04T12:00:00Z", "2013-07-23T11:33:21Z"})
SKIPPED_HEADERS = frozenset({"date", "server", "connection", "content-length", "keep-alive"})


_ID = re.compile(r"<(id|hash):([0-9a-f-]+)>")


class Pairs:
    """Which ids of one side are which of the other: the first two that meet are the same."""

    def __init__(self) -> None:
        self.numbers: tuple[dict[str, int], dict[str, int]] = ({}, {})
        self.count = 0

    def same(self, left: str, right: str) -> bool:
        """Whether two texts are equal when ids that belong together count as equal."""
        if _ID.sub("<>", left) != _ID.sub("<>", right):
            return False
        for one, other in zip(_ID.finditer(left), _ID.finditer(right), strict=True):
            numbers = [
                known.get(found[2]) for known, found in zip(self.numbers, (one, other), strict=True)
            ]
            if numbers == [None, None] and one[1] == other[1]:
                self.count += 1
                self.numbers[0][one[2]] = self.numbers[1][other[2]] = self.count
            elif numbers[0] != numbers[1] or one[1] != other[1]:
                return False
        return True

    def shown(self, side: int, value: Any) -> str:
        """The value with numbers in the place of ids, and "new" for those that nobody met."""
        known = self.numbers[side]
        text = value if isinstance(value, str) else repr(value)
        return _ID.sub(lambda found: f"<{found[1]} {known.get(found[2], 'new')}>", text)


class Normaliser:
    """Makes of one side's answers what can be compared; its ids are marked, for Pairs."""

    def __init__(self, *bases: str) -> None:
        self.hosts = [base.split("://", 1)[1] for base in bases]

    def text(self, value: str) -> str:
        for host in self.hosts:
            value = value.replace(host, "<host>")
        value = _CHALLENGE.sub('Keystone uri="<identity>"', value)
        for kind, pattern in _PATTERNS:
            value = pattern.sub(lambda match, kind=kind: self._name(kind, match[0]), value)
        return value

    def _name(self, kind: str, found: str) -> str:
        if found in _CONSTANT_TIMES:
            return found
        return f"<{kind}:{found}>" if kind in ("id", "hash") else f"<{kind}>"

    def value(self, value: Any) -> Any:
        """The value with its ids marked."""
        if isinstance(value, dict):
            return {self.text(key): self._item(key, value[key]) for key in sorted(value)}
        if isinstance(value, list):
            return [self.value(item) for item in value]
        return self.text(value) if isinstance(value, str) else value

    def _item(self, key: str, value: Any) -> Any:
        # Twelve characters are those that the service chose.
        is_chosen = key == "adminPass" and isinstance(value, str) and len(value) == 12
        return "<password>" if is_chosen else self.value(value)

    def headers(self, pairs: list[tuple[str, str]]) -> dict[str, str]:
        """By lower-case name; what is sent twice counts as sent once with commas."""
        found: dict[str, str] = {}
        for name, value in pairs:
            key = name.lower()
            if key not in SKIPPED_HEADERS:
                value = self.text(value)
                found[key] = f"{found[key]}, {value}" if key in found else value
        return found

    def body(self, raw: bytes, content_type: str) -> Any:
        if "json" in content_type or raw[:1] in (b"{", b"["):
            try:
                return self.value(json.loads(raw))
            except ValueError:
                pass
        return self.text(raw.decode("utf-8", "replace"))


def differences(left: Any, right: Any, at: str = "$", pairs: Pairs | None = None) -> list[str]:
    """The places where two values differ, one line each."""
    pairs = pairs or Pairs()
    if isinstance(left, dict) and isinstance(right, dict):
        found = []
        right = _with_keys_of(left, right, pairs)
        for key in sorted(left.keys() | right.keys()):
            if key not in left:
                found.append(f"{at}.{key}: only right has {pairs.shown(1, repr(right[key]))}")
            elif key not in right:
                found.append(f"{at}.{key}: only left has {pairs.shown(0, repr(left[key]))}")
            else:
                found += differences(left[key], right[key], f"{at}.{key}", pairs)
        return found
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        return [
            line
            for index, pair in enumerate(zip(left, right, strict=True))
            for line in differences(*pair, f"{at}[{index}]", pairs)
        ]
    if isinstance(left, str) and isinstance(right, str):
        is_same = pairs.same(left, right)
    else:
        is_same = left == right and type(left) is type(right)
    shown = [pairs.shown(side, repr(value)) for side, value in enumerate((left, right))]
    return [] if is_same else [f"{at}: {shown[0]} | {shown[1]}"]


def _with_keys_of(left: dict[str, Any], right: dict[str, Any], pairs: Pairs) -> dict[str, Any]:
    """The right object, under the left one's keys where an id is in them."""
    spare = [key for key in left if key not in right and _ID.search(key)]
    return {
        next((mine for mine in spare if pairs.same(mine, key)), key): value
        for key, value in right.items()
    }


def pick(value: Any, path: str) -> Any:
    """The part of a JSON value that a path such as `$.server.addresses[0].id` names."""
    for name, index in re.findall(r"\.([^.\[]+)|\[(-?\d+)\]", path):
        value = value[name] if name else value[int(index)]
    return value
