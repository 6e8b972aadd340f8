"""Volume alone, where the project mounts it."""

from django.urls import include, path

urlpatterns = [path("volume", include("cloud.volume.api.urls"))]
