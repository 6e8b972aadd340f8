"""`make up` and `manage.py runserver`: a demo cloud on SQLite, with well-known passwords."""

import os
import secrets
from contextlib import suppress

from computeproject.settings.base import *  # noqa: F403
from computeproject.settings.base import DATA


def _secret() -> str:
    """The data folder's own secret, made at first use."""
    path = DATA / "secret_key"
    if not path.exists():
        DATA.mkdir(parents=True, exist_ok=True)
        # Linked when it is complete: of several processes that start at once, one makes it.
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text()


# Processes on several machines have to be given the same one.
SECRET_KEY = os.environ.get("KILONOVA_SECRET_KEY") or _secret()
