"""Serve a real Placement on loopback, below /placement: serve.py PORT IDENTITY STATE.

Runs in an environment of its own (run.sh).  Tokens are those of the Identity at IDENTITY; the
database lies below STATE.  Says READY once it answers.
"""

import string
import sys
import threading
from pathlib import Path

from cheroot.wsgi import PathInfoDispatcher, Server
from oslo_config import cfg
from placement import conf, db_api, deploy

HERE = Path(__file__).parent


def main(port: str, identity: str, folder: str) -> None:
    state = Path(folder)
    path = state / "placement.conf"
    settings = string.Template((HERE / "placement.conf").read_text())
    path.write_text(settings.substitute(identity=identity, state=state))
    config = cfg.ConfigOpts()
    conf.register_opts(config)
    config([], project="placement", default_config_files=[str(path)])
    db_api.configure(config)
    # One at a time: two who write are one too many for SQLite.
    application = PathInfoDispatcher([("/placement", deploy.loadapp(config))])
    server = Server(("127.0.0.1", int(port)), application, numthreads=1)
    server.prepare()
    threading.Thread(target=server.serve, daemon=True).start()
    sys.stdout.write("READY\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
