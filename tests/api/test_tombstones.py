"""What is gone answers 410, whoever asks and at whatever version."""

import pytest

from compute.api.tombstones import ACTIONS, TOMBSTONES

GONE = "This resource is no longer available. No forwarding address is given."
ROWS = [
    (method.upper(), path.replace("{", "").replace("}", ""))
    for path, methods in TOMBSTONES
    for method in methods.split()
]


@pytest.mark.parametrize(("method", "path"), ROWS)
def test_what_is_gone_says_so(api, method, path):
    for version in ("2.1", "2.104"):
        answer = api.as_("nina").ask(method, path, version=version)
        assert answer.status == 410
        assert answer.json == {"computeFault": {"code": 410, "message": GONE}}


@pytest.mark.parametrize(("path", "action"), [(path, a) for path, names in ACTIONS for a in names])
def test_actions_that_are_gone_say_so(api, path, action):
    assert api.post(path.replace("{id}", "x"), {action: None}).status == 410


def test_other_actions_are_unknown(api):
    answer = api.post("/os-networks/x/action", {"paint": None})
    assert (answer.status, answer.error) == (400, "There is no such action: paint")
