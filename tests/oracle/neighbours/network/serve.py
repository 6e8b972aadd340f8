"""Serve the real Neutron on loopback, with the tokens of a cloud of ours.

    serve.py PORT IDENTITY STATE

Runs in an environment of its own (requirements.txt).  The database is a SQLite file, messages go
nowhere, and what agents would do is done here: ports that are bound come up before the request is
answered, and networks and routers are scheduled to agents that never beat.  Says READY once it
answers.
"""

import faulthandler
import logging
import os
import queue
import signal
import string
import sys
import threading
import types
from collections.abc import Callable
from pathlib import Path

# isort: off
# First of all: it decides on threads before anything brings eventlet.
from oslo_service import backend

backend.init_backend(backend.BackendType.THREADING)

# isort: on
from cheroot.wsgi import Server
from neutron.common import config
from neutron.db.migration.models import head
from neutron.objects import securitygroup_default_rules
from neutron.server import api
from neutron_lib import context
from neutron_lib.callbacks import events, registry, resources
from neutron_lib.db import api as database
from neutron_lib.db import model_base
from neutron_lib.plugins import directory
from oslo_db import api as retries
from oslo_utils import uuidutils

assert head
# type, binary, topic; the hosts as in our demo cloud
AGENTS = (
    ("DHCP agent", "neutron-dhcp-agent", "dhcp_agent"),
    ("L3 agent", "neutron-l3-agent", "l3_agent"),
    ("Metadata agent", "neutron-metadata-agent", "N/A"),
    ("Open vSwitch agent", "neutron-openvswitch-agent", "N/A"),
)
NETWORK_HOST = "network-0"
HOSTS = (NETWORK_HOST, "compute1", "compute2")


def configure(identity: str, state: Path) -> None:
    template = string.Template(Path(__file__).with_name("neutron.conf").read_text())
    written = state / "neutron.conf"
    written.write_text(template.substitute(identity=identity, prefix=sys.prefix, state=state))
    config.register_common_config_options()
    config.init([], default_config_files=[str(written)])
    handler = logging.FileHandler(state / "neutron.log")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    config.set_config_defaults()
    logging.getLogger().handlers = [handler]
    logging.getLogger().setLevel(logging.WARNING)
    for name in os.environ.get("ORACLE_DEBUG", "").split():
        logging.getLogger(name).setLevel(logging.DEBUG)


def make_tables() -> None:
    """As the migrations leave them, which SQLite cannot run."""
    with database.get_writer_session() as session, session.begin():
        model_base.BASEV2.metadata.create_all(session.connection())


def make_rules() -> None:
    """The rules of new security groups, which a migration brings with it."""
    admin = context.get_admin_context()
    for direction in ("egress", "ingress"):
        for ethertype in ("IPv4", "IPv6"):
            rule = securitygroup_default_rules.SecurityGroupDefaultRule(
                admin,
                id=uuidutils.generate_uuid(),
                direction=direction,
                ethertype=ethertype,
                remote_group_id="PARENT" if direction == "ingress" else None,
                used_in_default_sg=True,
                used_in_non_default_sg=direction == "egress",
                description=f"Legacy default SG rule for {direction} traffic",
            )
            rule.create()


def register_agents() -> None:
    core = directory.get_plugin()
    for host in HOSTS:
        for kind, binary, topic in AGENTS:
            is_switch = kind.startswith("Open")
            if host != NETWORK_HOST and not is_switch:
                continue
            state = {
                "agent_type": kind,
                "binary": binary,
                "topic": topic,
                "host": host,
                "configurations": SWITCH if is_switch else {"agent_mode": "legacy"},
                "start_flag": True,
            }
            if not is_switch and kind != "Metadata agent":
                state["availability_zone"] = "nova"
            core.create_or_update_agent(context.get_admin_context(), state)


SWITCH = {
    "bridge_mappings": {"public": "br-ex", "physnet1": "br-1"},
    "tunnel_types": ["vxlan", "gre", "geneve"],
    "datapath_type": "system",
    "ovs_capabilities": {"datapath_types": ["system"], "iface_types": ["vxlan"]},
    "integration_bridge": "br-int",
    "ovs_hybrid_plug": False,
}


class Switches:
    """Brings ports up and down, as the agents of their hosts would do a moment later."""

    def __init__(self) -> None:
        self.touched: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.floating: queue.SimpleQueue[str] = queue.SimpleQueue()
        for event in (events.AFTER_CREATE, events.AFTER_UPDATE):
            registry.subscribe(self.note, resources.PORT, event)
            registry.subscribe(self.note_floating_ip, resources.FLOATING_IP, event)

    def note_floating_ip(self, resource: str, event: str, trigger: object, payload: object) -> None:
        self.floating.put(payload.resource_id)

    def note(self, resource: str, event: str, trigger: object, payload: object) -> None:
        self.touched.put(payload.latest_state["id"])

    def settle(self) -> None:
        core = directory.get_plugin()
        layer3 = directory.get_plugin("L3_ROUTER_NAT")
        while not self.floating.empty():
            admin = context.get_admin_context()
            try:
                found = layer3.get_floatingip(admin, self.floating.get())
            except Exception:
                continue
            wanted = "ACTIVE" if found["router_id"] else "DOWN"
            if found["status"] != wanted:
                layer3.update_floatingip_status(admin, found["id"], wanted)
        seen = set()
        while not self.touched.empty():
            port_id = self.touched.get()
            if port_id in seen:
                continue
            seen.add(port_id)
            admin = context.get_admin_context()
            try:
                port = core.get_port(admin, port_id)
            except Exception:
                continue
            is_bound = port["binding:vif_type"] not in ("unbound", "binding_failed")
            is_up = is_bound and port["admin_state_up"] and port["device_owner"]
            wanted = "ACTIVE" if is_up else "DOWN"
            if port["status"] not in (wanted, "N/A"):
                core.update_port_status(admin, port_id, wanted, host=port["binding:host_id"])


def settling(app: Callable, switches: Switches) -> Callable:
    def wrapped(environ: dict[str, object], start_response: Callable) -> object:
        try:
            return list(app(environ, start_response))
        finally:
            switches.settle()

    return wrapped


def main(port: str, identity: str, state: str) -> None:
    folder = Path(state)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    faulthandler.register(signal.SIGUSR1)
    configure(identity, folder)
    make_tables()
    # What is in conflict with itself is tried again ten times, with longer and longer pauses.
    retries.time = types.SimpleNamespace(sleep=lambda seconds: None)
    app = api.api_server()
    register_agents()
    make_rules()
    switches = Switches()
    server = Server(("127.0.0.1", int(port)), settling(app, switches), numthreads=2)
    server.prepare()
    threading.Thread(target=server.serve, daemon=True).start()
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
