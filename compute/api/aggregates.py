"""Host aggregates: sets of hosts with metadata.  /os-aggregates"""

from typing import Any

from compute.api import types
from compute.api.dispatch import ActionsViewSet
from compute.api.times import with_micros
from compute.clients.image import image
from compute.domain import aggregates
from compute.domain.errors import BadRequest, ImageNotFound
from compute.models import Aggregate
from versioned.operation import operation
from versioned.schema import body, query
from versioned.shape import Attr, Const, Shape
from versioned.versions import changing


class AggregateShape(Shape):
    id = Attr()
    uuid = Attr(since="2.41")
    name = Attr()
    hosts = Attr(when=lambda row, ask: "hosts" in row)
    metadata = Attr(when=lambda row, ask: "hosts" in row)
    created_at = Attr(lambda row, ask: with_micros(row["created_at"]), needs="created_at")
    updated_at = Attr(lambda row, ask: with_micros(row["updated_at"]), needs="updated_at")
    deleted_at = Const(None)
    deleted = Const(False)
    availability_zone = Attr(
        lambda row, ask: row["metadata"].get("availability_zone"), needs="metadata"
    )


def _zone(name: types.Type) -> types.Type:
    return {"oneOf": [name, types.null]}


_ZONE = changing({"2.0": _zone(types.padded_az_name), "2.1": _zone(types.az_name)})

CREATE = body(
    "aggregate",
    {
        "name": changing({"2.0": types.padded_name, "2.1": types.name}),
        "availability_zone": _ZONE,
    },
    required=["name"],
)
UPDATE = types.closed(
    {
        "aggregate": types.closed(
            {"name": types.padded_name, "availability_zone": _ZONE},
            anyOf=[{"required": ["name"]}, {"required": ["availability_zone"]}],
        )
    },
    ["aggregate"],
)
ADD_HOST = body("add_host", {"host": types.fqdn}, required=["host"])
REMOVE_HOST = body("remove_host", {"host": types.fqdn}, required=["host"])
SET_METADATA = body("set_metadata", {"metadata": types.metadata_with_null}, required=["metadata"])
CACHE = types.closed(
    {
        "cache": {
            "type": ["array"],
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {"id": types.uuid},
                "additionalProperties": False,
                "required": ["id"],
            },
        }
    },
    ["cache"],
)
READ = query(closed_since="2.102")


class AggregateViewSet(ActionsViewSet):
    actions = {"add_host": "add_host", "remove_host": "remove_host", "set_metadata": "set_metadata"}

    @operation(policy="os_compute_api:os-aggregates:index", query=READ)
    def list(self, request: Any) -> Any:
        found = Aggregate.objects.order_by("id").prefetch_related("members")
        rows = [{**vars(each), "hosts": sorted_hosts(each)} for each in found]
        return {"aggregates": AggregateShape.render_many(rows, self.ask)}

    @operation(policy="os_compute_api:os-aggregates:show", query=READ)
    def retrieve(self, request: Any, id: str) -> Any:
        return self._aggregate(self._find(id))

    @operation(policy="os_compute_api:os-aggregates:create", body=CREATE)
    def create(self, request: Any, aggregate: dict[str, Any]) -> Any:
        zone = aggregate.get("availability_zone")
        made = aggregates.make(aggregate["name"].strip(), zone=zone.strip() if zone else None)
        # Nova: a new aggregate is shown without its hosts and metadata.
        return {"aggregate": AggregateShape.render(vars(made), self.ask)}

    @operation(policy="os_compute_api:os-aggregates:update", body=UPDATE)
    def update(self, request: Any, id: str, aggregate: dict[str, Any]) -> Any:
        changes = dict(aggregate)
        if "name" in changes:
            changes["name"] = changes["name"].strip()
        found = self._find(id)
        aggregates.update(found, changes)
        return self._aggregate(found)

    @operation(policy="os_compute_api:os-aggregates:delete")
    def destroy(self, request: Any, id: str) -> None:
        aggregates.delete(self._find(id))

    # Actions

    @operation(policy="os_compute_api:os-aggregates:add_host", body=ADD_HOST)
    def add_host(self, request: Any, id: str, add_host: dict[str, str]) -> Any:
        self._check_id(id)
        return self._aggregate(aggregates.add_host(id, add_host["host"]))

    @operation(policy="os_compute_api:os-aggregates:remove_host", body=REMOVE_HOST)
    def remove_host(self, request: Any, id: str, remove_host: dict[str, str]) -> Any:
        self._check_id(id)
        return self._aggregate(aggregates.remove_host(id, remove_host["host"]))

    @operation(policy="os_compute_api:os-aggregates:set_metadata", body=SET_METADATA)
    def set_metadata(self, request: Any, id: str, set_metadata: dict[str, Any]) -> Any:
        found = self._find(id)
        aggregates.set_metadata(found, set_metadata["metadata"])
        return self._aggregate(found)

    @operation(policy="compute:aggregates:images", body=CACHE, status=202, since="2.81")
    def images(self, request: Any, id: str, cache: Any) -> None:
        """Ask the hosts to keep images ready; simulated ones have them at once."""
        self._check_id(id)
        wanted = [image["id"] for image in cache]
        if len(wanted) != len(set(wanted)):
            raise BadRequest("Duplicate images in request")
        self._find(id)
        for image_id in wanted:
            try:
                image().show(self.context, image_id)
            except ImageNotFound as exc:
                raise BadRequest(exc.text) from None

    def _check_id(self, id: str) -> None:
        try:
            int(id)
        except ValueError:
            raise BadRequest("Invalid input received: id must be an integer") from None

    def _find(self, id: str) -> Aggregate:
        self._check_id(id)
        return aggregates.find(id)

    def _aggregate(self, aggregate: Aggregate) -> Any:
        row = {**vars(aggregate), "hosts": aggregates.hosts_of(aggregate)}
        return {"aggregate": AggregateShape.render(row, self.ask)}


def sorted_hosts(aggregate: Aggregate) -> Any:
    return [member.host for member in sorted(aggregate.members.all(), key=lambda each: each.pk)]
