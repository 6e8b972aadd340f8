"""Extra specs: what a flavor asks beyond its sizes.  /flavors/{id}/os-extra_specs"""

from typing import Any

from compute.api import extra_specs as known
from compute.api import types
from compute.api.base import ComputeViewSet
from compute.domain import flavors
from compute.domain.errors import BadRequest
from versioned.operation import operation
from versioned.schema import query

_SPECS = {
    **types.metadata,
    "patternProperties": {
        key: {**value, "type": ["string", "number"]}
        for key, value in types.metadata["patternProperties"].items()
    },
}
CREATE = types.closed({"extra_specs": _SPECS}, ["extra_specs"])
UPDATE = {**_SPECS, "minProperties": 1, "maxProperties": 1}
READ = query(closed_since="2.102")


class FlavorExtraSpecsViewSet(ComputeViewSet):
    @operation(policy="os_compute_api:os-flavor-extra-specs:index", query=READ)
    def list(self, request: Any, flavor_id: str) -> Any:
        return {"extra_specs": flavors.find(self.context, flavor_id).extra_specs}

    @operation(policy="os_compute_api:os-flavor-extra-specs:show", query=READ)
    def retrieve(self, request: Any, flavor_id: str, id: str) -> Any:
        specs = flavors.find(self.context, flavor_id).extra_specs
        if id not in specs:
            raise flavors.ExtraSpecNotFound(flavor_id=flavor_id, key=id)
        return {id: specs[id]}

    @operation(policy="os_compute_api:os-flavor-extra-specs:create", body=CREATE)
    def create(self, request: Any, flavor_id: str, extra_specs: dict[str, Any]) -> Any:
        self._check(extra_specs)
        flavors.add_extra_specs(flavors.find(self.context, flavor_id), extra_specs)
        return request.json

    @operation(policy="os_compute_api:os-flavor-extra-specs:update", body=UPDATE)
    def update(self, request: Any, flavor_id: str, id: str, body: dict[str, Any]) -> Any:
        self._check(body)
        if id not in body:
            raise BadRequest("Request body and URI mismatch")
        flavors.add_extra_specs(flavors.find(self.context, flavor_id), body)
        return body

    @operation(policy="os_compute_api:os-flavor-extra-specs:delete")
    def destroy(self, request: Any, flavor_id: str, id: str) -> None:
        flavors.delete_extra_spec(flavors.find(self.context, flavor_id), id)

    def _check(self, specs: dict[str, Any]) -> None:
        for name, value in specs.items():
            if not isinstance(value, str):
                value = str(value)
                if len(value) > 255:
                    raise BadRequest(
                        f"extra_specs value has {len(value)} characters, more than 255."
                    )
            if self.request.version >= (2, 86):
                known.check(name, value)
