"""Placement served alone: its paths, and a middleware that believes who callers say they are."""

from django.urls import include, path

from middleware.context import RequestContext


class Who:
    """`X-Roles: reader`, `X-Project: p`; nobody without `X-Roles`."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        roles = request.META.get("HTTP_X_ROLES")
        request.context = RequestContext(request_id="req-1")
        if roles is not None:
            request.context = RequestContext(
                user_id="u",
                project_id=request.META.get("HTTP_X_PROJECT", "p"),
                roles=tuple(roles.split(",")),
                system_scope=request.META.get("HTTP_X_SYSTEM"),
                request_id="req-1",
            )
        return self.get_response(request)


urlpatterns = [path("placement", include("cloud.placement.api.urls"))]
