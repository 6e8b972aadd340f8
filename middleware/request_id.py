"""Request ids: a fresh one for each request; an inbound one is kept as the global id only."""

import re
from uuid import uuid4

from django.http.response import HttpResponseBase

from middleware.base import GetResponse, Middleware, Request
from middleware.conf import conf

HEADER = "x-openstack-request-id"
_FORM = re.compile(r"^req-[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$")


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
        made = meta["openstack.request_id"] = f"req-{uuid4()}"
        response = self.get_response(request)
        headers = response.headers
        for name in self.headers[request.pipeline]:
            if name not in headers:
                headers[name] = made
        return response
