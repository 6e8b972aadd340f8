"""A real Keystone in a process and an environment of its own, on SQLite."""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.compat.live import ROOT, free_port

HERE = Path(__file__).parent
ENVIRONMENT = Path(os.environ.get("KEYSTONE_VENV", ROOT / ".cache" / "keystone"))
ADMIN_PASSWORD = "bootstrap-only"
REGION = "RegionOne"

CONF = """[DEFAULT]
log_file = {data}/keystone.log
[database]
connection = sqlite:///{data}/keystone.sqlite3
[fernet_tokens]
key_repository = {data}/fernet
[credential]
key_repository = {data}/credential
[oslo_policy]
policy_file = {data}/policy.yaml
"""


def is_installed():
    return (ENVIRONMENT / "bin" / "keystone-manage").exists()


class RealKeystone:
    """Bootstrapped by its own tool; filled through its own API."""

    def __init__(self, data):
        self.data = Path(data)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.conf = self.data / "keystone.conf"
        self.process = None
        self.token = None
        # That of the last answer.
        self.status = None

    def start(self):
        self.data.mkdir(parents=True, exist_ok=True)
        self.conf.write_text(CONF.format(data=self.data))
        (self.data / "policy.yaml").write_text("{}\n")
        who = ("--keystone-user", str(os.getuid()), "--keystone-group", str(os.getgid()))
        self.manage("db_sync")
        self.manage("fernet_setup", *who)
        self.manage("credential_setup", *who)
        bootstrap = {"password": ADMIN_PASSWORD, "region-id": REGION}
        bootstrap |= {f"{kind}-url": f"{self.url}/v3" for kind in ("admin", "internal", "public")}
        words = [
            word for name, value in bootstrap.items() for word in (f"--bootstrap-{name}", value)
        ]
        self.manage("bootstrap", *words)
        with (self.data / "output.log").open("ab") as log:
            self.process = subprocess.Popen(
                [ENVIRONMENT / "bin" / "python", HERE / "serve.py", str(self.port)],
                env={**os.environ, "OS_KEYSTONE_CONFIG_FILES": str(self.conf)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                self.token = self.issue("admin", ADMIN_PASSWORD, "admin")
                return self
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise AssertionError((self.data / "output.log").read_text()[-3000:])

    def manage(self, *words):
        done = subprocess.run(
            [ENVIRONMENT / "bin" / "keystone-manage", "--config-file", self.conf, *words],
            capture_output=True,
            text=True,
            timeout=180,
        )
        assert done.returncode == 0, done.stderr[-3000:]

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)

    # Asking it

    def ask(self, method, path, body=None, **headers):
        if self.token:
            headers.setdefault("X-Auth-Token", self.token)
        request = urllib.request.Request(
            f"{self.url}/v3{path}",
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json", **headers},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            raw = answer.read()
            self.status = answer.status
            return answer.headers, json.loads(raw) if raw else None

    def issue(self, user, password, project):
        domain = {"id": "default"}
        person = {"name": user, "password": password, "domain": domain}
        body = {
            "identity": {"methods": ["password"], "password": {"user": person}},
            "scope": {"project": {"name": project, "domain": domain}},
        }
        headers, _ = self.ask("POST", "/auth/tokens", {"auth": body})
        return headers["X-Subject-Token"]

    def revoke(self, token):
        self.ask("DELETE", "/auth/tokens", **{"X-Subject-Token": token})

    def make(self, kind, **values):
        _, body = self.ask("POST", f"/{kind}s", {kind: values})
        return body[kind]["id"]

    def role(self, name):
        _, body = self.ask("GET", f"/roles?name={name}")
        return body["roles"][0]["id"] if body["roles"] else self.make("role", name=name)

    def person(self, name, password, project_id, *roles):
        user_id = self.make("user", name=name, password=password, domain_id="default")
        for role in roles:
            self.ask("PUT", f"/projects/{project_id}/users/{user_id}/roles/{self.role(role)}")
        return user_id

    def offer(self, kind, url):
        service_id = self.make("service", type=kind, name=kind)
        for interface in ("public", "internal", "admin"):
            self.make(
                "endpoint", service_id=service_id, region_id=REGION, interface=interface, url=url
            )
