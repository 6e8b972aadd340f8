"""What is routed, held against the list of Nova's operations."""

import re
from pathlib import Path

import yaml

from compute.api.history import EARLIEST, NEWEST
from compute.api.urls import urlpatterns
from versioned import inspect
from versioned.versions import parse

# Operations of Nova's that there are not yet: "METHOD /path [action]".  It shall be empty.
MISSING: set[str] = set()

PLACE = re.compile(r"\{\w+\}")
LISTED = yaml.safe_load((Path(__file__).parent / "operations.yaml").read_text())


def named(method, path, action=None):
    return " ".join(filter(None, (method, PLACE.sub("{}", path), action)))


def novas():
    """Nova's operations, and the versions they are there at, or "gone"."""
    for path, told in LISTED.items():
        for word, versions in told.items():
            is_method = word.isupper()
            method, action = (word, None) if is_method else ("POST", word)
            if versions not in ("always", "gone"):
                first, _, last = versions.partition("-")
                versions = parse(first) if first else EARLIEST, parse(last) if last else NEWEST
            elif versions == "always":
                versions = EARLIEST, NEWEST
            yield named(method, path, action), versions


def ours():
    for served in inspect.operations(urlpatterns):
        firsts = [variant.first for variant in served.operation.variants]
        lasts = [variant.last or NEWEST for variant in served.operation.variants]
        is_gone = served.operation.name == "gone"
        versions = "gone" if is_gone else (max(min(firsts), EARLIEST), max(lasts))
        yield named(served.method, served.path, served.action), versions


def test_every_operation_of_nova_is_there_at_its_versions():
    have = dict(ours())
    wrong = {
        name: f"{have.get(name)}, not {versions}"
        for name, versions in novas()
        if have.get(name) != versions and name not in MISSING
    }
    assert not wrong


def test_what_is_missing_is_missing():
    known = dict(novas())
    assert MISSING & dict(ours()).keys() == set()
    assert known.keys() >= MISSING


def test_nothing_is_routed_that_nova_has_not():
    """A path of words, such as /images/detail, may be one of Nova's whose place it fills."""
    known = [
        (method, re.compile(re.escape(rest).replace(r"\{\}", r"[^/ ]+")))
        for method, _, rest in (name.partition(" ") for name, _ in novas())
    ]
    for name, _ in ours():
        method, _, rest = name.partition(" ")
        assert any(
            method == known_method and form.fullmatch(rest) for known_method, form in known
        ), name
