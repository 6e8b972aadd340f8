"""The statements of the hot paths, as SQL: nothing of them is built per request but lists.

Placeholders are the database adapter's, so the same texts serve SQLite and PostgreSQL.
"""

# ruff: noqa: S608 - lists of placeholders are all that is put into statements

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from django.db import connection

T = TypeVar("T")

# SQLite takes 32,766 parameters in a statement, PostgreSQL's protocol 65,535.
CHUNK = 8_000


@dataclass(slots=True)
class InventoryRow:
    capacity: float
    used: int
    min_unit: int
    max_unit: int
    step_size: int


@dataclass(slots=True)
class ProviderRow:
    uuid: str
    generation: int
    inventories: dict[str, InventoryRow] = field(default_factory=dict)


@dataclass(slots=True)
class ConsumerRow:
    uuid: str
    generation: int
    consumer_type: str | None


@cache
def marks(count: int) -> str:
    """`count` placeholders for an IN list."""
    return ", ".join(["%s"] * count)


def chunks(values: Collection[T]) -> Iterator[list[T]]:
    """`values` in lists that fit into one statement."""
    ordered = list(values)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


def providers(cursor: Any, uuids: Collection[str]) -> dict[str, ProviderRow]:
    """The providers that exist of `uuids`, with their inventories."""
    found: dict[str, ProviderRow] = {}
    if not uuids:
        return found
    cursor.execute(
        "SELECT p.uuid, p.generation, i.resource_class,"
        " (i.total - i.reserved) * i.allocation_ratio,"
        " i.used, i.min_unit, i.max_unit, i.step_size"
        " FROM placement_provider p"
        " LEFT JOIN placement_inventory i ON i.provider_id = p.uuid"
        f" WHERE p.uuid IN ({marks(len(uuids))})",
        list(uuids),
    )
    for uuid, generation, name, *inventory in cursor.fetchall():
        row = found.get(uuid)
        if row is None:
            row = found[uuid] = ProviderRow(uuid, generation)
        if name is not None:
            row.inventories[name] = InventoryRow(*inventory)
    return found


def lock_providers(cursor: Any, uuids: Collection[str]) -> None:
    """Keep these providers from changing until the transaction ends, where rows have locks.

    A statement by itself: what is read with a lock that had to wait is not all of one time.
    """
    if uuids and connection.features.has_select_for_update:
        cursor.execute(
            f"SELECT 1 FROM placement_provider WHERE uuid IN ({marks(len(uuids))})"
            " ORDER BY uuid FOR UPDATE",
            list(uuids),
        )


def consumers(cursor: Any, uuids: Sequence[str]) -> dict[str, ConsumerRow]:
    """The consumers that exist of `uuids`, which stay as they are until the transaction ends."""
    if not uuids:
        return {}
    lock = " ORDER BY uuid FOR UPDATE" if connection.features.has_select_for_update else ""
    cursor.execute(
        "SELECT uuid, generation, consumer_type FROM placement_consumer"
        f" WHERE uuid IN ({marks(len(uuids))}){lock}",
        uuids,
    )
    return {row[0]: ConsumerRow(*row) for row in cursor.fetchall()}


def allocations(cursor: Any, uuids: Sequence[str]) -> list[tuple[str, str, str, int]]:
    """(consumer, provider, resource class, amount) of the consumers `uuids`."""
    if not uuids:
        return []
    cursor.execute(
        "SELECT consumer_id, provider_id, resource_class, used FROM placement_allocation"
        f" WHERE consumer_id IN ({marks(len(uuids))})",
        uuids,
    )
    found: list[tuple[str, str, str, int]] = cursor.fetchall()
    return found


def delete_allocations(cursor: Any, uuids: Sequence[str]) -> None:
    cursor.execute(
        f"DELETE FROM placement_allocation WHERE consumer_id IN ({marks(len(uuids))})",
        uuids,
    )


def insert_allocations(cursor: Any, values: Sequence[tuple[str, str, str, int, Any]]) -> None:
    """Insert (consumer, provider, resource class, amount, made at)."""
    if values:
        places = ", ".join(["(%s, %s, %s, %s, %s)"] * len(values))
        cursor.execute(
            "INSERT INTO placement_allocation"
            " (consumer_id, provider_id, resource_class, used, created_at)"
            f" VALUES {places}",
            [item for value in values for item in value],
        )


def move_used(cursor: Any, changes: Sequence[tuple[int, str, str]]) -> None:
    """Add (amount, provider, resource class) to what is claimed, in one order."""
    if changes:
        cursor.executemany(
            "UPDATE placement_inventory SET used = used + %s"
            " WHERE provider_id = %s AND resource_class = %s",
            sorted(changes, key=lambda change: change[1:]),
        )


def advance_provider(cursor: Any, uuid: str, seen: int, now: Any) -> bool:
    """Move a provider's generation on from the one that was `seen`; say whether it still was."""
    cursor.execute(
        "UPDATE placement_provider SET generation = %s, updated_at = %s"
        " WHERE uuid = %s AND generation = %s",
        (seen + 1, now, uuid, seen),
    )
    return bool(cursor.rowcount == 1)


def insert_consumer(
    cursor: Any, uuid: str, project_id: str, user_id: str, consumer_type: str | None, now: Any
) -> None:
    cursor.execute(
        "INSERT INTO placement_consumer"
        " (uuid, project_id, user_id, consumer_type, generation, created_at)"
        " VALUES (%s, %s, %s, %s, 1, %s)",
        (uuid, project_id, user_id, consumer_type, now),
    )


def advance_consumer(
    cursor: Any,
    seen: ConsumerRow,
    project_id: str,
    user_id: str,
    consumer_type: str | None,
    now: Any,
) -> bool:
    """Write a consumer and move its generation on from the one that was seen."""
    cursor.execute(
        "UPDATE placement_consumer"
        " SET project_id = %s, user_id = %s, consumer_type = %s, generation = %s,"
        " updated_at = %s WHERE uuid = %s AND generation = %s",
        (project_id, user_id, consumer_type, seen.generation + 1, now, seen.uuid, seen.generation),
    )
    return bool(cursor.rowcount == 1)


def delete_consumer(cursor: Any, uuid: str) -> None:
    cursor.execute("DELETE FROM placement_consumer WHERE uuid = %s", (uuid,))
