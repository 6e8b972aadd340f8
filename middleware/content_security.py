"""What a browser may load on the admin site's pages: CONTENT_SECURITY_POLICY."""

from django.http.response import HttpResponseBase

from middleware.base import GetResponse, Middleware, Request
from middleware.conf import conf


class ContentSecurity(Middleware):
    """Add the policy to every page."""

    name = "content_security"

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.policy = conf.content_security_policy

    def handle(self, request: Request) -> HttpResponseBase:
        response = self.get_response(request)
        if self.policy:
            response.headers.setdefault("Content-Security-Policy", self.policy)
            response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=()")
        return response
