"""Tasks: what imports left behind.  /v2/tasks"""

import re
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q

from cloud.image.api.base import ImageServiceViewSet
from cloud.image.api.schemas import UUID, VALID_TASK, validate
from cloud.image.errors import BadRequest, ImageError, MethodNotAllowed, NotFound
from cloud.image.models import Task
from versioned.operation import operation

_BRIEF = ("id", "type", "status", "owner", "expires_at", "created_at", "updated_at")
_SORT_KEYS = ("type", "status", "owner", "image_id", "request_id", "user_id", "created_at",
              "expires_at", "updated_at", "id")  # fmt: skip
_KNOWN = {"status": ("pending", "processing", "success", "failure"), "type": ("import",)}
_FILTERS = ("id", "type", "status", "owner", "image_id", "request_id", "user_id")


def render(row: dict[str, Any], *, full: bool) -> dict[str, Any]:
    shown = {name: row[name] for name in _BRIEF if row[name] is not None}
    if full:
        shown |= {
            "input": row["input"],
            "result": row["result"],
            "message": row["message"],
            "image_id": row["image_id"],
            "user_id": row["user_id"],
            "request_id": row["request_id"],
        }
    return shown | {"self": f"/v2/tasks/{row['id']}", "schema": "/v2/schemas/task"}


class TasksViewSet(ImageServiceViewSet):
    """/v2/tasks and /v2/tasks/{task_id}"""

    ignores = frozenset({"list"})
    drops = frozenset({"retrieve", "destroy"})

    @operation(policy="tasks_api_access")
    def list(self, request: Any) -> Any:
        asked = self.asked()
        query = {name: value for name, value in dict(asked).items() if name != "marker"}
        limit, marker = asked.take("limit"), asked.take("marker")
        way, key = asked.take("sort_dir", "desc"), asked.take("sort_key", "created_at")
        if way not in ("asc", "desc"):
            raise BadRequest(f"Invalid sort direction: {way}")
        for name, known in _KNOWN.items():
            value = asked.last(name)
            if value and value not in known:
                raise BadRequest(f"Invalid {name} value: {value}")
        if marker and not re.match(UUID, marker):
            raise BadRequest("Invalid marker format")
        most = _limit(limit)
        if key not in _SORT_KEYS:
            raise BadRequest("Sort key supplied was not valid.")
        wanted = Q()
        for name, value in asked:
            if name in _FILTERS:
                wanted &= Q(**{name: value})
        sign = "-" if way == "desc" else ""
        # What the page comes after need not be what is filtered for.
        found = Task.objects.filter(wanted | Q(pk=marker) if wanted else wanted)
        rows: list[Any] = list(found.order_by(f"{sign}{key}", f"{sign}id").values())
        if marker is not None:
            rows = _after(rows, marker)
        page = rows[:most]
        body: dict[str, Any] = {
            "tasks": [render(row, full=False) for row in page],
            "first": "/v2/tasks" + (f"?{urlencode(query)}" if query else ""),
            "schema": "/v2/schemas/tasks",
        }
        if page and len(page) == most:
            body["next"] = "/v2/tasks?" + urlencode({**query, "marker": page[-1]["id"]})
        return body

    @operation(policy="tasks_api_access", status=201)
    def create(self, request: Any) -> Any:
        given = self.body()
        for name in ("type", "input"):
            if name not in given:
                raise BadRequest(f"Task '{name}' is required")
        if not isinstance(given, dict):
            # Glance: it fails on a list that has both words.
            raise BadRequest(f"Provided object does not match schema: {given} is not a dict.")
        validate(VALID_TASK, given)
        if given["type"] != "import":
            # Glance: it would run one, which has nothing to work on.
            raise BadRequest(f"Provided type of task is unsupported: {given['type']}")
        raise BadRequest(_refusal((given["input"] or {}).get("import_from")))

    @operation(policy="tasks_api_access")
    def retrieve(self, request: Any, task_id: str) -> Any:
        row: Any = Task.objects.filter(pk=task_id).values().first()
        if row is None:
            raise NotFound(f"Could not find task {task_id}")
        return render(row, full=True)

    @operation(policy="tasks_api_access")
    def destroy(self, request: Any, task_id: str) -> ImageError:
        raise MethodNotAllowed(
            "This operation is currently not permitted on Glance Tasks. They are auto deleted "
            "after reaching the time based on their expires_at property.",
            headers={"Allow": "GET"},
        )


def _refusal(source: Any) -> str:
    """Say why nothing is imported from an address."""
    if not source:
        return f"Invalid location: {source}"
    if str(source).startswith(("http://", "https://")):
        # Glance: refused where the address does not pass the filter; here none does.
        return f"URI for legacy import task does not pass filtering: {source}"
    if str(source).startswith(("file:///", "filesystem:///")):
        return "File based imports are not allowed. Please use a non-local source of image data."
    return (
        "The given uri is not valid. Please specify a valid uri from the following list of "
        "supported uri ['http']"
    )


def _limit(text: str | None) -> int:
    if text is None:
        return 25
    try:
        limit = int(text)
    except ValueError:
        raise BadRequest("limit param must be an integer") from None
    if limit < 0:
        raise BadRequest("limit param must be positive")
    return min(limit, 1000)


def _after(rows: list[dict[str, Any]], marker: str) -> list[dict[str, Any]]:
    for at, row in enumerate(rows):
        if row["id"] == marker:
            return rows[at + 1 :]
    raise BadRequest(f"Task with the given id {marker} was not found")
