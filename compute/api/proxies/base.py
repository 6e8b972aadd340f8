"""What the views over neighbours share: their end at 2.35, pages by offset, and a bug of Nova's."""

from collections.abc import Sequence
from typing import Any, TypeVar

from compute.api import paging, types
from compute.api.base import ComputeViewSet
from compute.api.faults import ResourceGone
from compute.domain.errors import Unexpected
from versioned.operation import operation
from versioned.schema import Schema, query

# From 2.36 on clients ask the neighbours themselves.
LAST = "2.35"
LAST_OF_METADATA = "2.38"

# Nova: a schema without properties, over which it stumbles when there is any parameter.
STUMBLES: types.Type = {}
PAGE = query(
    limit=types.many(types.non_negative_integer), offset=types.many(types.non_negative_integer)
)
OPEN = query()

Item = TypeVar("Item")


class ProxyViewSet(ComputeViewSet):
    """A resource that another service keeps."""

    @operation()
    def gone(self, request: Any, **ids: str) -> Any:
        """What could be done to it once; of these the others are in compute/api/tombstones.py."""
        raise ResourceGone

    def check_query(self, schema: Schema) -> None:
        if schema.tree == STUMBLES and self.request.params:
            raise Unexpected(kind="KeyError")
        super().check_query(schema)


def page_of(request: Any, items: Sequence[Item]) -> Sequence[Item]:
    """The items from `offset` on, at most `limit`; a limit of 0 is none."""
    return items[paging.window(request)]
