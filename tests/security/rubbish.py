"""Bodies, queries and headers: good ones by their schemas, and spoiled ones."""

import random
import re
import time
import uuid

from compute.api.history import NEWEST
from tests.contract.isolation import filled
from tests.security.operations import example

# The version at which each service is asked.
VERSIONS = {"compute": NEWEST, "volume": (3, 70), "placement": (1, 39)}
_OTHERS = (2, 0)
_NOBODY = "0" * 32
_STRINGS = [
    *("x", "", "0", "1", "-1", "a" * 255, "a" * 256, "name", "true", "null", "default", "private"),
    *("%00", "\x00", "../../etc/passwd", "' OR 1=1 --", "<script>", "\U0001f600", "ä" * 64),
    *("2001:db8::/32", "10.0.0.0/24", "10.0.0.5", "fa:16:3e:00:00:01", "tcp", "ssh-rsa AAAA x"),
    *("1" * 30, "1e309", "NaN", "2026-01-01T00:00:00Z", "9999-12-31", "http://127.0.0.1:1/"),
    *("{}", "[]", "${7*7}", "%s%n", "\r\nX-Injected: 1", "a,b", "in:x,y", "regex:(", "$", "nova:x"),
]
_NUMBERS = [0, 1, -1, 2, 10, 255, 65536, 2**31 - 1, 2**31, 2**63, -(2**63) - 1, 10**40, 1.5, -0.0]
_THINGS = [None, True, False, [], {}, [[]], [None], {"": None}, {"a": {"b": [1, "x", None]}}]


class Maker:
    """Makes values; `spoil` is how often one is not what its schema wants."""

    def __init__(self, seed, known=(), spoil=0.0):
        self.random = random.Random(seed)
        self.known = list(known) or [str(uuid.UUID(int=1))]
        self.spoil = spoil

    def anything(self, depth=0):
        kind = self.random.random()
        if kind < 0.45:
            return self.string()
        if kind < 0.65:
            return self.random.choice(_NUMBERS)
        if kind < 0.85 or depth > 2:
            return self.random.choice(_THINGS)
        if kind < 0.93:
            return [self.anything(depth + 1) for _ in range(self.random.randrange(4))]
        return {self.string(): self.anything(depth + 1) for _ in range(self.random.randrange(4))}

    def string(self):
        kind = self.random.random()
        if kind < 0.4:
            return self.random.choice(self.known)
        if kind < 0.9:
            return self.random.choice(_STRINGS)
        return "".join(chr(self.random.randrange(1, 0x3000)) for _ in range(8))

    def value(self, schema, depth=0):
        if self.random.random() < self.spoil or depth > 8:
            return self.anything()
        if not isinstance(schema, dict) or not schema:
            return self.anything(2) if self.spoil else self.random.choice(["x", 1, {}])
        for word in ("oneOf", "anyOf"):
            if word in schema:
                inner = self.random.choice(schema[word])
                rest = {key: value for key, value in schema.items() if key != word}
                return self.value({**rest, **inner} if isinstance(inner, dict) else rest, depth + 1)
        if "allOf" in schema:
            merged = {key: value for key, value in schema.items() if key != "allOf"}
            for inner in schema["allOf"]:
                merged = {**merged, **inner}
            return self.value(merged, depth + 1)
        if "enum" in schema:
            return self.random.choice(list(schema["enum"]))
        if "const" in schema:
            return schema["const"]
        return self._of_type(schema, depth)

    def _of_type(self, schema, depth):
        kind = schema.get("type") or self._guess(schema)
        if isinstance(kind, list):
            kind = self.random.choice(kind)
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            least = schema.get("minItems", 0)
            most = min(schema.get("maxItems", least + 2), least + 2)
            many = range(self.random.randint(least, max(least, most)))
            return [self.value(schema.get("items", {}), depth + 1) for _ in many]
        if kind in ("integer", "number"):
            low = schema.get("minimum", 0)
            return self.random.choice([low, low + 1, min(schema.get("maximum", low + 7), low + 7)])
        if kind == "boolean":
            return self.random.random() < 0.5
        if kind == "null":
            return None
        return self._text(schema)

    @staticmethod
    def _guess(schema):
        if "properties" in schema or "patternProperties" in schema:
            return "object"
        return "array" if "items" in schema else "string"

    def _object(self, schema, depth):
        required = schema.get("required", ())
        found = {
            name: self.value(inner, depth + 1)
            for name, inner in schema.get("properties", {}).items()
            if name in required or self.random.random() < 0.4
        }
        for name in required:
            found.setdefault(name, self.anything())
        for inner in schema.get("patternProperties", {}).values():
            if self.random.random() < 0.6:
                found["k"] = self.value(inner, depth + 1)
        if self.random.random() < self.spoil:
            found[self.string()] = self.anything()
        return found

    def _text(self, schema):
        choices = [*self.known, *_STRINGS]
        self.random.shuffle(choices)
        least, most = schema.get("minLength", 0), schema.get("maxLength", 10**6)
        pattern = schema.get("pattern")
        wanted = schema.get("format", "")
        if "uuid" in wanted:
            return self.random.choice(self.known)
        for text in choices:
            if least <= len(text) <= most:
                try:
                    if pattern is None or re.search(pattern, text):
                        return text
                except re.error:
                    return text
        return self.string()

    def like(self, example):
        """Something like an example: parts of it left out, changed, spoiled, or more in it."""
        if self.random.random() < self.spoil:
            return self.anything()
        if isinstance(example, dict):
            kept = {
                key: self.like(value)
                for key, value in example.items()
                if self.random.random() > self.spoil
            }
            return kept | ({self.string(): self.anything()} if self.random.random() < 0.05 else {})
        if isinstance(example, list):
            return [self.like(item) for item in example * self.random.choice((1, 1, 1, 2))]
        if isinstance(example, str):
            return example if self.random.random() < 0.6 else self.string()
        return example

    def noun(self, noun):
        """A thing with some of the attributes that its kind has."""
        names = self.random.sample(list(noun.fields), min(len(noun.fields), 4))
        return {noun.member: {name: self.anything() for name in names}}


