"""Another project's member finds nothing of hers in any neighbour, and changes nothing."""

import re

import pytest

from tests.contract import isolation, world

pytestmark = pytest.mark.django_db
ROWS = isolation.rows()


@pytest.fixture(scope="module")
def there(django_db_setup, django_db_blocker):
    from compute.seed import seed

    with django_db_blocker.unblock(), world.undone():
        seed()
        yield isolation.World()


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_strangers_find_nothing(row, there):
    stranger = there.people["stranger"]
    path, is_shown = there.path(row)
    body = isolation.filled(row.body, there.known | {"MINE": stranger.project})
    for trick in isolation.TRICKS if row.is_list else ("",):
        asked = path + isolation.filled(trick, there.known)
        with world.undone():
            answer = stranger.ask(row.service, row.method, asked, body)
        said = answer.text
        for echo in re.split(r"[/?=]", asked):
            said = said.replace(echo, "") if echo else said
        found = sorted(mark for mark in there.marks if mark in said)
        assert not found, f"{asked} shows {found}: {answer}"
        if row.is_list or (is_shown and row.method == "GET"):
            assert answer.status in (200, 300, 302, 400, 403, 404), answer
        else:
            assert answer.status in row.answers, answer


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "GET"], ids=str)
def test_there_is_something_to_find(row, there):
    """Otherwise the test above would tell nothing."""
    path, _ = there.path(row)
    path = path.replace(there.people["stranger"].project, there.people["her"].project)
    people = [there.people[name] for name in ("her", "root-here")]
    statuses = {person.ask(row.service, "GET", path).status for person in people}
    assert bool({200, 204, 300, 302} & statuses) is not row.is_vain, statuses


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.path.startswith(isolation.OWN)], ids=str
)
def test_nobody_asks_by_the_url_of_another_project(row, there):
    stranger, her = there.people["stranger"], there.people["her"]
    path = there.path(row)[0].replace(stranger.project, her.project)
    with world.undone():
        answer = stranger.ask(row.service, row.method, path, row.body)
    assert answer.status == 400, answer
    assert "Malformed request url" in answer.text
