"""The role matrix: each operation, asked by each role in its owner's project and in another.

What is expected is read from the tables: the rule of an operation, and who has it by default.
"""

import re
from typing import NamedTuple

import pytest
import yaml
from django.test import override_settings

from compute.api import policy
from compute.api.policies import RULES
from compute.models import Server
from tests.cast import PEOPLE
from tests.client import Answer, Api
from tests.contract import matrix, world
from versioned.versions import show

pytestmark = pytest.mark.django_db
ROWS = matrix.rows()
# Rules that are asked of nothing that there is here.
SILENT = {
    "compute:server:topology:host:index",  # no driver pins servers to the NUMA nodes of a host
    "compute:servers:resize:cross_cell",  # there is one cell
    # Asked after host_status has said no, and the same people have both.
    "os_compute_api:servers:show:host_status:unknown-only",
}


class Told(NamedTuple):
    """An answer; what it shows to those who may; and who refuses to show it, or how."""

    answer: Answer
    shows: str | None
    refusal: str | None


@pytest.fixture(scope="module")
def asked(django_db_setup, django_db_blocker):
    """Asks a row's request as a caller, and takes back what that did."""
    says = override_settings(
        AUTHTOKEN_VALIDATOR="tests.contract.matrix.validate", SERVICE_DOWN_TIME=3600
    )
    with says, django_db_blocker.unblock(), world.undone():
        owner = Api(matrix.OWNER.name)
        known = world.make(owner, owner.as_("admin-elsewhere"))
        world.give_keys(matrix.BY_NAME)

        def ask(row, caller):
            says = matrix.filled(row.asking, {**known, "OWN_PROJECT": caller.project})
            with world.undone():
                if "server" in says:
                    Server.objects.filter(uuid=known["SERVER"]).update(**says["server"])
                answer = owner.as_(caller.name).ask(
                    row.served.method, says["path"], says["body"], version=show(row.version)
                )
            return Told(answer, says.get("shows"), says.get("refusal", row.says.get("then")))

        yield ask


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_everybody_is_answered_as_the_rules_have_it(row, asked):
    wrong = {}
    for caller in matrix.CALLERS:
        told = asked(row, caller)
        if _read(told) != _expected(row, caller, told):
            wrong[caller.name] = f"{_read(told)}, not {_expected(row, caller, told)}"
    assert not wrong


def _expected(row, caller, told):
    answer = row.answer(caller)
    if answer == "yes":
        shown = "" if told.shows is None else f", shown: {row.lets(row.says['then'], caller)}"
        return f"{row.status}{shown}"
    return str(told.refusal) if answer == row.says.get("then") else answer


def _read(told):
    """The status, or who said no."""
    answer = told.answer
    if answer.status == 403 and "Policy" in answer.error:
        return answer.error.removeprefix("Policy doesn't allow ").removesuffix(" to be performed.")
    if answer.status == 404 and answer.error.startswith("Instance "):
        return "unknown"
    if answer.status >= 400 or told.shows is None:
        return str(answer.status)
    return f"{answer.status}, shown: {told.shows in answer.text}"


@pytest.mark.parametrize("served", matrix.gone(), ids=str)
def test_what_is_gone_is_gone_for_everybody(served, cast, api):
    path = re.sub(r"\{\w+\}", "x", served.path)
    body = {served.action: None} if served.action else None
    found = {who: api.as_(who).ask(served.method, path, body).status for who in PEOPLE}
    assert found == dict.fromkeys(PEOPLE, 410)


@pytest.mark.parametrize("row", [row for row in ROWS if row.last_rule], ids=str)
def test_an_operator_may_take_any_rule_away(row, asked, tmp_path, settings):
    settings.POLICY_FILE = tmp_path / "policy.yaml"
    settings.POLICY_FILE.write_text(yaml.safe_dump({row.last_rule: "!"}))
    policy.forget()
    try:
        told = asked(row, matrix.BY_NAME["admin-here"])
    finally:
        policy.forget()
    hidden = f"{row.status}, shown: False" if told.shows else row.last_rule
    assert _read(told) == str(row.says.get("refusal", hidden))


def test_every_operation_has_a_row():
    have = {(str(row.served), row.variant) for row in ROWS}
    missing = {name for name, variant in matrix.variants() - have}
    assert not missing, f"to be added to {matrix.ROWS.name}: {sorted(missing)}"


def test_every_rule_is_asked_of_somebody():
    asked = {row.says.get("rule", row.variant.policy) for row in ROWS}
    asked |= {row.says.get("then") for row in ROWS}
    never = {rule.name for rule in RULES} - asked
    assert sorted(never) == sorted(SILENT)
