"""The /v2 of old: no microversions asked, none told."""

from django.http.response import HttpResponseBase

from middleware.base import Middleware, Request

_ASKED = ("HTTP_OPENSTACK_API_VERSION", "HTTP_X_OPENSTACK_NOVA_API_VERSION")
_TOLD = ("OpenStack-API-Version", "X-OpenStack-Nova-API-Version")


class LegacyV2(Middleware):
    """Take version headers from the request and the response, and mark the request as /v2's."""

    name = "legacy_v2"

    def handle(self, request: Request) -> HttpResponseBase:
        for key in _ASKED:
            request.META.pop(key, None)
        request.legacy_v2 = True
        response = self.get_response(request)
        headers = response.headers
        if _TOLD[1] in headers:
            # For the log, which Nova writes from the request.
            request.microversion = headers[_TOLD[1]]
        for name in _TOLD:
            headers.pop(name, None)
        vary = headers.get("Vary")
        if vary is not None:
            kept = [name for part in vary.split(",") if (name := part.strip()) not in _TOLD]
            if kept:
                headers["Vary"] = ",".join(kept)
            else:
                del headers["Vary"]
        return response
