"""Request ids: a fresh one for each request; an inbound one is kept as the global id only."""

import re
from os import urandom

from django.http.response import HttpResponseBase

from middleware.base import GetResponse, Middleware, Request
from middleware.conf import conf

HEADER = "x-openstack-request-id"
_FORM = re.compile(r"^req-[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$")


# Of a UUID's bits, those that are drawn, and those that say that all others are.
_DRAWN, _SAID = 0xFFFFFFFF_FFFF_0FFF_3FFF_FFFFFFFFFFFF, 0x00000000_0000_4000_8000_000000000000


def fresh() -> str:
    """A new request's id: a random UUID, which uuid's own makes an object of before writing it."""
    text = f"{int.from_bytes(urandom(16)) & _DRAWN | _SAID:032x}"
    return f"req-{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class RequestId(Middleware):
    """Leave `openstack.request_id` in META, and show it in the service's response headers."""

    name = "request_id"

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        own = conf.request_id_headers
        self.headers = {pipeline: (HEADER, *own.get(pipeline, ())) for pipeline in self.pipelines}

    def handle(self, request: Request) -> HttpResponseBase:
        meta = request.META
        inbound = meta.get("HTTP_X_OPENSTACK_REQUEST_ID")
        if inbound and _FORM.match(inbound):
            meta["openstack.global_request_id"] = inbound
        made = meta["openstack.request_id"] = fresh()
        response = self.get_response(request)
        headers = response.headers
        for name in self.headers[request.pipeline]:
            if name not in headers:
                headers[name] = made
        return response
