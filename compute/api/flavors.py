"""Flavors: the sizes that servers can have.  /flavors"""

import builtins
from typing import Any

from compute.api import paging, types
from compute.api.base import ComputeAsk, ComputeViewSet
from compute.domain import flavors
from compute.domain.errors import BadRequest
from compute.models import Flavor
from middleware.context import RequestContext
from versioned.operation import operation
from versioned.prepared import Prepared, Row
from versioned.schema import body, query
from versioned.shape import Attr, Shape
from versioned.versions import changing, since, until

SEE_EXTRA_SPECS = "os_compute_api:os-flavor-extra-specs:index"


class FlavorInList(Shape):
    id = Attr("flavor_id")
    name = Attr()
    links = Attr(lambda row, ask: ask.links.of("flavors", row["flavor_id"]), needs="flavor_id")
    description = Attr(since="2.55")


class FlavorInDetail(Shape):
    id = Attr("flavor_id")
    name = Attr()
    ram = Attr("memory_mb")
    disk = Attr("root_gb")
    swap = (
        Attr(lambda row, ask: row["swap_mb"] or "", until="2.74", needs="swap_mb"),
        Attr("swap_mb", since="2.75"),
    )
    ephemeral = Attr("ephemeral_gb", key="OS-FLV-EXT-DATA:ephemeral")
    disabled = Attr(key="OS-FLV-DISABLED:disabled", until="2.101")
    vcpus = Attr()
    is_public = Attr(key="os-flavor-access:is_public")
    rxtx_factor = Attr(
        lambda row, ask: row["rxtx_factor"] or "", until="2.101", needs="rxtx_factor"
    )
    links = Attr(lambda row, ask: ask.links.of("flavors", row["flavor_id"]), needs="flavor_id")
    description = Attr(since="2.55")
    extra_specs = Attr(since="2.61", policy=SEE_EXTRA_SPECS)


_DESCRIPTION = {
    "type": ["string", "null"],
    "minLength": 0,
    "maxLength": 65535,
    "pattern": types.printable_pattern(),
}

CREATE = body(
    "flavor",
    {
        "name": changing({"2.0": types.padded_name, "2.1": types.name}),
        "id": {
            "type": ["string", "number", "null"],
            "minLength": 1,
            "maxLength": 255,
            "pattern": "^(?! )[a-zA-Z0-9. _-]+(?<! )$",
        },
        "ram": types.flavor_positive,
        "vcpus": types.flavor_positive,
        "disk": types.flavor_non_negative,
        "OS-FLV-EXT-DATA:ephemeral": types.flavor_non_negative,
        "swap": types.flavor_non_negative,
        "rxtx_factor": until(
            "2.101",
            {
                "type": ["number", "string"],
                "pattern": r"^[0-9]+(\.[0-9]+)?$",
                "exclusiveMinimum": 0,
                "maximum": flavors.MAX_FLOAT,
            },
        ),
        "os-flavor-access:is_public": types.boolean,
        "description": since("2.55", _DESCRIPTION),
    },
    required=["name", "ram", "vcpus", "disk"],
)

UPDATE = body("flavor", {"description": _DESCRIPTION}, required=["description"])

# The keys that a list may be sorted by, and the columns that they stand for.
SORT_KEYS = {
    "created_at": "created_at",
    "description": "description",
    "disabled": "disabled",
    "ephemeral_gb": "ephemeral_gb",
    "flavorid": "flavor_id",
    "id": "id",
    "is_public": "is_public",
    "memory_mb": "memory_mb",
    "name": "name",
    "root_gb": "root_gb",
    "rxtx_factor": "rxtx_factor",
    "swap": "swap_mb",
    "updated_at": "updated_at",
    # Nova: a column that nothing ever fills.
    "vcpu_weight": "id",
    "vcpus": "vcpus",
}
_SORT_KEY = {
    "type": "string",
    "enum": [until("2.101", key) if key == "rxtx_factor" else key for key in SORT_KEYS],
}

LIST = query(
    closed_since="2.75",
    limit=types.many(types.non_negative_integer),
    marker=types.many(types.string),
    is_public=types.many(types.string),
    minRam=types.many(types.string),
    minDisk=types.many(types.string),
    sort_key=types.many(_SORT_KEY),
    sort_dir=types.many(types.one_of("asc", "desc")),
    name=since("2.102", types.many(types.string)),
)
SHOW = query(closed_since="2.102")

_TRUE = {"1", "t", "true", "on", "y", "yes"}
_FALSE = {"0", "f", "false", "off", "n", "no"}


def _is_public(text: str | None) -> bool | None:
    """Whether public or other flavors are asked for; None for both."""
    if text is None:
        return True
    word = text.strip().lower()
    if text.lower() == "none":
        return None
    if word not in _TRUE | _FALSE:
        raise BadRequest(f"Invalid is_public filter [{text}]")
    return word in _TRUE


