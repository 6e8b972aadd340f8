"""The two clouds that chaos comes over: what processes they have, and how each is killed."""

import os
import random
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.compat.live import ROOT, free_port

COMPUTES = 2
HOSTS_EACH = 2


class Process:
    """A process that is started again whenever it has been killed."""

    def __init__(self, name, words, environment, data):
        self.name, self.words, self.environment = name, words, environment
        self.log = Path(data) / f"{name}.log"
        self.process = None

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", *self.words],
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def keep(self):
        """Start it again if it has ended of itself, as systemd does; returns whether it had."""
        if self.process.poll() is None:
            return False
        self.start()
        return True

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()


class Cloud:
    restarts = ()

    def __init__(self, data):
        self.data = Path(data)
        self.data.mkdir(parents=True, exist_ok=True)
        self.port = int(os.environ.get("CHAOS_PORT") or free_port())
        self.base = f"http://127.0.0.1:{self.port}"
        self.environment = {
            "KILONOVA_DATA": str(self.data),
            "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
            "KILONOVA_DATABASE": "",
            "KILONOVA_BROKER": "",
        }
        self.processes = []

    def start(self):
        for process in self.processes:
            process.start()
        self.wait_until_ready()

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"{self.base}/_cloud/ready", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def wait_until_ready(self, seconds=120):
        deadline = time.monotonic() + seconds
        while not self.is_ready():
            self.keep()
            if time.monotonic() > deadline:
                raise AssertionError(f"The cloud did not come up; its logs are in {self.data}")
            time.sleep(0.1)

    def keep(self):
        """Names of processes that had ended of themselves."""
        return [process.name for process in self.processes if process.keep()]

    def kill_one(self):
        """Kill something with -9 and start it again; returns its name."""
        victim = random.choice(self.processes)
        victim.kill()
        victim.start()
        return victim.name

    def stop(self):
        for process in reversed(self.processes):
            process.stop()

    def restart(self):
        self.stop()
        self.start()

    def ask(self, *words):
        """Run a management command beside the cloud, on its database."""
        done = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout


class Embedded(Cloud):
    """SQLite, and every service in one process."""

    def __init__(self, data):
        super().__init__(data)
        words = ["runserver", f"127.0.0.1:{self.port}"]
        self.processes = [Process("cloud", words, self.environment, self.data)]

    def kill_one(self):
        name = super().kill_one()
        self.wait_until_ready()
        return name


class Distributed(Cloud):
    """PostgreSQL and RabbitMQ; API, scheduler, conductor, computes are processes of their own."""

    def __init__(self, data, database, broker, restarts=()):
        super().__init__(data)
        self.restarts = restarts
        self.environment |= {
            "KILONOVA_DATABASE": database,
            "KILONOVA_BROKER": broker,
            "KILONOVA_ENABLED_APIS": "osapi_compute",
            "KILONOVA_OSAPI_COMPUTE_LISTEN": "127.0.0.1",
            "KILONOVA_OSAPI_COMPUTE_LISTEN_PORT": str(self.port),
            "KILONOVA_OSAPI_COMPUTE_WORKERS": "2",
        }
        commands = {
            "api": ["serve"],
            "scheduler": ["service", "scheduler", "--host", "controller"],
            "conductor": ["service", "conductor", "--host", "controller"],
        }
        for number in range(1, COMPUTES + 1):
            words = ["service", "compute", "--host", f"rack{number}-", "--hosts", str(HOSTS_EACH)]
            commands[f"compute{number}"] = words
        self.processes = [
            Process(name, words, self.environment, self.data) for name, words in commands.items()
        ]

    def kill_one(self):
        api = self.processes[0]
        if random.random() < 0.15:
            # One of the API's workers, which its supervisor replaces.
            workers = _children(api.process.pid)
            if workers:
                os.kill(random.choice(workers), signal.SIGKILL)
                return "API worker"
        name = super().kill_one()
        return "API" if name == "api" else name


def _children(pid):
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(stat.parent.name))
    return found
