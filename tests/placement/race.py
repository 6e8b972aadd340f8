"""Eight threads claim more than there is.  Run by test_invariants, with a database of its own."""

import os
import sys
import threading
from uuid import uuid4

import django
from django.conf import settings


def main(database):
    settings.configure(
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=["cloud.placement"],
        DATABASES={"default": database},
    )
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from cloud.placement import errors
    from cloud.placement.domain import allocations, inventories, providers
    from cloud.placement.models import Allocation, Inventory

    call_command("migrate", verbosity=0)
    hosts = [providers.make(str(uuid4()), None, None) for _ in range(2)]
    for host in hosts:
        inventories.replace(host, {"VCPU": {**inventories.DEFAULTS, "total": 20}})
    waiting = [str(uuid4()) for _ in range(80)]
    outcomes = []

    def work():
        while True:
            try:
                consumer = waiting.pop()
            except IndexError:
                connection.close()
                return
            host = hosts[len(waiting) % 2]["uuid"]
            claim = allocations.Claim(consumer, allocations={host: {"VCPU": 1}}, is_guarded=True)
            try:
                allocations.claim([claim])
                outcomes.append("claimed")
            except errors.PlacementError as exc:
                outcomes.append(type(exc).__name__)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    used = sorted(Inventory.objects.values_list("used", flat=True))
    held = Allocation.objects.count()
    sys.stdout.write(f"{outcomes.count('claimed')} {outcomes.count('CapacityExceeded')} ")
    sys.stdout.write(f"{len(outcomes)} {held} {used}\n")


if __name__ == "__main__":
    if os.environ.get("RACE_POSTGRES"):
        database = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "race",
            "HOST": os.environ["RACE_POSTGRES"],
        }
    else:
        database = {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": sys.argv[1],
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON;",
            },
        }
    main(database)
