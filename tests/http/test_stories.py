"""Runs the stories beside this file: every entry of every *.yaml is a test."""

from pathlib import Path

import pytest
from django.db import connection

from tests.stories import Story

STORIES = [Story.read(path) for path in sorted(Path(__file__).parent.glob("*.yaml"))]


def count_from_one():
    """Stories name rows by their numbers; sequences of PostgreSQL outlive a transaction."""
    if connection.vendor == "postgresql":
        names = connection.introspection.sequence_list()
        with connection.cursor() as cursor:
            for row in names:
                cursor.execute(f'ALTER SEQUENCE "{row["name"]}" RESTART')


@pytest.mark.parametrize(
    ("story", "entry"),
    [
        pytest.param(story, entry, id=f"{story.path.stem}: {entry.name}")
        for story in STORIES
        for entry in story.entries
    ],
)
def test_story(story, entry, db, cast, request):
    if not story.outcomes:
        # The whole story in the transaction of its first test; the others only look.
        count_from_one()
        for fixture in story.says.get("fixtures", ()):
            request.getfixturevalue(fixture)
        story.run()
    problem = story.outcomes[entry.name]
    assert problem is None, problem
