"""Whether the cloud can be used.  /_cloud/ready"""

from django.http import HttpRequest, HttpResponse, JsonResponse

from compute.domain import services


def ready(request: HttpRequest) -> HttpResponse:
    """200 once migrations and seed are done and the services beat; 503 before."""
    is_ready = services.ready()
    return JsonResponse({"ready": is_ready}, status=200 if is_ready else 503)
