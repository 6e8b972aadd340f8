from django.apps import AppConfig


class ImageConfig(AppConfig):
    name = "cloud.image"
    label = "image"
    verbose_name = "Image"
