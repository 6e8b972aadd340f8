"""The two that are compared: a cloud of ours, and a real Nova whose neighbours are another of ours.

Only the process that answers is measured: for Nova that is its API, conductor, scheduler, computes
and Placement; for ours all of these, and Identity, Image and Network besides.
"""

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

from bench.client import Client
from tests.compat.live import ROOT, LiveCloud, free_port
from tests.oracle.sides import Side
from tests.oracle.stage import Stage

NOVA = ROOT / "tests" / "oracle" / "nova"
NEWEST = {"OpenStack_API_Version": "compute 2.96"}
UNLIMITED = dict.fromkeys(("instances", "cores", "ram"), -1)


class Measured:
    """A Compute API in a process of its own, with the same people, flavors and quotas."""

    name: str

    def __init__(self, process, base, cloud, database):
        self.pid, self.base, self.database = process.pid, base, database
        self.side = Side(base, cloud)
        stage = Stage(self.side)
        stage.set()
        self.names = self.side.variables
        project = self.names["DEMO_PROJECT"]
        stage.ask("PUT", f"/v2.1/os-quota-sets/{project}", {"quota_set": UNLIMITED})
        stage.ask("PUT", f"/network/v2.0/quotas/{project}", {"quota": {"port": -1}})
        self.client = Client(base)
        self.token = self.side.token("demo")

    def order(self, count=1):
        server = {
            "name": "bench",
            "flavorRef": "6",
            "imageRef": self.names["IMAGE"],
            "networks": [{"uuid": self.names["NETWORK"]}],
            "min_count": count,
            "max_count": count,
        }
        made = self.client.json(
            "POST", "/v2.1/servers", {"server": server}, X_Auth_Token=self.token, **NEWEST
        )
        return made["server"]["id"]

    def building(self):
        """How many are being built, as the database says: asking costs the process nothing."""
        with closing(sqlite3.connect(self.database, timeout=30)) as connection:
            return connection.execute(self.building_statement).fetchone()[0]

    def await_built(self):
        while self.building():
            time.sleep(0.1)

    def fill(self, origin, count):
        """Make the server `origin` into so many more, by copying rows."""
        raise NotImplementedError


class Ours(Measured):
    name = "ours"
    building_statement = "SELECT count(*) FROM compute_server WHERE vm_state = 'building'"

    def __init__(self, cloud):
        super().__init__(
            cloud.process, cloud.base, cloud.base, Path(cloud.data) / "kilonova.sqlite3"
        )
        self.data = cloud.data

    def fill(self, origin, count):
        fill(self.data, origin, count)


class Nova(Measured):
    name = "Nova"
    building_statement = "SELECT count(*) FROM instances WHERE vm_state = 'building'"
    # What a list with details shows of a server, each table with the column that names the server.
    tables = {
        "instances": "uuid",
        "instance_info_caches": "instance_uuid",
        "instance_extra": "instance_uuid",
        "instance_system_metadata": "instance_uuid",
        "block_device_mapping": "instance_uuid",
    }

    def fill(self, origin, count):
        with closing(sqlite3.connect(self.database, timeout=60)) as connection, connection:
            connection.execute(
                "CREATE TEMP TABLE copies AS WITH RECURSIVE n(i) AS"
                " (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
                " SELECT printf('b0b0b0b0-0000-4000-8000-%012d', i) AS uuid FROM n",
                [count],
            )
            for table, key in self.tables.items():
                columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
                # Each copy has an id of its own, and so have its disks.
                columns = [name for name in columns if name not in ("id", key)]
                if table == "block_device_mapping":
                    columns.remove("uuid")
                kept = ", ".join(f'"{name}"' for name in columns)
                connection.execute(
                    f"INSERT INTO {table} ({key}, {kept}) SELECT copies.uuid, {kept}"
                    f" FROM copies, (SELECT {kept} FROM {table} WHERE {key} = ?)",
                    [origin],
                )


def fill(data, origin, count):
    """Copy a server of ours so many times, straight into its database."""
    environment = {
        **os.environ,
        "KILONOVA_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "computeproject.settings.dev",
    }
    command = [sys.executable, "-m", "bench.fill", origin, str(count)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


@contextmanager
def ours(data):
    cloud = LiveCloud(data)
    try:
        yield Ours(cloud.start(seconds=600))
    finally:
        cloud.stop()


def _nova_python():
    """The environment that NOVA_VENV names, else the one of `make oracle`, made if need be."""
    if named := os.environ.get("NOVA_VENV"):
        return Path(named) / "bin" / "python"
    folder = ROOT / ".cache" / "oracle" / "venv"
    folder.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([NOVA / "setup.sh", folder], check=True)
    return folder / "bin" / "python"


@contextmanager
def nova(data):
    python = _nova_python()
    neighbours = LiveCloud(data / "neighbours")
    process = None
    try:
        neighbours.start(seconds=600)
        port, state, log = free_port(), data / "nova", data / "nova.log"
        identity = f"{neighbours.base}/identity"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [python, "-W", "ignore", NOVA / "serve.py", str(port), identity, state],
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        for _ in range(1200):
            if "READY" in log.read_text():
                break
            if process.poll() is not None:
                raise RuntimeError(log.read_text()[-3000:])
            time.sleep(0.2)
        yield Nova(process, f"http://127.0.0.1:{port}", neighbours.base, state / "cell1.sqlite")
    finally:
        if process is not None:
            process.terminate()
            process.wait(30)
        neighbours.stop()
