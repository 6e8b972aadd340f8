"""The demo cloud of `make oracle`: everything happens at once, but live migrations can be seen."""

import os

from compute.work.clock import DURATIONS
from computeproject.settings.dev import *  # noqa: F403

COMPUTE_CLOCK = "real"
# Seconds; nova/serve.py has the same.
COMPUTE_DURATIONS = {**dict.fromkeys(DURATIONS, 0.0), "live_migration": 4.0}
if os.environ.get("ORACLE_NOVA"):
    VOLUME_COMPUTE_CLIENT = "tests.oracle.events.ToNova"
if os.environ.get("ORACLE_DEFERS"):
    # Servers are not deleted at once, nor taken off their host when they are shelved; as there.
    RECLAIM_INSTANCE_INTERVAL = 3600
    SHELVED_OFFLOAD_TIME = -1
