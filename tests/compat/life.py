"""A thing's life by the command line: made, listed, shown, changed, and deleted at the end."""

import time
import uuid
from contextlib import contextmanager


def unique(word):
    return f"{word}-{uuid.uuid4().hex[:8]}"


@contextmanager
def life(
    who, noun, *make, change=(), becomes=None, within=(), listed=(), key="id", column="ID", end=""
):
    """Make a thing, and find it listed and shown; `change` it and see what it `becomes`.

    `within` names what holds it and precedes its own id; `key` and `column` say what its id is
    called where it is shown and where it is listed; with `end`, it takes a while to go.
    """
    words = noun.split()
    made = who.show(*words, "create", *make)
    found = made[key]

    def ids():
        return [str(i) for i in who.column(column, *words, "list", *listed)]

    assert str(found) in ids(), f"{noun} {found} is not listed"
    shown = who.show(*words, "show", *within, found)
    assert shown[key] == found
    if change:
        who.say(*words, "set", *change, *within, found)
        shown = who.show(*words, "show", *within, found)
        wanted = becomes or {}
        assert {name: shown[name] for name in wanted} == wanted
    yield made
    who.say(*words, "delete", *within, found)
    deadline = time.monotonic() + 60
    while end and str(found) in ids() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert str(found) not in ids(), f"{noun} {found} is listed after its end"
    assert who.refused(*words, "show", *within, found)


def becomes(wanted, who, noun, found, key="status", seconds=60):
    """Wait until a thing has a status, as `--wait` does, but for its pauses of five seconds."""
    deadline = time.monotonic() + seconds
    while True:
        shown = who.show(*noun.split(), "show", found)
        if shown[key] == wanted:
            return shown
        assert shown[key].lower() != "error", shown
        assert time.monotonic() < deadline, f"{noun} {found} is {shown[key]}, not {wanted}"
        time.sleep(0.1)


def goes(who, noun, found, seconds=60):
    """Wait until a thing is gone."""
    deadline = time.monotonic() + seconds
    while who.run(*noun.split(), "show", found).returncode == 0:
        assert time.monotonic() < deadline, f"{noun} {found} does not go"
        time.sleep(0.1)
