from django.apps import AppConfig


class ComputeConfig(AppConfig):
    name = "compute"
    label = "compute"
    verbose_name = "Compute"

    def ready(self) -> None:
        from compute.metadata_api import checks  # noqa: F401 - registers the checks
