"""Which service answers under which prefix: Nova's URL map, and the neighbours beside it."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path

from compute.api.console_pages import page
from compute.api.versions import unrouted
from computeproject.ready import ready

urlpatterns = [
    # First: it is asked most.
    path("", include("compute.api.mount")),
    path("_cloud/ready", ready),
    re_path(r"^console/\w+(?:\.html)?$", page),
    *(
        [path("admin/oidc/", include("mozilla_django_oidc.urls"))]
        if settings.OIDC_OP_ISSUER
        else ()
    ),
    path("admin/", admin.site.urls),
    path("identity", include("cloud.identity.api.urls")),
    path("image", include("cloud.image.api.urls")),
    path("network", include("cloud.network.api.urls")),
    path("volume", include("cloud.volume.api.urls")),
    path("placement", include("cloud.placement.api.urls")),
    re_path("", unrouted),
]
handler404 = unrouted
handler500 = "middleware.faultwrap.handler500"
