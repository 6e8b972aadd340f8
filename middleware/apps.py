"""The chain as a Django app: it brings its settings' checks."""

from django.apps import AppConfig


class MiddlewareConfig(AppConfig):
    name = "middleware"

    def ready(self) -> None:
        from middleware import checks  # noqa: F401 - registers the checks
