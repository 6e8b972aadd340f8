"""Metadata of a server.  /servers/{server_id}/metadata"""

from typing import Any

from compute.api import types
from compute.api.servers.lookup import OfServer
from compute.api.servers.schemas import SHOW
from compute.domain import metadata as items
from versioned.operation import operation

_ALL = types.closed({"metadata": types.metadata}, ["metadata"])
_ONE = types.closed({"meta": {**types.metadata, "minProperties": 1, "maxProperties": 1}}, ["meta"])
RULE = "os_compute_api:server-metadata"


class ServerMetadataViewSet(OfServer):
    @operation(policy=f"{RULE}:index", target="found", query=SHOW)
    def list(self, request: Any, server_id: str) -> Any:
        return {"metadata": self.found(server_id).metadata}

    @operation(policy=f"{RULE}:create", target="found", body=_ALL)
    def create(self, request: Any, server_id: str, metadata: dict[str, str]) -> Any:
        return {"metadata": items.add(request.context, self.found(server_id), metadata)}

    @operation(policy=f"{RULE}:update_all", target="found", body=_ALL)
    def replace(self, request: Any, server_id: str, metadata: dict[str, str]) -> Any:
        return {"metadata": items.replace(request.context, self.found(server_id), metadata)}

    @operation(policy=f"{RULE}:show", target="found", query=SHOW)
    def retrieve(self, request: Any, server_id: str, key: str) -> Any:
        server = self.found(server_id)
        if key not in server.metadata:
            raise items.ItemNotFound
        return {"meta": {key: server.metadata[key]}}

    @operation(policy=f"{RULE}:update", target="found", body=_ONE)
    def update(self, request: Any, server_id: str, key: str, meta: dict[str, str]) -> Any:
        server = self.found(server_id)
        if key not in meta:
            raise items.KeysDiffer
        items.add(request.context, server, meta)
        return {"meta": meta}

    @operation(policy=f"{RULE}:delete", target="found", status=204)
    def destroy(self, request: Any, server_id: str, key: str) -> None:
        items.delete(request.context, self.found(server_id), key)
