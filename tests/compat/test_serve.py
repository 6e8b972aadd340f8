"""`manage.py serve` as an operator has it: ports of one's own, reloads, refusals, a quiet end."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.compat.live import ROOT, free_port
from tests.compat.oauth import Place

APIS = ("osapi_compute", "metadata", "identity", "placement")


def environment(data, **more):
    ports = {name: free_port() for name in APIS}
    return ports, {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "computeproject.settings.dev",
        "KILONOVA_DATA": str(data),
        "KILONOVA_ENABLED_APIS": ",".join(APIS),
        **{f"KILONOVA_{name.upper()}_LISTEN": "127.0.0.1" for name in APIS},
        **{f"KILONOVA_{name.upper()}_LISTEN_PORT": str(port) for name, port in ports.items()},
        **{f"KILONOVA_{name.upper()}_WORKERS": "1" for name in APIS},
        **more,
    }


def serve(variables, log, *words):
    return subprocess.Popen(
        [sys.executable, "manage.py", "serve", *words],
        cwd=ROOT,
        env=variables,
        stdout=log,
        stderr=subprocess.STDOUT,
    )


def status(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as exc:
        return exc.code
    except OSError:
        return 0


def wait_until(what, seconds=90):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if what():
            return
        time.sleep(0.2)
    raise AssertionError("It never came to be.")


def workers_of(pid):
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.add(int(stat.parent.name))
    return found


@pytest.fixture
def served(tmp_path):
    """The ports of a cloud that is served, its process, and its log."""
    ports, variables = environment(tmp_path)
    with (tmp_path / "serve.log").open("ab") as log:
        process = serve(variables, log)
    wait_until(lambda: process.poll() is None and status(ports["osapi_compute"], "/_cloud/ready"))
    yield ports, process, tmp_path / "serve.log"
    if process.poll() is None:
        process.kill()
        process.wait()


def test_each_api_answers_on_its_own_port(served):
    ports, _, _ = served
    assert status(ports["osapi_compute"], "/") == 200
    assert status(ports["identity"], "/v3") == 200
    assert status(ports["placement"], "/") == 200
    assert status(ports["metadata"], "/") == 200
    # Only the guests have anything to ask there.
    assert status(ports["metadata"], "/v2.1") == 404
    with urllib.request.urlopen(f"http://127.0.0.1:{ports['identity']}/v3", timeout=30) as answer:
        (link,) = json.loads(answer.read())["version"]["links"]
    assert f":{ports['osapi_compute']}/identity/v3" in link["href"]


def test_consumers_sign_the_url_that_they_ask(served):
    ports, _, _ = served
    for name, path in (
        ("identity", "/v3"),
        ("identity", "/identity/v3"),
        ("osapi_compute", "/identity/v3"),
    ):
        place = Place(f"http://127.0.0.1:{ports[name]}{path}", "password")
        consumer = place.consumer()
        access = place.access_token(consumer)
        assert place.enters(consumer, access).status == 201
        # Whatever the port, links name the main one, and may be signed as well.
        shown = f"http://127.0.0.1:{ports['osapi_compute']}/identity/v3/auth/tokens"
        assert place.enters(consumer, access, url=shown).status == 201
        assert place.enters(consumer, access, url="http://elsewhere/v3/auth/tokens").status == 401


def test_reloads_refuse_nobody_and_replace_every_worker(served):
    ports, process, log = served
    before = workers_of(process.pid)
    told = log.read_text().count("osapi_compute listens")
    process.send_signal(signal.SIGHUP)
    # Another one while the first is still looking whether the settings would do.
    time.sleep(0.3)
    process.send_signal(signal.SIGHUP)
    answers = set()

    def reloaded():
        answers.add(status(ports["osapi_compute"], "/v2.1"))
        return log.read_text().count("osapi_compute listens") == told + 2

    wait_until(reloaded)
    # The workers of before may finish what they are doing.
    wait_until(lambda: len(workers_of(process.pid) - before) == len(APIS))
    wait_until(lambda: not before & workers_of(process.pid))
    assert answers == {200}
    process.terminate()
    assert process.wait(60) == 0
    assert status(ports["osapi_compute"], "/") == 0


def test_a_worker_that_is_killed_is_replaced(served):
    ports, process, _ = served
    before = workers_of(process.pid)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: len(workers_of(process.pid) - before) == len(APIS))
    wait_until(lambda: status(ports["osapi_compute"], "/") == 200)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "KILONOVA_OSAPI_COMPUTE_WORKERS",
            "0",
            "osapi_compute_workers value of 0 is invalid, must be greater than 0",
        ),
        ("KILONOVA_METADATA_WORKERS", "-1", "metadata_workers value of -1 is invalid"),
        ("KILONOVA_ENABLED_SSL_APIS", "osapi_compute", "Unable to find ssl_cert_file"),
        ("KILONOVA_ENABLED_APIS", "osapi_computer", "enabled_apis names 'osapi_computer'"),
    ],
)
def test_what_cannot_be_served_is_refused_at_once(tmp_path, name, value, sentence):
    _, variables = environment(tmp_path, **{name: value})
    process = serve(variables, subprocess.PIPE)
    told, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert sentence in told.decode()
