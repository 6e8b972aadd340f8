"""`manage.py service scheduler|conductor|compute`: one service as a process of its own."""

import os
import signal
import socket
import sys
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from compute import running
from compute.domain import enrolment
from computeproject import database


class Command(BaseCommand):
    help = (
        "Runs one service: scheduler, conductor, or compute for one host or for many simulated "
        "ones.  Stops gracefully at SIGTERM, starts anew at SIGHUP."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=sorted(running.BINARIES))
        parser.add_argument("--host", default=socket.gethostname(), help="its name in the cloud")
        parser.add_argument(
            "--hosts", type=int, default=0, metavar="N", help="compute: play NAME1 to NAMEN"
        )
        parser.add_argument("--threads", type=int, default=None, help="threads that do work")

    def handle(self, *args: Any, **options: Any) -> None:
        kind, name, count = options["kind"], options["host"], options["hosts"]
        if count and kind != "compute":
            raise CommandError("Only a compute service plays many hosts.")
        if count < 0:
            raise CommandError(f"--hosts is {count}, but nobody can play fewer than one.")
        stopping, told = threading.Event(), list[int]()

        def stop(number: int, frame: object) -> None:
            told.append(number)
            stopping.set()

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, stop)
        database.prepare()
        names = enrolment.names_of(name, count) if count else [name]
        service = running.ServiceProcess(kind, names, options["threads"])
        service.start()
        played = f"{names[0]} to {names[-1]}" if count > 1 else names[0]
        self.stdout.write(f"{running.BINARIES[kind]} serves {played}")
        self.stdout.flush()
        stopping.wait()
        self.stdout.write("Stopping.")
        service.stop()
        if told[0] == signal.SIGHUP:
            connections.close_all()
            os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606
        sys.exit(0)
