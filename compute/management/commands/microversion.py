"""`manage.py microversion 2.47`: what a version changed, read from the tables themselves."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from compute.api.history import HISTORY
from versioned import inspect
from versioned.versions import parse


class Command(BaseCommand):
    help = "Prints what a microversion of the Compute API changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("version", help="2.1 to the newest")

    def handle(self, *args: Any, **options: Any) -> None:
        row = next((row for row in HISTORY if row.number == options["version"]), None)
        if row is None:
            raise CommandError(f"There is no microversion {options['version']}.")
        from compute.api.urls import urlpatterns

        self.stdout.write(f"{row.number}: {row.title}")
        if row.behaviour:
            self.stdout.write(f"  behaviour: {row.behaviour}")
        for line in inspect.changes_at(parse(row.number), urlpatterns):
            self.stdout.write(f"  {line}")
