"""`manage.py runserver [[host:]port]`: a whole cloud in this process."""

import re
import signal
import sys
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from computeproject import database, doors
from computeproject import server as http

ADDRESS = re.compile(r"^(?:(?P<host>\[[0-9a-fA-F:]+\]|[^:]+):)?(?P<port>\d+)$")
_CLOUDS = """clouds:
  kilonova:
    auth: {{auth_url: "{base}/identity", username: demo, password: password, project_name: demo, \
user_domain_id: default, project_domain_id: default}}
    region_name: RegionOne"""


class Command(BaseCommand):
    help = "Serves the cloud: migrates, seeds, listens, and runs every service in this process."
    # The checks run in `manage.py check` and in the tests; a cloud should be there in a second.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", nargs="?", default="127.0.0.1:8774", help="[host:]port")
        parser.add_argument(
            "--noreload",
            action="store_true",
            help="accepted because Django's own runserver has it; this one never reloads",
        )
        parser.add_argument("--threads", type=int, default=10, help="threads that answer requests")

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = _address(options["address"])
        doors.refuse_open_noauth(host)
        doors.refuse_well_known()
        gate = http.Gate()
        try:
            server = http.make(host, port, gate, threads=options["threads"])
        except OSError as exc:
            raise CommandError(f"Cannot listen on {host}:{port}: {exc}") from exc
        listener = threading.Thread(target=server.serve, name="http", daemon=True)
        listener.start()
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        try:
            database.prepare()
        except BaseException:
            # Its threads would keep a process alive that answers nothing.
            server.stop()
            raise

        from compute import running
        from computeproject.wsgi import application

        running.start_embedded()
        gate.open(application)
        self._tell(host, port)
        guests = self._serve_guests(host)
        stopping.wait()
        self.stdout.write("Stopping.")
        for each in (guests, server):
            if each is not None:
                each.stop()
        running.stop_embedded()
        sys.exit(0)

    def _serve_guests(self, host: str) -> http.Server | None:
        """Answer guests on a port of their own, if METADATA_PORT names one."""
        from compute.domain.guest_data.conf import conf
        from computeproject.metadata_wsgi import application

        port = conf.metadata_port
        if port is None:
            return None
        try:
            server = http.make(host, port, application)
        except OSError as exc:
            raise CommandError(f"Cannot listen on {host}:{port}: {exc}") from exc
        threading.Thread(target=server.serve, name="metadata", daemon=True).start()
        self.stdout.write(f"Guests ask http://{host}:{port}/")
        self.stdout.flush()
        return server

    def _tell(self, host: str, port: int) -> None:
        shown = "127.0.0.1" if host in ("0.0.0.0", "[::]", "::") else host  # noqa: S104
        base = f"http://{shown}:{port}"
        self.stdout.write(f"Kilonova listens on {base}/ (data in {settings.DATA})")
        self.stdout.write("Put this into clouds.yaml and say --os-cloud kilonova:\n")
        self.stdout.write(_CLOUDS.format(base=base))
        self.stdout.write(f"\nAdmin site: {base}/admin/ (admin, password)")
        self.stdout.flush()


def _address(text: str) -> tuple[str, int]:
    match = ADDRESS.match(text)
    if match is None:
        raise CommandError(f"'{text}' is not [host:]port")
    return match["host"] or "127.0.0.1", int(match["port"])
