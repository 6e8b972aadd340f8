"""Quota classes; the class "default" changes everybody's defaults.  /os-quota-class-sets"""

from typing import Any

from compute.api.base import ComputeViewSet
from compute.api.quota_sets import limits
from compute.domain import quotas
from compute.domain.errors import BadRequest
from versioned.operation import operation
from versioned.schema import body, query
from versioned.shape import Attr, Shape


class QuotaClassSet(Shape):
    id = Attr(when=lambda row, ask: "id" in row)
    cores = Attr()
    fixed_ips = Attr(until="2.49")
    floating_ips = Attr(until="2.49")
    injected_file_content_bytes = Attr(until="2.56")
    injected_file_path_bytes = Attr(until="2.56")
    injected_files = Attr(until="2.56")
    instances = Attr()
    key_pairs = Attr()
    metadata_items = Attr()
    ram = Attr()
    security_group_rules = Attr(until="2.49")
    security_groups = Attr(until="2.49")
    server_group_members = Attr(since="2.50")
    server_groups = Attr(since="2.50")


UPDATE = body("quota_class_set", limits("2.49"))


class QuotaClassSetViewSet(ComputeViewSet):
    @operation(policy="os_compute_api:os-quota-class-sets:show", query=query(closed_since="2.102"))
    def retrieve(self, request: Any, id: str) -> Any:
        return self._set({"id": id, **quotas.of_class(id)})

    @operation(policy="os_compute_api:os-quota-class-sets:update", body=UPDATE)
    def update(self, request: Any, id: str, quota_class_set: dict[str, Any]) -> Any:
        if len(id) > 255:
            raise BadRequest(f"quota_class_name has {len(id)} characters, more than 255.")
        quotas.change_class(id, {name: int(value) for name, value in quota_class_set.items()})
        return self._set(quotas.of_class(id))

    def _set(self, row: dict[str, Any]) -> Any:
        return {"quota_class_set": QuotaClassSet.render(row, self.ask)}
