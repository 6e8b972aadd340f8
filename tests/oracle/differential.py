"""Ask two clouds the same, and report where their answers differ.

    python -m tests.oracle.differential [options] LEFT RIGHT [STEPS.yaml ...]

    --left-cloud URL, --right-cloud URL   where people log in; without, their names are tokens
    --left-metadata URL, --right-metadata URL   where guests ask
    -v                                    print steps that agree, too
    --record                              note what was compared in compared.json

LEFT is the judge, a real Nova.  A file of steps:

    as: demo                      # who asks; a step may say otherwise, and null means nobody
    headers: {Accept: "*/*"}      # sent with each step
    variables: {NAME: text}       # `$NAME` and `${name}` in paths, headers and bodies
    steps:
    - name: what this is about    # optional
      GET: /v2.1/servers/$SERVER  # the method is the key; `network:/v2.0/ports` asks a neighbour
      as: admin
      guest: $SERVER              # of `metadata:/latest/`: which guest asks
      headers: {Accept: text/html}   # null takes a header away
      versions: ["2.1", "2.26"]   # run once for each, `OpenStack-API-Version: compute 2.1` …
                                  # `changes`: where Nova changes the operation, both sides of it
      each: {NAME: [a, b]}        # run once for each value of the variable
      data: {server: {name: x}}   # a body of JSON; `text:` as it stands; `size:` so many bytes;
                                  # `$NAME: merge` puts the items of an object in its place
      chunked: true               # send the body without its length
      vary: 40                    # send it so often, too, with one change each (variations.py)
      params: {limit: "1"}        # of `vary` without a body: what queries are made of
      accepted: [...]             # steps that follow each of them that one side did not refuse
      save: {SERVER: $.server.id}    # each side keeps its own value (a JSON path, or `header:Name`;
                                  # with ` =~ ` and a pattern, what its first group matches)
      until: {$.server.status: ACTIVE}   # ask again, up to `within: 30` seconds, if not refused
                                  # a list: until it is one of these
      pause: 1.1                  # wait so many seconds before
      ignore: [$.server.updated, header:vary]   # places that may differ; `[*]`: of all items
      unordered: true             # lists of objects are compared sorted by name
      exact: true                 # the body's bytes must be equal
    - name: a block               # with `steps` of its own, which inherit the rest
      versions: ["2.1", "2.90"]
      steps: [...]

Ids, times, addresses, request ids and the host are normalised; ids that meet once in the same
place belong together.  Requests to neighbours make the stage; they are not compared.
Differences that have a reason stand in explained.yaml.  With --record, what is the same is written
down; what then was compared of no operation at a version at which it changes is a failure, too.
"""

import argparse
import itertools
import json
import os
import re
import string
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import django

from tests.oracle import explained, variations
from tests.oracle.counts import Counts
from tests.oracle.normal import Normaliser, Pairs, differences, pick
from tests.oracle.reporting import run_file, say
from tests.oracle.sides import Answer, Side
from tests.oracle.stage import Stage

HERE = Path(__file__).parent
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
NEIGHBOURS = ("identity:", "image:", "network:", "volume:")
INHERITED = ("as", "guest", "headers", "version", "ignore", "unordered", "within", "name")


