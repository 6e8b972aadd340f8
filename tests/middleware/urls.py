"""Views that show what the chain made of a request."""

from django.http import JsonResponse
from django.urls import re_path

from compute.api import versions
from compute.api.versions import unrouted


def shown(request, **kwargs):
    context = getattr(request, "context", None)
    return JsonResponse(
        {
            "pipeline": request.pipeline,
            "path": request.path,
            "best_content_type": request.best_content_type,
            "legacy_v2": request.legacy_v2,
            "context": context and context.to_policy_values(),
            "token": context and context.token,
            "request_id": context and context.request_id,
            "global_request_id": context and context.global_request_id,
            "length": len(request.body),
            "meta": {key: value for key, value in request.META.items() if type(value) is str},
            "scheme": request.scheme,
            "host": request.get_host(),
            "session": hasattr(request, "session"),
            "user": hasattr(request, "user"),
        }
    )


def failing(request):
    raise ValueError("a secret")


def versioned(request):
    response = JsonResponse({})
    response["OpenStack-API-Version"] = "compute 2.1"
    response["X-OpenStack-Nova-API-Version"] = "2.1"
    response["Vary"] = "OpenStack-API-Version, X-OpenStack-Nova-API-Version"
    return response


urlpatterns = [
    re_path(r"^$", versions.root),
    re_path(r"^v2/?$", versions.legacy),
    re_path(r"^v2\.1/?$", versions.current),
    re_path(r"^(?:v2|v2\.1|admin|identity|image|_cloud|network)/.*shown$", shown),
    re_path(r"^image/v2/images/1/file$", shown),
    re_path(r"^v2\.1/failing$", failing),
    re_path(r"^image/failing$", failing),
    re_path(r"^v2(?:\.1)?/versioned$", versioned),
    re_path("", unrouted),
]
handler404 = unrouted
handler500 = "middleware.faultwrap.handler500"
