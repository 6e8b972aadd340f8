"""The unmodified `openstack` command line, loaded once: each command runs in a fork of this.

A line of JSON in, {"words": […], "environment": {…}}; a line of JSON out, when it is done.
"""

import gc
import importlib
import json
import os
import pkgutil
import sys
import tempfile
import traceback

PACKAGES = ("openstackclient", "osc_lib", "osc_placement")


def load():
    """Import what commands import, so that none of them has to."""
    for package in PACKAGES:
        path = importlib.import_module(package).__path__
        for module in pkgutil.walk_packages(path, f"{package}.", onerror=lambda name: None):
            if ".tests" not in module.name and not module.name.endswith("__main__"):
                try:
                    importlib.import_module(module.name)
                except ImportError:
                    continue


def run(words, environment):
    """One command, as in a process of its own: status, what it printed, what it complained of."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            os._exit(_command(words, environment, out, err))
        _, status = os.waitpid(child, 0)
        told = []
        for stream in (out, err):
            stream.seek(0)
            told.append(stream.read().decode())
    return {
        "returncode": os.waitstatus_to_exitcode(status),
        "stdout": told[0],
        "stderr": told[1],
    }


def _command(words, environment, out, err):
    from openstackclient import shell

    # A terminal: `image create` uploads what anything else has to say.
    os.dup2(os.openpty()[1], 0)
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    os.environ.update(environment)
    sys.argv = ["openstack", *words]
    try:
        status = shell.main(words)
    except SystemExit as exc:
        status = exc.code
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return status if isinstance(status, int) else int(bool(status))


if __name__ == "__main__":
    load()
    gc.freeze()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(run(**json.loads(line))) + "\n")
        sys.stdout.flush()
