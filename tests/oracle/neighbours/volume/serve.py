"""Serve the real Volume on loopback, among the neighbours of a cloud of ours.

    serve.py PORT IDENTITY STATE

Runs in an environment of its own (requirements.txt).  API, scheduler, one backend and backups share
the process, over messages that stay in it; the backend stores nothing.  Tokens and images are those
of the cloud whose Identity is at IDENTITY.  Says READY once it answers.
"""

import logging
import os
import signal
import string
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

os.environ["OS_CINDER_DISABLE_EVENTLET_PATCHING"] = "1"

# isort: off
# First of all: it decides on threads before anything brings eventlet.
from cinder import monkey_patch

monkey_patch.patch()

from cinder import objects

objects.register_all()

# isort: on
import sqlalchemy
from cheroot.wsgi import Server
from cinder import context, coordination, rpc, service, version
from cinder.backup import driver
from cinder.backup import manager as backup_manager
from cinder.backup.drivers import posix
from cinder.common import config
from cinder.db import migration
from cinder.tests import fake_driver
from cinder.volume import volume_types, volume_utils
from cinder.volume.flows.manager import create_volume
from oslo_config import cfg
from oslo_db.sqlalchemy import enginefacade
from oslo_service import wsgi

CONF = cfg.CONF
HOST = "controller"
BACKEND = "lvmdriver-1"
WRITES = threading.RLock()
SCOPE = enginefacade._TransactionContextManager._transaction_scope


@sqlalchemy.event.listens_for(sqlalchemy.Table, "before_create")
def never_number_again(table: sqlalchemy.Table, *_: object, **__: object) -> None:
    """Let SQLite give no number a second time, as the databases that clouds have."""
    table.dialect_options["sqlite"]["autoincrement"] = len(table.primary_key.columns) == 1


@contextmanager
def one_writer(manager: Any, context: Any) -> Iterator[Any]:
    """A transaction; one that writes waits for others, which SQLite would refuse."""
    if manager._mode is not enginefacade._WRITER:
        with SCOPE(manager, context) as resource:
            yield resource
        return
    with WRITES, SCOPE(manager, context) as resource:
        yield resource


class LvmLikeOurs(fake_driver.FakeLoggingVolumeDriver):
    """The fake backend, with what the one of our demo cloud has."""

    def __init__(self, *args: object, **how: object) -> None:
        super().__init__(*args, **how)
        self.backend_name = BACKEND
        self.protocol = "iSCSI"

    def initialize_connection(self, volume: Any, connector: object) -> dict[str, object]:
        """Say what our backend says."""
        number = volume.id.replace("-", "")
        found = super().initialize_connection(volume, connector)
        found["data"] |= {
            "target_discovered": False,
            "target_portal": "127.0.0.1:3260",
            "target_iqn": f"iqn.2010-10.org.openstack:volume-{volume.id}",
            "target_lun": 0,
            "volume_id": volume.id,
            "auth_method": "CHAP",
            "auth_username": number[:20],
            "auth_password": number[12:],
        }
        return found

    def clone_image(self, *_: object) -> tuple[dict[str, object], bool]:
        """Have the image at once."""
        return {}, True

    def copy_image_to_volume(self, *_: object, **__: object) -> None:
        """Nothing is stored."""

    def copy_volume_to_image(
        self, context: object, volume: Any, image_service: Any, image_meta: Any
    ) -> None:
        image_service.update(context, image_meta["id"], {}, b"\0" * 65536)

    def revert_to_snapshot(self, *_: object) -> None:
        """Nothing is stored."""

    def manage_existing(self, volume: object, existing_ref: object) -> None:
        """Take anything."""

    def manage_existing_get_size(self, volume: object, existing_ref: object) -> int:
        return 1

    def manage_existing_snapshot(self, snapshot: object, existing_ref: object) -> None:
        """Take anything."""

    def manage_existing_snapshot_get_size(self, snapshot: object, existing_ref: object) -> int:
        return 1

    def unmanage(self, volume: object) -> None:
        """Nothing is stored."""

    def unmanage_snapshot(self, snapshot: object) -> None:
        """Nothing is stored."""

    def update_migrated_volume(self, *_: object) -> dict[str, object]:
        return {"_name_id": None, "provider_location": None}

    def _update_volume_stats(self) -> None:
        pool = {
            "pool_name": BACKEND,
            "total_capacity_gb": 30000.0,
            "free_capacity_gb": 30000.0,
            "provisioned_capacity_gb": 0.0,
            "max_over_subscription_ratio": "20.0",
            "reserved_percentage": 0,
            "location_info": "LVMVolumeDriver:controller:stack-volumes-lvmdriver-1:thin:0",
            "thin_provisioning_support": True,
            "thick_provisioning_support": False,
            "QoS_support": False,
            "multiattach": True,
            "online_extend_support": True,
            "consistencygroup_support": False,
            "consistent_group_snapshot_enabled": False,
            "backend_state": "up",
            "goodness_function": None,
            "filter_function": None,
            "total_volumes": 0,
        }
        self._stats = {
            "volume_backend_name": BACKEND,
            "vendor_name": "Open Source",
            "driver_version": "3.0.0",
            "storage_protocol": self.protocol,
            "shared_targets": False,
            "pools": [pool],
        }


