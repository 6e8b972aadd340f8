"""HTTP stories: YAML in gabbi's vocabulary, and `each`, which asks the same at several versions.

A story is a file; its entries run in order, once, and each is a test of its own.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.cast import PEOPLE
from tests.client import Answer, Api

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
CHECKS = ("status", "headers", "json", "lacks", "strings", "error")
ASKING = ("data", "raw", "as", "version", "request_headers", "legacy", "desc", "name", "each")
_STEP = re.compile(r"\.`?([\w-]+)`?|\[(\d+)\]|\['([^']*)'\]")
_REFERENCE = re.compile(
    r"\$(?:HISTORY\['(?P<entry>[^']+)'\]\.\$)?RESPONSE\['(?P<path>\$[^\"]*?)'\](?!\])"
    r"|\$(?P<name>[A-Z][A-Z0-9_]*)\b"
)


@dataclass
class Entry:
    """One request and what is expected of its answer."""

    name: str
    says: dict[str, Any]

    @property
    def method(self) -> str:
        (method,) = [word for word in METHODS if word in self.says]
        return method


@dataclass
class Story:
    """One file.  `run` answers every entry; `outcomes` keeps what was wrong with each."""

    path: Path
    entries: list[Entry] = field(default_factory=list)
    says: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    outcomes: dict[str, str | None] = field(default_factory=dict)
    last: Answer | None = None

    @classmethod
    def read(cls, path: Path) -> "Story":
        says = yaml.safe_load(path.read_text())
        story = cls(path=path, says=says)
        for told in says["tests"]:
            for variant in told.get("each", [{}]):
                entry = {**told, **variant}
                unknown = entry.keys() - {*METHODS, *CHECKS, *ASKING}
                if unknown:
                    raise ValueError(f"{path.name}: {told['name']}: unknown {sorted(unknown)}")
                mark = ", ".join(str(variant[key]) for key in ("as", "version") if key in variant)
                name = f"{told['name']} [{mark}]" if mark else told["name"]
                story.entries.append(Entry(name, entry))
        return story

    def run(self) -> None:
        for entry in self.entries:
            try:
                self._check(entry, self._ask(entry))
                self.outcomes[entry.name] = None
            except Exception as exc:
                self.outcomes[entry.name] = f"{type(exc).__name__}: {exc}"

    def _ask(self, entry: Entry) -> Answer:
        says = {**self.says, **entry.says}
        api = Api(says.get("as", "alice"), says.get("version", "2.1"))
        if says.get("legacy"):
            api = api.legacy
        answer = api.ask(
            entry.method,
            str(self._filled(says[entry.method])),
            self._filled(says.get("data")),
            headers=self._filled(says.get("request_headers")),
            raw=says.get("raw"),
        )
        self.last = self.answers[entry.name] = self.answers[entry.says["name"]] = answer
        return answer

    def _filled(self, value: Any) -> Any:
        """Put what earlier answers held, and the story's `vars`, in the place of references."""
        if isinstance(value, dict):
            return {self._filled(key): self._filled(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._filled(item) for item in value]
        if not isinstance(value, str):
            return value
        whole = _REFERENCE.fullmatch(value)
        if whole:
            return self._referred(whole)
        return _REFERENCE.sub(lambda match: str(self._referred(match)), value)

    def _referred(self, match: re.Match[str]) -> Any:
        if match["path"] is not None:
            answer = self.answers[match["entry"]] if match["entry"] else self.last
            return found(answer.json, match["path"])
        name = match["name"]
        if name in self.says.get("vars", {}):
            return self.says["vars"][name]
        if name.endswith("_PROJECT") and name[:-8].lower() in PEOPLE:
            return PEOPLE[name[:-8].lower()][0]
        return match[0]

    def _check(self, entry: Entry, answer: Answer) -> None:
        says = entry.says
        wanted = says.get("status", 200)
        assert answer.status == wanted, f"status {answer.status}, not {wanted}: {answer.text}"
        for name, text in (self._filled(says.get("headers")) or {}).items():
            _compare(f"header {name}", answer.headers.get(name), text)
        for path, value in (self._filled(says.get("json")) or {}).items():
            _compare(path, found(answer.json, path), value)
        for path in says.get("lacks", ()):
            assert not _holds(answer.json, path), f"{path} is there: {answer.text}"
        for text in self._filled(says.get("strings", ())):
            assert text in answer.text, f"{text!r} is not in {answer.text}"
        if "error" in says:
            _compare("error", answer.error, self._filled(says["error"]))


def found(value: Any, path: str) -> Any:
    """The value at a path such as $.servers[0].id, $['OS-X:y'] or $.servers.`len`."""
    at = 1
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None:
            raise ValueError(f"{path}: not understood at {path[at:]!r}")
        if step[0] == ".`len`":
            value = len(value)
        else:
            value = value[int(step[2])] if step[2] else value[step[1] or step[3]]
        at = step.end()
    return value


def _holds(value: Any, path: str) -> bool:
    try:
        found(value, path)
    except (KeyError, IndexError):
        return False
    return True


def _compare(what: str, value: Any, wanted: Any) -> None:
    """Equal, or for /…/ a match of the regular expression."""
    if isinstance(wanted, str) and len(wanted) > 1 and wanted[0] == wanted[-1] == "/":
        assert re.search(wanted[1:-1], str(value)), f"{what} is {value!r}, not like {wanted}"
    else:
        assert value == wanted, f"{what} is {value!r}, not {wanted!r}"
