"""`manage.py serve`: the enabled APIs, each on its own port, with worker processes."""

import os
import select
import signal
import socket
import ssl
import threading
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from computeproject import apis, database, doors
from computeproject import server as http
from computeproject.apis import Listener
from computeproject.supervisor import Supervisor


class Command(BaseCommand):
    help = (
        "Serves the APIs that enabled_apis names, each with <api>_listen, <api>_listen_port and "
        "<api>_workers.  Stops gracefully at SIGTERM, reloads at SIGHUP."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--threads", type=int, default=10, help="threads of each worker")
        parser.add_argument(
            "--check", action="store_true", help="read the settings, load everything, serve nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self._threads = options["threads"]
        try:
            self._listeners = apis.enabled()
            self._certificate = self._read_certificate()
            self._applications = {
                each.name: apis.application(each, self._listeners) for each in self._listeners
            }
        except ImproperlyConfigured as exc:
            raise CommandError(str(exc)) from exc
        doors.refuse_well_known()
        for each in self._listeners:
            doors.refuse_open_noauth(each.listen)
        if options["check"]:
            return
        try:
            supervisor = Supervisor(self._listeners, self._work, self._patience + 5)
        except OSError as exc:
            raise CommandError(f"Cannot listen: {exc}") from exc
        database.prepare()
        # Workers are forked from here, and may share no connection.
        connections.close_all()
        supervisor.run(self._tell)

    @property
    def _patience(self) -> float:
        return float(settings.GRACEFUL_SHUTDOWN_TIMEOUT)

    def _read_certificate(self) -> tuple[str, str] | None:
        if not any(each.is_tls for each in self._listeners):
            return None
        files = settings.SSL_CERT_FILE, settings.SSL_KEY_FILE
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(*files)
        except ssl.SSLError as exc:
            raise ImproperlyConfigured(f"The certificate cannot be used: {exc}") from exc
        return files

    def _tell(self) -> None:
        for each in self._listeners:
            self.stdout.write(f"{each.name} listens on {each.url} with {each.workers} workers")
        self.stdout.flush()

    def _work(self, listener: Listener, number: int, shared: socket.socket, alive: int) -> None:
        """What a worker process does until it is told to stop, or its supervisor is gone."""
        from compute import running
        from compute.work.transports import is_distributed

        told, tell = os.pipe()
        signal.signal(signal.SIGTERM, lambda *_: os.write(tell, b"."))
        # Without a broker there are no other processes: the work is done here.
        does_work = listener.name == apis.MAIN and not is_distributed()
        if does_work:
            running.start_embedded(with_heartbeat=number == 0)
        server = http.make(
            listener.listen,
            listener.port,
            self._applications[listener.name],
            self._threads,
            shared=shared,
            certificate=self._certificate if listener.is_tls else None,
            patience=self._patience,
        )
        threading.Thread(target=server.serve, name="http", daemon=True).start()
        select.select([told, alive], [], [])
        server.stop()
        if does_work:
            running.stop_embedded()