# The list that nearly everybody asks for, prepared for each plan of a shape.
_usual: dict[tuple[Any, bool], Prepared[Row]] = {}


def _usual_rows(shape: type[Shape], ask: ComputeAsk, context: RequestContext) -> list[Row]:
    """The caller's flavors by id, without filters; enabled ones only, but for administrators."""
    key = (shape.plan(ask), context.is_admin)
    prepared = _usual.get(key)
    if prepared is None:

        def rows(project_id: str) -> Any:
            somebody = RequestContext(project_id=project_id, is_admin=context.is_admin)
            listed = flavors.listed(somebody, is_public=True)
            if not context.is_admin:
                listed = listed.filter(disabled=False)
            return listed.order_by("flavor_id").values(*{*shape.columns(ask), "flavor_id"})

        prepared = _usual[key] = Prepared(rows, str)
    return prepared(context.project_id)


class FlavorViewSet(ComputeViewSet):
    @operation(query=LIST)
    def list(self, request: Any) -> Any:
        return self._page(request, FlavorInList, "flavors")

    @operation(query=LIST)
    def detail(self, request: Any) -> Any:
        return self._page(request, FlavorInDetail, "flavors/detail")

    @operation(query=SHOW)
    def retrieve(self, request: Any, id: str) -> Any:
        return self._flavor(flavors.find(self.context, id))

    @operation(policy="os_compute_api:os-flavor-manage:create", body=CREATE)
    def create(self, request: Any, flavor: dict[str, Any]) -> Any:
        made = flavors.make(
            name=flavor["name"],
            flavor_id=flavor.get("id"),
            memory_mb=flavor["ram"],
            vcpus=flavor["vcpus"],
            root_gb=flavor["disk"],
            ephemeral_gb=flavor.get("OS-FLV-EXT-DATA:ephemeral", 0),
            swap_mb=flavor.get("swap", 0),
            rxtx_factor=flavor.get("rxtx_factor", 1.0),
            is_public=types.is_true(flavor.get("os-flavor-access:is_public", True)),
            description=flavor.get("description"),
        )
        return self._flavor(made)

    @operation(policy="os_compute_api:os-flavor-manage:update", body=UPDATE, since="2.55")
    def update(self, request: Any, *, flavor: dict[str, Any], id: str = "detail") -> Any:
        found = flavors.find(self.context, id)
        return self._flavor(flavors.describe(found, flavor["description"]))

    # Nova: 202, although nothing is left to be done.
    @operation(policy="os_compute_api:os-flavor-manage:delete", status=202)
    def destroy(self, request: Any, id: str = "detail") -> None:
        flavors.delete(id)

    def _flavor(self, flavor: Flavor) -> Any:
        return {"flavor": FlavorInDetail.render(vars(flavor), self.ask)}

    def _page(self, request: Any, shape: type[Shape], path: str) -> Any:
        ask = self.ask
        limit, marker = paging.limit_and_marker(request)
        if self.context.project_id is not None and not request.params.keys() - {"limit"}:
            usual = _usual_rows(shape, ask, self.context)
            return self._answer(request, shape, path, usual[:limit], limit)
        rows = self._filtered(request)
        column = SORT_KEYS[_last(request, "sort_key") or "flavorid"]
        sort = paging.Sort((column, "id"), descending=_last(request, "sort_dir") == "desc")
        if marker is not None:
            visible = flavors.visible_to(self.context)
            after = visible.filter(flavor_id=marker).values(*sort.columns).first()
            if after is None:
                raise BadRequest(f"marker [{marker}] not found")
            rows = rows.filter(sort.after(after))
        page = list(
            rows.order_by(*sort.order()).values(*{*shape.columns(ask), "flavor_id"})[:limit]
        )
        return self._answer(request, shape, path, page, limit)

    def _answer(
        self, request: Any, shape: type[Shape], path: str, page: builtins.list[Any], limit: int
    ) -> Any:
        answer: dict[str, Any] = {"flavors": shape.render_many(page, self.ask)}
        links = paging.next_links(request, path, page, "flavor_id", limit)
        if links:
            answer["flavors_links"] = links
        return answer

    def _filtered(self, request: Any) -> Any:
        if self.context.is_admin:
            rows = flavors.listed(self.context, is_public=_is_public(_last(request, "is_public")))
        else:
            rows = flavors.listed(self.context, is_public=True).filter(disabled=False)
        for name, column in (("minRam", "memory_mb"), ("minDisk", "root_gb")):
            text = _last(request, name)
            if text is not None:
                try:
                    rows = rows.filter(**{f"{column}__gte": int(text)})
                except ValueError:
                    raise BadRequest(f"Invalid {name} filter [{text}]") from None
        pattern = _last(request, "name")
        return rows if pattern is None else rows.filter(name__regex=pattern)


def _last(request: Any, name: str) -> str | None:
    values = request.params.get(name)
    return values[-1] if values else None
