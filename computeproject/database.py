"""Bringing the database up to date before a process uses it."""

import hashlib
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import InterfaceError, OperationalError, connection

from computeproject import doors

log = logging.getLogger(__name__)

# Any number will do, as long as nobody else locks it.
_LOCK = 8774
_PATIENCE = 60


def prepare() -> None:
    """Migrate and seed; where several processes start at once, one of them does."""
    doors.refuse_well_known()
    _migrate_and_seed()
    doors.refuse_well_known_users()


def _migrate_and_seed() -> None:
    from compute.seed import seed

    settings.DATA.mkdir(parents=True, exist_ok=True)
    if connection.vendor == "sqlite":
        if _is_new_here():
            call_command("migrate", verbosity=0, interactive=False)
            _stamp().write_text(_fingerprint())
        seed()
        return
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            with _alone():
                call_command("migrate", verbosity=0, interactive=False)
                seed()
            return
        except (OperationalError, InterfaceError) as exc:
            # A database server may start later than we do, or restart at this very moment.
            if time.monotonic() > deadline:
                raise
            log.warning("The database is not there yet: %s", exc)
            connection.close()
            time.sleep(1)


def _stamp() -> Path:
    path: Path = settings.DATA / "migrated"
    return path


def _is_new_here() -> bool:
    """Whether this data folder has not seen these very migrations yet."""
    stamp = _stamp()
    return not stamp.exists() or stamp.read_text() != _fingerprint()


def _fingerprint() -> str:
    """What migrations there are; reading their names is faster than loading their graph."""
    import django

    digest = hashlib.sha256(django.__version__.encode())
    for path in sorted(Path(settings.BASE_DIR).glob("c*/**/migrations/0*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    name: Any = settings.DATABASES["default"]["NAME"]
    digest.update(str(name).encode())
    return digest.hexdigest()


@contextmanager
def _alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        yield
    finally:
        # With the connection goes its lock.
        connection.close()
