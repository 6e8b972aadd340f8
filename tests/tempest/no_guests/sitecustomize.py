"""Read by the conformance suite's Python when NO_GUESTS is set: see run.sh.

Guests are simulated: nobody can ping them or log in.  A test that wants to is skipped there; all
that it has asked of the cloud until then has been answered well.
"""

import subprocess
import unittest
from typing import Any

from tempest.lib.common import ssh


class Popen(subprocess.Popen):  # type: ignore[type-arg]
    def __init__(self, args: Any, *more: Any, **how: Any) -> None:
        if isinstance(args, list) and args[0] == "ping":
            raise unittest.SkipTest("wants to ping a guest")
        super().__init__(args, *more, **how)


def refuse(*_: Any, **__: Any) -> None:
    raise unittest.SkipTest("wants to log in to a guest")


subprocess.Popen = Popen  # type: ignore[misc]
ssh.Client._get_ssh_connection = refuse
