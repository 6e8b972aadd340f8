"""An OpenID provider (npm's oidc-provider) in a process of its own."""

import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from base64 import b64encode
from pathlib import Path

from tests.compat.live import ROOT, free_port

HERE = Path(__file__).parent
FOLDER = Path(os.environ.get("OPENID_FOLDER", ROOT / ".cache" / "openid"))
AUDIENCE = "https://kilonova.example/api"
PROJECT = "feedfeedfeedfeedfeedfeedfeedfeed"


def is_installed():
    return bool(shutil.which("node")) and (FOLDER / "node_modules" / "oidc-provider").is_dir()


class Provider:
    """Knows ada the administrator, max the member, rita the reader, and nobody."""

    def __init__(self):
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.process = None

    def start(self, cloud, log):
        # Modules are found beside the program.
        program = FOLDER / "provider.mjs"
        shutil.copy(HERE / "provider.mjs", program)
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                ["node", program, str(self.port), cloud], stdout=output, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.issuer}/.well-known/openid-configuration").close()
                return self
            except OSError:
                time.sleep(0.1)
        raise AssertionError(log.read_text()[-3000:])

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)

    def ask(self, path, client, **values):
        secret = b64encode(f"{client}:{client}-secret".encode()).decode()
        request = urllib.request.Request(
            f"{self.issuer}{path}",
            urllib.parse.urlencode(values).encode(),
            {"Authorization": f"Basic {secret}"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            raw = answer.read()
        return json.loads(raw) if raw else None

    def token(self, user, client="robot"):
        """An access token of a person."""
        values = {"grant_type": "password", "username": user, "password": "p", "scope": "api"}
        return self.ask("/token", client, **values)["access_token"]

    def revoke(self, token, client):
        self.ask("/token/revocation", client, token=token)
