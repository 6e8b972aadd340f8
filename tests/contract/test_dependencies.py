"""Dependencies are pinned, so that an audit has what to audit, and said to be for something."""

import json
import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "pyproject.toml").read_text()
PROJECT = tomllib.loads(TEXT)["project"]
KEYSTONE = ROOT / "tests/compat/keystone/requirements.txt"
OPENID = ROOT / "tests/compat/openid/package-lock.json"


def pins(path):
    """The version of each package that a file pins."""
    lines = [line.split("#")[0].strip() for line in path.read_text().splitlines()]
    found = {}
    for line in filter(None, lines):
        name, is_pinned, version = line.partition("==")
        assert is_pinned, f"{path.name}: {line}"
        found[canonicalize_name(name)] = Version(version)
    return found


def wanted():
    """What the project and its extras want, and what that wants, as far as it is installed."""
    groups = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    waiting = [Requirement(text) for group in groups for text in group]
    seen = {}
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        key = (name, frozenset(requirement.extras))
        if name == "kilonova" or key in seen:
            continue
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue  # an extra that is not installed here
        seen[key] = Version(found.version)
        for text in found.requires or ():
            inner = Requirement(text)
            environments = [{**default_environment(), "extra": extra} for extra in key[1] | {""}]
            if inner.marker is None or any(map(inner.marker.evaluate, environments)):
                waiting.append(inner)
    return {name: version for (name, _), version in seen.items()}


def test_whatever_is_installed_is_pinned():
    known = pins(ROOT / "constraints.txt")
    found = wanted()
    assert len(found) > 50
    assert {name for name in found if name not in known} == set()
    assert {name: version for name, version in found.items() if known[name] != version} == {}


@pytest.mark.parametrize("path", [ROOT / "constraints.txt", KEYSTONE], ids=lambda path: path.name)
def test_every_line_is_a_pin(path):
    assert len(pins(path)) > 50


def test_the_browsers_side_is_pinned_by_hash():
    packages = json.loads(OPENID.read_text())["packages"]
    assert [name for name, told in packages.items() if name and not told.get("integrity")] == []


def test_every_dependency_says_what_it_is_for():
    lines = re.findall(r'^    "([A-Za-z][^"]*)",(.*)$', TEXT.partition("[tool.")[0], re.M)
    assert len(lines) > 30
    assert [name for name, rest in lines if not re.search(r"# \w+", rest)] == []
