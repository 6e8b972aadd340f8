"""`python -m tests.chaos embedded|distributed`: the run, its figures, and what is amiss."""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from tests.chaos.clouds import Distributed, Embedded
from tests.chaos.users import Users

DATABASE = "postgresql://postgres@127.0.0.1:5432/kilonova_chaos"
BROKER = "amqp://guest:guest@127.0.0.1:5672//"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cloud", choices=["embedded", "distributed"])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--operations", type=int, default=200)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--data", default=None, help="keep data and logs here")
    asked = parser.parse_args()
    seed = asked.seed if asked.seed is not None else random.randrange(10**6)
    random.seed(seed)
    data = asked.data or tempfile.mkdtemp(prefix="kilonova-chaos-")
    cloud = Embedded(data) if asked.cloud == "embedded" else distributed(data)
    began = time.monotonic()
    print(f"{asked.cloud}: seed {seed}, data and logs in {data}", flush=True)
    try:
        cloud.start()
        users = Users(cloud)
        users.prepare()
        users.start()
        killed = storm(cloud, users, asked)
        users.stop()
        quiet_after = wait_for_quiet(cloud, users.is_quiet)
        # Now every host has been killed after the last evacuation.
        cloud.restart()
        if wait_for_quiet(cloud, lambda: users.is_quiet() and users.has_all_hosts()) is None:
            quiet_after = None
        accepted = Path(data) / "accepted.json"
        accepted.write_text(json.dumps(users.accepted))
        found = json.loads(cloud.ask("tests.chaos.check", str(accepted)))
    finally:
        cloud.stop()
    tell(asked, users, killed, quiet_after, found, time.monotonic() - began)
    return 1 if found["wrong"] or quiet_after is None else 0


def distributed(data):
    database = os.environ.get("CHAOS_DATABASE") or DATABASE
    server, _, name = database.rpartition("/")
    sql = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE); CREATE DATABASE "{name}"'
    for statement in sql.split("; "):
        subprocess.run(["psql", "-q", f"{server}/postgres", "-c", statement], check=True)
    restarts = [
        (what, command)
        for what in ("RabbitMQ", "PostgreSQL")
        if (command := os.environ.get(f"CHAOS_RESTART_{what.upper()}"))
    ]
    return Distributed(data, database, os.environ.get("CHAOS_BROKER") or BROKER, restarts)


def storm(cloud, users, asked):
    """Kill until there were enough kills and enough work; restart the servers beneath meanwhile."""
    killed = Counter()
    kills, pending = 0, list(cloud.restarts)
    restarting = []
    while kills < asked.kills or len(users.accepted) < asked.operations:
        time.sleep(random.uniform(0.3, 2.0))
        if pending and kills >= asked.kills * (1 + len(cloud.restarts) - len(pending)) // 3:
            what, command = pending.pop(0)
            restarting.append(threading.Thread(target=restart, args=(command,)))
            restarting[-1].start()
            killed[f"{what} restarted"] += 1
        killed.update(f"{name} ended" for name in cloud.keep())
        if kills < asked.kills:
            killed[cloud.kill_one()] += 1
            kills += 1
    for thread in restarting:
        thread.join()
    cloud.wait_until_ready()
    return killed


def restart(command):
    subprocess.run(
        command, shell=True, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def wait_for_quiet(cloud, is_quiet, seconds=240):
    """Seconds until nothing is being done any more, None if that never came."""
    began = time.monotonic()
    calm = 0
    while time.monotonic() - began < seconds:
        cloud.keep()
        calm = calm + 1 if is_quiet() else 0
        if calm == 5:
            return time.monotonic() - began
        time.sleep(1)
    return None


def _kills(killed):
    return sum(n for who, n in killed.items() if not who.endswith(("restarted", "ended")))


def tell(asked, users, killed, quiet_after, found, took):
    print(f"  kills: {_kills(killed)}", dict(killed))
    print(f"  accepted: {len(users.accepted)}", dict(users.kinds))
    print("  answers:", {str(k): v for k, v in users.answers.items()})
    for name, value in found["figures"].items():
        print(f"  {name}: {value}")
    quiet = "never" if quiet_after is None else f"{quiet_after:.0f} s after the last kill"
    print(f"  quiet: {quiet}; all in all {took:.0f} s")
    for name, rows in found["wrong"].items():
        print(f"  AMISS: {name}: {len(rows)}")
        for row in rows[:10]:
            print(f"    {row}")
    if not found["wrong"]:
        print("  Nothing is stuck, doubled, lost or left behind.")


if __name__ == "__main__":
    sys.exit(main())
