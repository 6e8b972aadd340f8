"""What a console's token stands for, told to the proxies that serve consoles.
/os-console-auth-tokens/{id}
"""

from typing import Any

from compute.api import types
from compute.api.base import ComputeAsk, ComputeViewSet
from compute.domain import consoles
from compute.domain.errors import BadRequest
from compute.models import ConsoleToken
from versioned.operation import operation
from versioned.shape import Attr, Shape
from versioned.versions import changing

QUERY: types.Type = {
    "type": "object",
    "properties": {},
    "additionalProperties": changing({"2.0": True, "2.99": False}),
}


class Console(Shape):
    instance_uuid = Attr("server__uuid")
    host = Attr()
    port = Attr()
    internal_access_path = Attr()
    tls_port = Attr(since="2.99", when=lambda row, ask: row["console_type"] == "spice-direct")


class ConsoleAuthTokensViewSet(ComputeViewSet):
    # Nova: until 2.30 this was for RDP alone, and leaves a 400 without a reason.
    @operation(query=QUERY, until="2.30")
    def retrieve(self, request: Any, id: str) -> Any:
        raise BadRequest(consoles.MALFORMED)

    @retrieve.also(  # type: ignore[no-redef]
        policy="os_compute_api:os-console-auth-tokens", query=QUERY, since="2.31"
    )
    def retrieve(self, request: Any, id: str) -> Any:
        token = consoles.validate(id)
        ask = ComputeAsk(self.request)
        columns = ("console_type", *Console.columns(ask))
        row = ConsoleToken.objects.filter(pk=token.pk).values(*columns)[0]
        return {"console": Console.render(row, ask)}
