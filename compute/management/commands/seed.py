"""`manage.py seed`: fill an empty cloud with what a demo needs."""

from typing import Any

from django.core.management.base import BaseCommand

from compute.seed import seed


class Command(BaseCommand):
    help = "Fills what is empty with a demo cloud of DevStack's shape; changes nothing else."

    def handle(self, *args: Any, **options: Any) -> None:
        seed()
