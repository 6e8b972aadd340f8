from django.apps import AppConfig


class ImageConfig(AppConfig):
    name = "cloud.image"
    label = "image"
    verbose_name = "Image"

    def ready(self) -> None:
        from cloud.image import quota  # noqa: F401 - registers its check
