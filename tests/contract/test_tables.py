"""Properties of the tables that everything else is read from."""

import importlib
import pkgutil
from collections import defaultdict
from pathlib import Path

import pytest
from django.conf import settings

import compute
from compute.api.history import HISTORY
from compute.api.policies import RULES
from compute.api.urls import urlpatterns
from versioned import inspect
from versioned.versions import parse, show

VERSIONS = [parse(row.number) for row in HISTORY]
OPERATIONS = list(inspect.operations(urlpatterns))
# Files that are one table each, and may be as long as it is.
TABLES = {"compute/api/policies.py"}
MOST_LINES = 400


def import_everything():
    for module in pkgutil.walk_packages(compute.__path__, "compute."):
        if ".migrations" not in module.name:
            importlib.import_module(module.name)


def test_the_history_has_no_gap():
    assert [(2, minor) for minor in range(1, len(VERSIONS) + 1)] == VERSIONS


def test_every_mark_is_a_version_of_the_history():
    known = {*VERSIONS, (2, 0)}
    assert inspect.marks(urlpatterns, "compute") <= known


def test_variants_of_an_operation_do_not_overlap():
    for served in OPERATIONS:
        for version in VERSIONS:
            holding = [v for v in served.operation.variants if v.holds(version)]
            assert len(holding) <= 1, f"{served} at {show(version)}"


@pytest.mark.parametrize("served", OPERATIONS, ids=str)
def test_schemas_compile_at_every_epoch(served):
    for variant in served.operation.variants:
        for schema in (variant.body, variant.query):
            if schema is not None:
                schema.compile_all()


def test_rules_that_operations_declare_are_in_the_table():
    known = {rule.name for rule in RULES}
    for served in OPERATIONS:
        for variant in served.operation.variants:
            assert variant.policy is None or variant.policy in known, str(served)


def test_every_rule_has_a_name_of_its_own_and_a_sentence():
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names))
    assert all(rule.sentence for rule in RULES)


def test_a_shape_shows_a_key_in_one_form_at_a_time():
    import_everything()
    for shape in inspect.shapes("compute"):
        for version in VERSIONS:
            shown = defaultdict(list)
            for attr in shape.attrs:
                if attr.holds(version):
                    shown[attr.key].append(attr)
            for key, attrs in shown.items():
                # Twice only where one is guarded by a policy and the other by a condition.
                unguarded = [a for a in attrs if a.policy is None and a.when is None]
                assert len(attrs) == 1 or not unguarded, (shape.__name__, key, show(version))


def test_until_is_never_before_since():
    for shape in inspect.shapes("compute"):
        for attr in shape.attrs:
            assert attr.last is None or attr.first <= attr.last


def sources():
    root = Path(settings.BASE_DIR)
    for folder in (
        "compute",
        "cloud",
        "middleware",
        "versioned",
        "computeproject",
        "tests",
        "bench",
    ):
        for path in sorted((root / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(root).as_posix(), path.read_text()


@pytest.mark.parametrize(("name", "text"), [pytest.param(*row, id=row[0]) for row in sources()])
def test_a_file_is_no_longer_than_it_can_be_read(name, text):
    assert name in TABLES or text.count("\n") <= MOST_LINES


@pytest.mark.parametrize(
    ("name", "text"),
    [pytest.param(*row, id=row[0]) for row in sources() if "/tests/" not in f"/{row[0]}"],
)
def test_only_the_api_mentions_microversions(name, text):
    if "/api/" in name or name.startswith("versioned/") or "/management/" in name:
        return
    assert "request.version" not in text
    assert not any(word in text for word in ("@operation", 'since("', 'until("'))
