"""Image alone, where the project mounts it."""

from django.urls import include, path

urlpatterns = [path("image", include("cloud.image.api.urls"))]
