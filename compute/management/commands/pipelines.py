"""`manage.py pipelines`: each prefix of the URL map, and the filters on the way to its app.

At the end, by name, the applications that have a port of their own.
"""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from middleware.checks import filter_names
from middleware.conf import conf
from middleware.pipelines import pipelines


class Command(BaseCommand):
    help = "Print which filters a request to each URL prefix goes through, in order."
    requires_system_checks = ()  # it must work where the chain is wrong

    def handle(self, *args: Any, **options: Any) -> None:
        order = list(filter_names())
        chains = pipelines()
        own = {f"({name})": pipeline for name, (pipeline, _) in conf.applications.items()}
        rows = {**settings.URL_MAP, **own}
        width = max(map(len, rows))
        name_width = max(map(len, rows.values()))
        for prefix, name in rows.items():
            chain = " ".join(sorted(chains[name], key=order.index))
            self.stdout.write(f"{prefix:<{width}}  {name:<{name_width}}  {chain}")
