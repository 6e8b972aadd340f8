"""Serve the real Nova on loopback, among the neighbours of a cloud of ours.

    serve.py PORT IDENTITY STATE [METADATA_PORT]

Runs in an environment of its own (setup.sh).  Nova's fixtures for functional tests hold API,
conductor, scheduler, Placement and two fake computes in one process; tokens, images, networks and
volumes are those of the cloud whose Identity is at IDENTITY.  Says READY once it answers.
"""

import logging
import os
import queue
import shutil
import signal
import sqlite3
import string
import sys
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

os.environ["OS_NOVA_DISABLE_EVENTLET_PATCHING"] = "1"

# isort: off
# First of all: it decides on threads before anything brings eventlet.
import nova.tests.functional

# isort: on
import fixtures
import futurist._thread
import nova.conf
import nova.config
import sqlalchemy
from cheroot.wsgi import Server
from nova import context, objects, test
from nova.api import wsgi
from nova.api.openstack import wsgi_app
from nova.compute import power_state
from nova.console import type as console_type
from nova.db import migration
from nova.db.main import api as main_database
from nova.tests import fixtures as nova_fixtures
from nova.tests.functional.fixtures import PlacementFixture
from nova.virt import fake
from oslo_serialization import jsonutils
from placement import deploy

HOSTS = ("compute1", "compute2")
CELL1 = "ce11ce11-0000-4000-8000-000000000001"
PARSE = nova.config.parse_args


@sqlalchemy.event.listens_for(sqlalchemy.Table, "before_create")
def never_number_again(table: sqlalchemy.Table, *_: object, **__: object) -> None:
    """Let SQLite give no number a second time, as the databases that clouds have."""
    table.dialect_options["sqlite"]["autoincrement"] = len(table.primary_key.columns) == 1


class RealNova(test.TestCase):
    """The services of one Nova with two cells, for as long as the process lives."""

    def __init__(self, identity: str, state: Path) -> None:
        super().__init__("runTest")
        self.state = state
        template = string.Template(Path(__file__).with_name("nova.conf").read_text())
        (state / "nova.conf").write_text(
            template.substitute(identity=identity, prefix=sys.prefix, state=state)
        )

    def runTest(self) -> None:
        """What the base class wants."""

    def setUp(self) -> None:
        self.useFixture(fixtures.MonkeyPatch("nova.config.parse_args", self._parse))
        super().setUp()
        # The fixtures of the test suite make errors of warnings, and keep the log for themselves.
        warnings.resetwarnings()
        warnings.simplefilter("ignore")
        handler = logging.FileHandler(self.state / "nova.log")
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        logging.getLogger().handlers = [handler]
        logging.getLogger().setLevel(logging.WARNING)

        self.placement = self.useFixture(PlacementFixture())
        # That one brings old defaults of policies along.
        self.flags(enforce_new_defaults=True, group="oslo_policy")
        self.useFixture(nova_fixtures.RealPolicyFixture())
        for name in ("scheduler", "conductor"):
            self.start_service(name, host="controller")
        for number, host in enumerate(HOSTS, start=1):
            self.flags(my_ip=f"127.0.0.{number}")
            self._start_compute(host)
        self.flags(host="controller")
        if os.environ.get("ORACLE_DEFERS"):
            self.flags(reclaim_instance_interval=3600, shelved_offload_time=-1)

    def audit(self, seconds: float) -> None:
        """Count what the hosts have again and again, which the fixtures leave undone."""
        while True:
            time.sleep(seconds)
            for compute in self.computes.values():
                try:
                    compute.manager.update_available_resource(context.get_admin_context())
                except Exception:
                    logging.exception("Not audited: %s", compute.host)

    def _parse(self, argv: list[str], **how: object) -> None:
        how["default_config_files"] = [str(self.state / "nova.conf")]
        PARSE(argv, **how)

    def _setup_cells(self) -> None:
        """Two cells in files; the base class's own let one thread at a time see a cell."""
        self.useFixture(nova_fixtures.DatabaseWriteLock())
        paths = {name: self.state / f"{name}.sqlite" for name in ("cell1", "cell0")}
        self.flags(connection=f"sqlite:///{paths['cell1']}", group="database")
        with sqlite3.connect(paths["cell1"]) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        main_database.configure(nova.conf.CONF)
        migration.db_sync(database="main")
        with sqlite3.connect(paths["cell1"]) as cell1, sqlite3.connect(paths["cell0"]) as cell0:
            cell1.backup(cell0)
        uuids = {"cell0": objects.CellMapping.CELL0_UUID, "cell1": CELL1}
        for name, path in paths.items():
            self.cell_mappings[name] = objects.CellMapping(
                context=context.get_admin_context(),
                uuid=uuids[name],
                name=name,
                transport_url="none:///" if name == "cell0" else "fake://nowhere/",
                database_connection=f"sqlite:///{path}",
            )
            self.cell_mappings[name].create()