class BackupsLikeOurs(driver.BackupDriver):
    """The fake of backups, under the name of the one of our demo cloud.

    It keeps no bytes, but what the real ones keep of volumes beside them.
    """

    KEPT: ClassVar[dict[str, str]] = {}

    def __init__(self, context: object) -> None:
        super().__init__(context)
        self.support_force_delete = True

    def backup(self, backup: Any, volume_file: object, backup_metadata: bool = False) -> None:
        backup.container = backup.container or "volumebackups"
        backup.object_count = max(1, backup.size // 2)
        backup.save()
        self.KEPT[backup.id] = self.get_metadata(backup.volume_id)

    def restore(self, backup: Any, volume_id: str, *_: object, **__: object) -> None:
        chain = [backup]
        while chain[0].parent_id:
            chain.insert(0, objects.Backup.get_by_id(self.context, chain[0].parent_id))
        for each in chain:
            if each.id in self.KEPT:
                self.put_metadata(volume_id, self.KEPT[each.id])

    def delete_backup(self, backup: object) -> None:
        """Nothing is stored."""


def attach_nothing(*_: object, **__: object) -> dict[str, Any]:
    """A device for backups to read and write."""
    return {"device": {"path": "/tmp"}, "conn": {"data": {}}, "connector": None}


def simulate() -> None:
    """Replace what would touch the machine."""
    # Drivers are found by name.
    fake_driver.LvmLikeOurs = LvmLikeOurs
    posix.PosixBackupDriver = BackupsLikeOurs
    enginefacade._TransactionContextManager._transaction_scope = one_writer
    volume_utils.brick_get_connector_properties = lambda *_, **__: {"host": HOST}
    backup_manager.BackupManager._attach_device = attach_nothing
    backup_manager.BackupManager._detach_device = lambda *_, **__: None
    create_volume.CreateVolumeFromSpecTask._rekey_volume = lambda *_: {}


def configure(identity: str, state: Path) -> None:
    template = string.Template(Path(__file__).with_name("cinder.conf").read_text())
    text = template.substitute(
        identity=identity, cloud=identity.rpartition("/")[0], prefix=sys.prefix, state=state
    )
    (state / "cinder.conf").write_text(text)
    CONF(
        [],
        project="cinder",
        version=version.version_string(),
        default_config_files=[str(state / "cinder.conf")],
    )
    config.set_middleware_defaults()
    handler = logging.FileHandler(state / "cinder.log")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger().handlers = [handler]
    logging.getLogger().setLevel(logging.WARNING)


def seed() -> None:
    """Have the volume types that our demo cloud has."""
    admin = context.get_admin_context()
    volume_types.create(admin, BACKEND, {"volume_backend_name": BACKEND})
    volume_types.create(admin, "multiattach", {"multiattach": "<is> True"})
    unused = volume_types.get_volume_type_by_name(admin, "__DEFAULT__")
    volume_types.destroy(admin, unused["id"])


def start(binary: str, host: str, **how: object) -> service.Service:
    made = service.Service.create(binary=binary, host=host, periodic_interval=0, **how)
    made.start()
    made.report_state()
    return made


def main(port: str, identity: str, state: str) -> None:
    folder = Path(state)
    for name in ("locks", "coordination"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    simulate()
    configure(identity, folder)
    migration.db_sync()
    seed()
    rpc.init(CONF)
    coordination.COORDINATOR.start()
    start("cinder-scheduler", HOST)
    backend = start("cinder-volume", f"{HOST}@{BACKEND}", service_name=BACKEND, coordination=True)
    backups = start("cinder-backup", HOST, service_name="backup")
    admin = context.get_admin_context()

    def report() -> None:
        """Tell the scheduler again and again what the backend has."""
        while True:
            backend.manager._report_driver_status(admin)
            backend.manager._publish_service_capabilities(admin)
            backups.manager.publish_service_capabilities(admin)
            time.sleep(20)

    threading.Thread(target=report, daemon=True).start()
    app = wsgi.Loader(CONF).load_app("osapi_volume")
    server = Server(("127.0.0.1", int(port)), app, numthreads=4, server_name="127.0.0.1")
    server.prepare()
    threading.Thread(target=server.serve, daemon=True).start()
    sys.stdout.write("READY\n")
    sys.stdout.flush()
    stop.wait()


try:
    main(*sys.argv[1:])
except BaseException:
    logging.exception("The judge fell")
    traceback.print_exc()
finally:
    # Its threads do not end by themselves.
    os._exit(0)
