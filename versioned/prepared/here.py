"""The connection of this thread, which Django looks for anew, in several steps, at each use."""

import threading
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections


class _Own(threading.local):
    connection: Any = None


_own = _Own()


def here() -> Any:
    """Django's connection to the default database in this thread, made if there is none yet.

    A thread has one as long as it lives; what is closed and opened is behind it.
    """
    connection = _own.connection
    if connection is None:
        connection = _own.connection = connections[DEFAULT_DB_ALIAS]
    return connection
