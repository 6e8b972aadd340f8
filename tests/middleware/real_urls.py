"""The Compute API alone, where the neighbours are not needed."""

from django.urls import include, path, re_path

from compute.api.versions import unrouted

urlpatterns = [path("", include("compute.api.mount")), re_path("", unrouted)]
handler404 = unrouted
handler500 = "middleware.faultwrap.handler500"
