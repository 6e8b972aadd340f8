from django.apps import AppConfig


class NetworkConfig(AppConfig):
    name = "cloud.network"
    label = "network"
    verbose_name = "Network"
