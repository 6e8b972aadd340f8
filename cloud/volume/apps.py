from django.apps import AppConfig


class VolumeConfig(AppConfig):
    name = "cloud.volume"
    label = "volume"
    verbose_name = "Volume"