class HostLikeOurs(fake.FakeDriver):
    """The fake computes, with what the hosts of our demo cloud have."""

    # What was said to servers that move, by their ids.
    words: ClassVar[dict[str, queue.SimpleQueue]] = {}
    vcpus = 64
    memory_mb = 262144
    local_gb = 4000
    cpu_info = {
        "arch": "x86_64",
        "model": "Nehalem",
        "vendor": "Intel",
        "features": ["pge", "clflush", "vmx"],
        "topology": {"cores": 16, "threads": 2, "sockets": 2, "cells": 2},
    }

    def get_available_resource(self, nodename: str) -> dict[str, object]:
        found = super().get_available_resource(nodename)
        free = self.local_gb - found["local_gb_used"]
        return {
            **found,
            "cpu_info": jsonutils.dumps(self.cpu_info),
            "disk_available_least": free,
        }

    def default_root_device_name(self, *_: object) -> str:
        # As hypervisors with virtio disks have it.
        return "/dev/vda"

    def destroy(
        self, context: object, instance: object, network_info: object, *args: object, **how: object
    ) -> None:
        super().destroy(context, instance, network_info, *args, **how)
        # The port of a guest that is gone may be another's.
        for vif in network_info or ():
            self._interfaces.pop(vif["id"], None)

    def get_host_uptime(self) -> str:
        return " 00:00:00 up 0 days,  0:00,  1 users,  load average: 0.00, 0.00, 0.00"

    def get_mks_console(self, context: object, instance: object) -> object:
        return console_type.ConsoleMKS(
            host="fakemksconsole.com", port=6969, internal_access_path="x"
        )

    def live_migration(
        self,
        context: object,
        instance: object,
        dest: str,
        post_method: Callable[..., None],
        recover_method: Callable[..., None],
        block_migration: bool = False,
        migrate_data: object = None,
    ) -> None:
        """Take as long as our own cloud does (settings.py), unless somebody interferes."""
        word = self.words[instance.uuid] = queue.SimpleQueue()
        try:
            is_aborted = word.get(timeout=4) == "abort"
        except queue.Empty:
            is_aborted = False
        if is_aborted:
            recover_method(context, instance, dest, migrate_data, migration_status="cancelled")
        else:
            post_method(context, instance, dest, block_migration, migrate_data)

    def live_migration_force_complete(self, instance: object) -> None:
        self.words[instance.uuid].put("complete")

    def live_migration_abort(self, instance: object) -> None:
        self.words[instance.uuid].put("abort")

    def post_live_migration(
        self, context: object, instance: object, *_: object, **__: object
    ) -> None:
        # The source forgets the guest, which may come back.
        self.instances.pop(instance.uuid, None)

    def post_live_migration_at_destination(
        self, context: object, instance: object, *args: object, **how: object
    ) -> None:
        super().post_live_migration_at_destination(context, instance, *args, **how)
        # It arrives as it left.
        self.instances[instance.uuid].state = instance.power_state

    def attach_volume(
        self, context: object, info: object, instance: object, *args: object, **how: object
    ) -> None:
        super().attach_volume(context, info, instance, *args, **how)
        if instance.device_metadata is None:
            # Nova looks there when a volume with a tag goes, and libvirt's driver writes it.
            instance.device_metadata = objects.InstanceDeviceMetadata(devices=[])
            instance.save()

    def rescue(self, context: object, instance: object, *_: object, **__: object) -> None:
        self.instances[instance.uuid].state = power_state.RUNNING

    def soft_delete(self, instance: object) -> None:
        self.power_off(instance)

    def restore(self, instance: object) -> None:
        self.power_on(None, instance, None)

    def pause(self, instance: object) -> None:
        self.instances[instance.uuid].state = power_state.PAUSED

    def unpause(self, instance: object) -> None:
        self.instances[instance.uuid].state = power_state.RUNNING

    def suspend(self, context: object, instance: object) -> None:
        self.instances[instance.uuid].state = power_state.SUSPENDED

    def resume(self, context: object, instance: object, *_: object) -> None:
        self.instances[instance.uuid].state = power_state.RUNNING


def with_placement(app: Callable, judge: RealNova) -> Callable:
    """The application, with Nova's own Placement below /placement, for anybody."""
    placement = deploy.loadapp(judge.placement.conf_fixture.conf)

    def either(environ: dict[str, object], start_response: Callable) -> object:
        path = str(environ["PATH_INFO"])
        if not path.startswith("/placement/"):
            return app(environ, start_response)
        inside = {"PATH_INFO": path.removeprefix("/placement"), "HTTP_X_AUTH_TOKEN": "admin"}
        return placement({**environ, **inside}, start_response)

    return either


def serve(name: str, port: int, judge: RealNova) -> None:
    app = wsgi.Loader().load_app(name)
    wsgi_app._setup_service("controller", name)
    if name == "osapi_compute":
        app = with_placement(app, judge)
    server = Server(("127.0.0.1", port), app, numthreads=8, server_name="127.0.0.1")
    server.prepare()
    threading.Thread(target=server.serve, daemon=True).start()


def main(port: str, identity: str, state: str, metadata_port: str = "") -> None:
    folder = Path(state)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    # Drivers are found below nova.virt.
    fake.HostLikeOurs = HostLikeOurs
    judge = RealNova(identity, folder)
    judge.setUp()
    if seconds := float(os.environ.get("NOVA_AUDIT_SECONDS", "0")):
        threading.Thread(target=judge.audit, args=[seconds], daemon=True).start()
    # Nova's tests let idle workers look a hundred times a second; with hundreds of them that is
    # most of its time.
    futurist._thread.ThreadWorker.MAX_IDLE_FOR = 600
    serve("osapi_compute", int(port), judge)
    if metadata_port:
        serve("metadata", int(metadata_port), judge)
    sys.stdout.write("READY\n")
    sys.stdout.flush()
    stop.wait()


try:
    main(*sys.argv[1:])
except BaseException:
    logging.exception("The judge fell")
    import traceback

    traceback.print_exc()
finally:
    # Its threads do not end by themselves.
    os._exit(0)
