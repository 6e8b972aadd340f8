"""Serve a real Keystone on loopback, below /identity: serve.py PORT IDENTITY STATE.

Runs in an environment of its own (run.sh).  Its tokens are its own, so IDENTITY is not asked; the
database and the keys lie below STATE.  Says READY once it answers.
"""

import os
import subprocess
import sys
from pathlib import Path

from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server

CONF = """[DEFAULT]
log_file = {state}/keystone.log
[database]
connection = sqlite:///{state}/keystone.sqlite3
[fernet_tokens]
key_repository = {state}/fernet
[credential]
key_repository = {state}/credential
[identity]
# What passwords are kept as is nobody's affair here; this takes the least time.
password_hash_rounds = 4
"""


def manage(conf: Path, *words: str) -> None:
    """Run Keystone's own tool, as a cloud's operator does."""
    tool = Path(sys.prefix) / "bin" / "keystone-manage"
    subprocess.run([tool, "--config-file", conf, *words], check=True, stdout=subprocess.DEVNULL)


def main(port: str, state: Path) -> None:
    conf = state / "keystone.conf"
    conf.write_text(CONF.format(state=state))
    who = ("--keystone-user", str(os.getuid()), "--keystone-group", str(os.getgid()))
    url = f"http://127.0.0.1:{port}/identity"
    manage(conf, "db_sync")
    manage(conf, "fernet_setup", *who)
    manage(conf, "credential_setup", *who)
    manage(
        conf, "bootstrap", "--bootstrap-password", "password", "--bootstrap-region-id", "RegionOne",
        "--bootstrap-public-url", url, "--bootstrap-internal-url", url,
        "--bootstrap-admin-url", url,
    )  # fmt: skip
    os.environ["OS_KEYSTONE_CONFIG_FILES"] = str(conf)
    sys.argv = sys.argv[:1]
    from keystone.server.wsgi import initialize_public_application

    application = DispatcherMiddleware(NotFound(), {"/identity": initialize_public_application()})
    server = make_server("127.0.0.1", int(port), application, threaded=True)
    sys.stdout.write("READY\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[3]))
