"""A cloud in a process of its own, on a free port, with a data folder of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class LiveCloud:
    """Starts and stops `manage.py runserver`; kills it when asked."""

    def __init__(self, data, **environment):
        self.data = Path(data)
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.environment = environment
        self.process = None

    def start(self, seconds=60):
        self.data.mkdir(parents=True, exist_ok=True)
        log = (self.data / "server.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "runserver", f"127.0.0.1:{self.port}"],
            cwd=ROOT,
            env={
                **os.environ,
                "KILONOVA_DATA": str(self.data),
                "DJANGO_SETTINGS_MODULE": "computeproject.settings.dev",
                **self.environment,
            },
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        log.close()
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            if self.is_ready():
                return self
            time.sleep(0.05)
        raise AssertionError(f"The cloud did not come up:\n{self.log()}")

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"{self.base}/_cloud/ready", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def log(self):
        return (self.data / "server.log").read_text()[-4000:]

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    # Asking it

    def ask(self, method, path, body=None, token=None, version=None):
        """One request; returns (status, headers, parsed body)."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token:
            headers["X-Auth-Token"] = token
        if version:
            headers["OpenStack-API-Version"] = f"compute {version}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        try:
            answer = urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as exc:
            answer = exc
        with answer:
            raw = answer.read()
        return answer.status, answer.headers, json.loads(raw) if raw else None

    def token(self, user="demo", project="demo"):
        domain = {"name": "Default"}
        identity = {
            "methods": ["password"],
            "password": {"user": {"name": user, "password": "password", "domain": domain}},
        }
        scope = {"project": {"name": project, "domain": domain}}
        status, headers, body = self.ask(
            "POST", "/identity/v3/auth/tokens", {"auth": {"identity": identity, "scope": scope}}
        )
        assert status == 201, body
        return headers["X-Subject-Token"]


class Shell:
    """A process that runs `openstack` commands, one after another."""

    def __init__(self):
        # Warnings of the client's own libraries are none of this project's.
        environment = {n: value for n, value in os.environ.items() if not n.startswith("OS_")}
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(Path(__file__).with_name("shell.py"))],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, words, environment):
        self.process.stdin.write(json.dumps({"words": words, "environment": environment}) + "\n")
        self.process.stdin.flush()
        return subprocess.CompletedProcess(words, **json.loads(self.process.stdout.readline()))

    def close(self):
        self.process.communicate()


class Openstack:
    """The unmodified `openstack` command line, as one user."""

    def __init__(self, shell, cloud, user="demo", project="demo"):
        self.shell, self.cloud = shell, cloud
        self.environment = {
            "OS_AUTH_URL": f"{cloud.base}/identity",
            "OS_USERNAME": user,
            "OS_PASSWORD": "password",
            "OS_PROJECT_NAME": project,
            "OS_USER_DOMAIN_ID": "default",
            "OS_PROJECT_DOMAIN_ID": "default",
            "OS_REGION_NAME": "RegionOne",
            "OS_IDENTITY_API_VERSION": "3",
        }

    def as_(self, user, project):
        return Openstack(self.shell, self.cloud, user, project)

    def at(self, **versions):
        """The same user with other versions of the APIs: `at(volume="3.70")`."""
        other = self.as_(self.environment["OS_USERNAME"], self.environment["OS_PROJECT_NAME"])
        other.environment = self.environment | {
            f"OS_{service.upper()}_API_VERSION": version for service, version in versions.items()
        }
        return other

    def run(self, *words, version=None):
        extra = ["--os-compute-api-version", version] if version else []
        return self.shell.run([*extra, *map(str, words)], self.environment)

    def say(self, *words, version=None):
        """Run a command that must succeed; returns what it printed."""
        done = self.run(*words, version=version)
        assert done.returncode == 0, f"openstack {' '.join(map(str, words))}\n{done.stderr}"
        return done.stdout

    def show(self, *words, version=None):
        return json.loads(self.say(*words, "-f", "json", version=version))

    def column(self, name, *words):
        """One column of a list."""
        return [row[name] for row in self.show(*words)]

    def refused(self, *words):
        """Run a command that must fail; returns what it complained of."""
        done = self.run(*words)
        assert done.returncode != 0, f"openstack {' '.join(map(str, words))}\n{done.stdout}"
        return done.stderr
