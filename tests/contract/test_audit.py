"""The audit of pins says what it did not ask, and waits for nobody."""

import json
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests import audit

pytestmark = pytest.mark.enable_socket
ROOT = Path(__file__).parents[2]


@pytest.fixture
def advisories():
    """A service that answers with what `told` is: a status, a text, or nothing at all."""
    released = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, text = self.server.told
            if status is None:
                released.wait(30)
                return
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *args):
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.url = f"http://127.0.0.1:{server.server_port}/"
    yield server
    released.set()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ((200, json.dumps({"vulnerabilities": [{"id": "x"}]})), None),
        ((200, json.dumps({"vulnerabilities": []})), "tells no advisories"),
        ((200, "<html>"), "Expecting value"),
        ((404, ""), "answers 404"),
        ((None, ""), "timed out"),
    ],
)
def test_a_service_without_advisories_is_known_by_that(advisories, told, reason):
    advisories.told = told
    found = audit.why_unreachable(advisories.url, 0.5)
    assert found is None if reason is None else reason in found


def test_nobody_there_is_a_reason():
    assert "refused" in audit.why_unreachable("http://127.0.0.1:1/", 0.5)


def test_what_was_skipped_is_not_called_audited():
    rows = [
        {"name": "good", "version": "1", "vulns": []},
        {"name": "gone", "skip_reason": "not found"},
        {"name": "bad", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]},
    ]
    lines, skipped, holes = audit.judge(rows, "pins")
    assert (skipped, holes) == (1, 1)
    assert lines == [
        "AUDITED: 2 of 3 pins of pins.",
        "NOT AUDITED: 1 of them: gone.",
        "  bad 2: PYSEC-1, mended in 3",
    ]


def test_a_program_that_does_not_end_is_ended(monkeypatch, tmp_path):
    program = tmp_path / "pip-audit"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setattr(audit, "LONGEST", 0.2)
    with pytest.raises(subprocess.TimeoutExpired):
        audit.ask(program, "pins")


def test_without_being_told_to_it_asks_nobody_and_says_so(tmp_path):
    done = subprocess.run(
        [ROOT / "tests" / "audit.sh", tmp_path], env={"PATH": "/usr/bin:/bin"},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0
    assert "NOT AUDITED" in done.stderr
