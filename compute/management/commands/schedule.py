"""`manage.py schedule explain SERVER`: host by host, which filter refuses it, and the weights."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from compute.domain import context
from compute.models import Server
from compute.scheduler import manager
from compute.scheduler.request import of_server


class Command(BaseCommand):
    help = "Explains where the scheduler would put a server."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["explain"])
        parser.add_argument("server", help="a server's uuid")

    def handle(self, *args: Any, **options: Any) -> None:
        server = Server.objects.filter(uuid=options["server"]).first()
        if server is None:
            raise CommandError(f"There is no server {options['server']}.")
        cloud = context.cloud()
        for told in manager.explain(cloud, of_server(cloud, server)):
            if told.refused_by:
                self.stdout.write(f"{told.host}: refused by {told.refused_by}")
                continue
            shares = ", ".join(
                f"{name} {share:+.3g}" for name, share in told.weights.items() if share
            )
            self.stdout.write(f"{told.host}: weight {told.weight:.3f} ({shares or 'all alike'})")
