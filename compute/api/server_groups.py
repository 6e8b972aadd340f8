"""Server groups: servers that shall be together, or apart.  /os-server-groups"""

from typing import Any

from compute.api import paging, types
from compute.api.base import ComputeViewSet
from compute.domain import groups
from compute.models import ServerGroup
from versioned.operation import operation
from versioned.prepared import Forms
from versioned.schema import body, query
from versioned.shape import Attr, Const, Shape
from versioned.versions import since, until


class ServerGroupShape(Shape):
    id = Attr("uuid")
    name = Attr()
    policy = Attr(since="2.64")
    rules = Attr(since="2.64")
    policies = Attr(lambda row, ask: [row["policy"]], until="2.63", needs="policy")
    metadata = Const({}, until="2.63")
    members = Attr(lambda row, ask: ask.related["members"][row["id"]], needs="id")
    project_id = Attr(since="2.13")
    user_id = Attr(since="2.13")


_SOFT = (since("2.15", "soft-anti-affinity"), since("2.15", "soft-affinity"))
_POLICY = {"type": "string", "enum": ["anti-affinity", "affinity", *_SOFT]}

CREATE = body(
    "server_group",
    {
        "name": types.name,
        "policies": until(
            "2.63",
            {
                "type": "array",
                "prefixItems": [_POLICY],
                "uniqueItems": True,
                "minItems": 1,
                "maxItems": 1,
                "additionalItems": False,
            },
        ),
        "policy": since("2.64", _POLICY),
        "rules": since("2.64", types.closed({"max_server_per_host": types.positive_integer})),
    },
    required=["name", until("2.63", "policies"), since("2.64", "policy")],
)

LIST = query(
    closed_since="2.75",
    all_projects=types.many(types.string),
    limit=types.many(types.non_negative_integer),
    offset=types.many(types.non_negative_integer),
)


# A form is where the page begins and ends.
_ALL = Forms(lambda form: ServerGroup.objects.order_by("id")[slice(*form)])
_OF_PROJECT = Forms(
    lambda form, project_id: ServerGroup.objects.filter(project_id=project_id).order_by("id")[
        slice(*form)
    ],
    str,
)


class ServerGroupViewSet(ComputeViewSet):
    @operation(policy="os_compute_api:os-server-groups:index", query=LIST)
    def list(self, request: Any) -> Any:
        page = paging.window(request)
        form = (page.start, page.stop)
        # Nova: others than administrators see their own groups, whatever they ask for.
        if "all_projects" in request.params and self.context.is_admin:
            self.rule = "os_compute_api:os-server-groups:index:all_projects"
            self.authorize()
            found = _ALL(form)
        else:
            found = _OF_PROJECT(form, self.context.project_id)
        return {"server_groups": self._shown(found)}

    @operation(
        policy="os_compute_api:os-server-groups:show",
        target="found",
        query=query(closed_since="2.102"),
    )
    def retrieve(self, request: Any, id: str) -> Any:
        return {"server_group": self._shown([self._find(id)])[0]}

    @operation(policy="os_compute_api:os-server-groups:create", body=CREATE)
    def create(self, request: Any, server_group: dict[str, Any]) -> Any:
        rules = server_group.get("rules")
        policy = server_group.get("policy") or server_group["policies"][0]
        group = groups.make(self.context, name=server_group["name"], policy=policy, rules=rules)
        return {"server_group": self._shown([group])[0]}

    @operation(policy="os_compute_api:os-server-groups:delete", target="found", status=204)
    def destroy(self, request: Any, id: str) -> None:
        groups.delete(self._find(id))

    def _find(self, id: str) -> ServerGroup:
        group = groups.find(self.context, id)
        self.authorize({"project_id": group.project_id})
        return group

    def _shown(self, found: Any) -> Any:
        rows = [vars(group) for group in found]
        ask = self.ask
        ask.related["members"] = groups.members_of(self.context, [row["id"] for row in rows])
        return ServerGroupShape.render_many(rows, ask)
