"""Serve the real Image service on loopback: serve.py PORT IDENTITY STATE.

Runs in an environment of its own (run.sh).  Tokens are those of the Identity at IDENTITY; the
database, the store and the cache lie below STATE.  Says READY once it answers.
"""

import os
import shutil
import signal
import sqlite3
import string
import sys
import threading
from pathlib import Path

from cheroot.wsgi import Server

HERE = Path(__file__).parent
RESOURCE_TYPES = (
    "OS::Cinder::Volume", "OS::Glance::Image", "OS::Nova::Aggregate", "OS::Nova::Flavor",
    "OS::Nova::Server", "OS::Trove::Instance",
)  # fmt: skip


def configure(identity: str, state: Path) -> None:
    """Write the settings, and make the folders that they name."""
    for name in ("images", "staging", "tasks", "cache"):
        (state / name).mkdir(parents=True)
    template = string.Template((HERE / "glance-api.conf").read_text())
    (state / "glance-api.conf").write_text(
        template.substitute(identity=identity, prefix=sys.prefix, state=state)
    )
    # What its packages install beside the settings, and its wheel does not bring.
    shutil.copy(HERE / "schema-image.json", state)
    os.environ["OS_GLANCE_CONFIG_DIR"] = str(state)


def make_database(state: Path) -> None:
    """Make the tables, by the migrations that a cloud's operator runs."""
    from glance.cmd import manage

    sys.argv = ["glance-manage", f"--config-file={state}/glance-api.conf", "db_sync"]
    # The command says what it does, and this one says READY.
    with Path(os.devnull).open("w") as nowhere:
        said, sys.stdout = sys.stdout, nowhere
        try:
            manage.main()
        finally:
            sys.stdout = said
    with sqlite3.connect(state / "glance.sqlite") as database:
        # Those that our own cloud is born with, which load_metadefs would bring, too.
        database.executemany(
            "INSERT INTO metadef_resource_types (name, protected, created_at, updated_at)"
            " VALUES (?, 1, datetime(), datetime())",
            [(name,) for name in RESOURCE_TYPES],
        )


def main(port: str, identity: str, folder: str) -> None:
    state = Path(folder)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    configure(identity, state)
    # In a process of its own: it parses the settings, too.
    if (child := os.fork()) == 0:
        make_database(state)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        raise SystemExit("No database was made.")
    from glance.common import wsgi_app

    app = wsgi_app.init_app()
    server = Server(("127.0.0.1", int(port)), app, numthreads=8, server_name="127.0.0.1")
    server.prepare()
    threading.Thread(target=server.serve, daemon=True).start()
    sys.stdout.write("READY\n")
    sys.stdout.flush()
    stop.wait()


try:
    main(*sys.argv[1:])
except BaseException:
    import traceback

    traceback.print_exc()
finally:
    # Its threads do not end by themselves.
    os._exit(0)