def version_of(service):
    return VERSIONS.get(service, _OTHERS)


def body_of(asked, maker=None, known=None):
    """A body that an operation takes, as far as its schema or an example tells."""
    if asked.method not in ("POST", "PUT", "PATCH", "DELETE"):
        return None
    maker, known = maker or Maker(0), known or {}
    schema = asked.schema("body", version_of(asked.service))
    if schema is not None:
        value = maker.value(schema)
        if asked.action and not (isinstance(value, dict) and asked.action in value):
            value = {asked.action: value}
        return value
    if asked.action:
        return {asked.action: None}
    if asked.method == "DELETE":
        return None
    told = example(asked)
    return {} if told is None else filled(told, known)


def headers_of(asked):
    """The headers that an operation wants."""
    headers = {}
    if asked.route.startswith("/v3/OS-OAUTH1/") and asked.route.endswith("_token"):
        headers["Authorization"] = unsigned(oauth_token=_NOBODY, oauth_verifier="abcdefgh")
        headers["Requested-Project-Id"] = _NOBODY
    if asked.service in VERSIONS:
        version = ".".join(map(str, VERSIONS[asked.service]))
        headers["OpenStack-API-Version"] = f"{asked.service} {version}"
    if asked.service == "image" and asked.method == "PATCH":
        headers["Content-Type"] = "application/openstack-images-v2.1-json-patch"
    return headers


def unsigned(**more):
    """What a consumer says of itself that is none."""
    told = {
        "oauth_consumer_key": _NOBODY,
        "oauth_nonce": "1",
        "oauth_timestamp": str(int(time.time())),
        "oauth_signature_method": "PLAINTEXT",
        "oauth_signature": f"{_NOBODY}%26{_NOBODY}",
        "oauth_callback": "oob",
    }
    return "OAuth " + ", ".join(f'{key}="{value}"' for key, value in (told | more).items())