class Comparison:
    """Two sides, and what is remembered of both from step to step."""

    def __init__(self, left: Side, right: Side) -> None:
        self.sides = (left, right)
        self.normal = tuple(
            Normaliser(*filter(None, (side.base, side.cloud))) for side in self.sides
        )
        self.pairs = Pairs()
        self.count = 0
        # What was asked last and what the judge said, to be recorded.
        self.last: tuple[str, str, Any, int, dict[str, str]] | None = None
        # Whether one of the sides did it.
        self.is_accepted = False

    def run(self, document: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
        """Yield each request's name and its differences."""
        # Numbers are given again, by one side and not by the other: what belonged together in one
        # file need not in the next.
        self.pairs = Pairs()
        for side in self.sides:
            side.variables.update(document.get("variables", {}))
        inherited = {name: document[name] for name in INHERITED if name in document}
        yield from self.steps(document["steps"], inherited)

    def steps(
        self, steps: list[dict[str, Any]], inherited: dict[str, Any], suffix: str = ""
    ) -> Iterator[tuple[str, list[str]]]:
        for given in steps:
            step = {**inherited, **given}
            step["headers"] = {**inherited.get("headers", {}), **given.get("headers", {})}
            step["ignore"] = [*inherited.get("ignore", ()), *given.get("ignore", ())]
            names, values = list(step.get("each", {})), step.get("each", {}).values()
            for chosen in itertools.product(*values):
                for side in self.sides:
                    for name, value in zip(names, chosen, strict=True):
                        side.variables[name] = side.filled(value)
                said = suffix + "".join(f" {json.dumps(value)}" for value in chosen)
                for version in self.versions(step):
                    step["version"] = version
                    if "steps" in step:
                        kept = {name: step[name] for name in INHERITED if name in step}
                        yield from self.steps(step["steps"], kept, said)
                    elif "vary" in step:
                        yield from self.vary(step, said)
                    else:
                        yield self.compare(step, said)

    def versions(self, step: dict[str, Any]) -> list[str | None]:
        """The versions to run a step at."""
        if step.get("versions") != "changes":
            found = step.get("versions", [step.get("version")])
            return [version and str(self.sides[0].filled(version)) for version in found]
        # Only now: it reads the table of operations.
        from tests.oracle import compared

        method = next(name for name in METHODS if name in step)
        left = self.sides[0]
        asked = left.filled(step[method]), left.filled(step.get("data"))
        return list(compared.versions_of(method, *asked))

    def vary(self, step: dict[str, Any], suffix: str) -> Iterator[tuple[str, list[str]]]:
        """Run a step as it is and with changes; `accepted` after each that is not refused."""
        method = next(name for name in METHODS if name in step)
        seed = f"{method} {step[method]} {step['version']} {step.get('as')} {suffix}"
        if "params" in step:
            path = step[method]
            found = variations.queries(step["params"], step["vary"], seed)
            changed = [({**step, method: f"{path}?{query}"}, "") for query in found]
        else:
            bodies = variations.bodies(step["data"], step["vary"], seed)
            changed = [({**step, "data": body}, f" {words}") for words, body in bodies]
        for one, words in changed:
            yield self.compare(one, suffix + words)
            if self.last is not None and self.is_accepted:
                kept = {name: step[name] for name in INHERITED if name in step}
                yield from self.steps(step.get("accepted", []), kept, suffix + words)

    def compare(self, step: dict[str, Any], suffix: str) -> tuple[str, list[str]]:
        method = next(name for name in METHODS if name in step)
        version = step["version"]
        if version == "2.0":
            # The legacy API: another path, and no header.
            version, step = None, {**step, "legacy": True, "version": None}
        said = "legacy" if step.get("legacy") else version
        name = f"{method} {step[method]}" + (f" @{said}" if said else "") + suffix[:300]
        self.last = None
        if step.get("name"):
            name = f"{name} ({step['name']})"
        answers = [ask(side, step, method) for side in self.sides]
        if step[method].startswith(NEIGHBOURS):
            bad = [answer for answer in answers if answer.status >= 400]
            return name, [f"stage: {answer.status} {answer.body!r}" for answer in bad]
        self.count += 1
        sent = {"OpenStack-API-Version": f"compute {version}"} if version else {}
        left = self.sides[0]
        asked = target(left, step, method), left.filled(step.get("data"))
        self.last = (method, *asked, answers[0].status, sent)
        self.is_accepted = any(answer.status < 400 for answer in answers)
        found = (
            []
            if answers[0].status == answers[1].status
            else [f"status: {answers[0].status} | {answers[1].status}"]
        )
        shown = [self._shown(index, answer, step) for index, answer in enumerate(answers)]
        found += differences(shown[0][0], shown[1][0], "header", self.pairs)
        found += differences(shown[0][1], shown[1][1], "$", self.pairs)
        if step.get("exact"):
            raw = [
                normal.text(answer.body.decode("utf-8", "replace"))
                for normal, answer in zip(self.normal, answers, strict=True)
            ]
            if not self.pairs.same(*raw):
                found.append(f"bytes: {raw[0]!r} | {raw[1]!r}")
        for side, answer in zip(self.sides, answers, strict=True):
            length = {k.lower(): v for k, v in answer.headers}.get("content-length")
            if method != "HEAD" and length not in (None, str(len(answer.body))):
                found.append(f"length: {side.base} says {length}, sends {len(answer.body)}")
        return name, found

    def _shown(self, index: int, answer: Answer, step: dict[str, Any]) -> tuple[Any, Any]:
        normal = self.normal[index]
        headers = normal.headers(answer.headers)
        body = normal.body(answer.body, headers.get("content-type", ""))
        if step.get("unordered"):
            body = self._sorted(index, body)
        for place in step.get("ignore", ()):
            if place.startswith("header:"):
                headers.pop(place.removeprefix("header:").lower(), None)
            else:
                _remove(body, place)
        return headers, body

    def _sorted(self, side: int, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._sorted(side, item) for key, item in value.items()}
        if isinstance(value, list):
            return sorted(
                (self._sorted(side, item) for item in value),
                key=lambda item: (
                    str(item.get("name", "")) if isinstance(item, dict) else "",
                    self.pairs.shown(side, json.dumps(item, sort_keys=True, default=str)),
                ),
            )
        return value


def target(side: Side, step: dict[str, Any], method: str) -> str:
    path: str = side.filled(step[method])
    return path.replace("/v2.1/", "/v2/", 1) if step.get("legacy") else path


def ask(side: Side, step: dict[str, Any], method: str) -> Answer:
    """Send a step to one side, again while it does not show what `until` says; keep its saves."""
    wanted: dict[str, Any] = {}
    if step.get("as") is not None:
        wanted["X-Auth-Token"] = side.token(side.filled(step["as"]))
    if step.get("guest") is not None:
        wanted.update(side.guest(side.filled(step["guest"])))
    # Each service's versions are its own.
    if step["version"] is not None and not step[method].startswith(NEIGHBOURS):
        wanted["OpenStack-API-Version"] = f"{side.service} {step['version']}"
    body: bytes | None = None
    if "data" in step:
        wanted["Content-Type"] = "application/json"
        body = json.dumps(side.filled(step["data"])).encode()
    elif "text" in step:
        body = side.filled(step["text"]).encode()
    elif "size" in step:
        body = b"x" * step["size"]
    wanted.update(step["headers"])
    headers = [(name, str(side.filled(text))) for name, text in wanted.items() if text is not None]
    time.sleep(step.get("pause", 0))
    deadline = time.monotonic() + step.get("within", 30)
    until = side.filled(step.get("until", {}))
    while True:
        answer = side.ask(
            method,
            quote(target(side, step, method), safe=string.punctuation),
            headers,
            body,
            is_chunked=step.get("chunked", False),
        )
        is_refused = answer.status >= 400 and "status" not in until
        if is_refused or _shows(answer, until):
            break
        if time.monotonic() > deadline:
            say(f"Waited in vain: {method} {step[method]} at {side.base} for {until}")
            break
        time.sleep(0.1)
    for name, path in step.get("save", {}).items():
        try:
            side.variables[name] = _saved(answer, side.filled(path))
        except (KeyError, IndexError, TypeError, ValueError):
            side.variables[name] = f"nothing-at-{path}"
    return answer


def _saved(answer: Answer, path: str) -> Any:
    if path.startswith("header:"):
        name = path.removeprefix("header:").lower()
        return {k.lower(): v for k, v in answer.headers}[name]
    path, _, pattern = path.partition(" =~ ")
    found = pick(json.loads(answer.body), path)
    return re.search(pattern, found)[1] if pattern else found  # type: ignore[index]


def _shows(answer: Answer, until: dict[str, Any]) -> bool:
    # Waiting for it to be gone: `until: {status: 404}`.
    if "status" in until:
        return bool(answer.status == until["status"])
    if not until:
        return True
    try:
        body = json.loads(answer.body)
        found = [(pick(body, path), to) for path, to in until.items()]
    except (KeyError, IndexError, TypeError, ValueError):
        return False
    return all(value == to or (isinstance(to, list) and value in to) for value, to in found)


def _remove(value: Any, path: str) -> None:
    before, star, after = path.partition("[*]")
    if star:
        with suppress(KeyError, IndexError, TypeError):
            for item in pick(value, before):
                _remove(item, "$" + after)
        return
    parent, _, name = path.rpartition(".")
    with suppress(KeyError, IndexError, TypeError, AttributeError):
        pick(value, parent).pop(name, None)


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare two clouds.")
    parser.add_argument("left")
    parser.add_argument("right")
    parser.add_argument("steps", nargs="*", type=Path)
    parser.add_argument("--left-cloud")
    parser.add_argument("--right-cloud")
    parser.add_argument("--left-metadata")
    parser.add_argument("--right-metadata")
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("--record", action="store_true")
    options = parser.parse_intermixed_args()
    left = Side(options.left.rstrip("/"), options.left_cloud, options.left_metadata)
    right = Side(options.right.rstrip("/"), options.right_cloud, options.right_metadata)
    stages = [Stage(side) for side in (left, right) if side.cloud]
    for stage in stages:
        stage.set()
    comparison = Comparison(left, right)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "computeproject.settings.test")
    django.setup()
    record = _record() if options.record else None
    explanations = explained.read(HERE / "explained.yaml")
    keep = None if record is None else lambda: record.add(*comparison.last)
    total = Counts("altogether")
    for path in options.steps or sorted((HERE / "steps").glob("*.yaml"), key=_rank):
        for stage in stages:
            stage.clear()
        counts = run_file(path, comparison, explanations, verbose=options.verbose, agreed=keep)
        if record is not None:
            record.write(adds=bool(options.steps))
        total.add(counts)
        say(str(counts))
    if not options.steps:
        for one in explanations:
            if not one.uses:
                say(f"Nothing differs any more: {one.step}: {one.differs}")
    say(str(total))
    missing = 0
    if record is not None:
        missing = _tell_gaps()
    return 1 if total.different or missing else 0


def _rank(path: Path) -> tuple[int, str]:
    """Lists show deleted servers, too: they come first, when nobody has made and deleted any.

    Last comes what leaves the judge with less than it had.
    """
    late = ("zones", "refusals", "group_policies", "refused_moves", "without_a_host")
    early = dict.fromkeys(("servers_list", "varied_lists"), -1)
    place = {**early, **{name: rank for rank, name in enumerate(late, 1)}}
    return place.get(path.stem, 0), path.stem


def _record() -> Any:
    from tests.oracle.compared import Record

    return Record()


def _tell_gaps() -> int:
    """Say which operations were not compared where they change; the number of such places."""
    from tests.oracle.compared import gaps

    found = list(gaps())
    for name, version, missing in found:
        say(f"Not compared: {name} @{version}: {missing}")
    say(f"{len(found)} gaps")
    return len(found)


if __name__ == "__main__":
    sys.exit(main())
