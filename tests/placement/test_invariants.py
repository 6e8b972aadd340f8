"""What always holds: capacity is never exceeded, and work does not grow with the cloud."""

import random
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from cloud.placement.models import Allocation, Consumer, Inventory, Provider

HERE = Path(__file__).resolve().parent


def check():
    """What is kept beside inventories is the sum of what is held, within capacity."""
    sums = {
        (provider, kind): amount
        for provider, kind, amount in Allocation.objects.values_list(
            "provider_id", "resource_class"
        ).annotate(amount=Sum("used"))
    }
    for row in Inventory.objects.all():
        held = sums.pop((row.provider_id, row.resource_class), 0)
        assert row.used == held
        assert held <= (row.total - row.reserved) * row.allocation_ratio
    assert not sums
    assert not Consumer.objects.filter(allocations=None).exists()


@pytest.mark.parametrize("seed", range(3))
def test_no_sequence_of_claims_exceeds_capacity(placement, seed):
    pick = random.Random(seed)
    kinds = ("VCPU", "MEMORY_MB", "DISK_GB")
    hosts = [
        placement.provider(**{kind: {"total": 6, "allocation_ratio": 1.5} for kind in kinds})
        for _ in range(3)
    ]
    consumers = [str(uuid4()) for _ in range(6)]
    statuses = set()
    for _ in range(120):
        who = pick.choice(consumers)
        held = {
            host: {kind: pick.randint(1, 5) for kind in pick.sample(kinds, pick.randint(1, 3))}
            for host in pick.sample(hosts, pick.randint(0, 2))
        }
        generation = placement.get(f"/allocations/{who}").json.get("consumer_generation")
        if pick.random() < 0.2:
            statuses.add(placement.delete(f"/allocations/{who}").status)
        else:
            statuses.add(placement.claim(who, held, generation).status)
        check()
    assert {204, 409} <= statuses


def fill(number):
    """Make so many hosts, the quick way."""
    hosts = [str(uuid4()) for _ in range(number)]
    Provider.objects.bulk_create(Provider(pk=one, name=one, root_id=one) for one in hosts)
    Inventory.objects.bulk_create(
        Inventory(
            provider_id=one,
            resource_class=kind,
            total=10,
            reserved=0,
            min_unit=1,
            max_unit=10,
            step_size=1,
            allocation_ratio=1.0,
        )
        for one in hosts
        for kind in ("VCPU", "DISK_GB")
    )
    return hosts


def queries(ask):
    with CaptureQueriesContext(connection) as captured:
        answer = ask()
    assert answer.status < 300, answer
    return len(captured)


@pytest.mark.parametrize(
    "path",
    [
        "/allocation_candidates?resources=VCPU:1,DISK_GB:1&required=!HW_CPU_X86_AVX",
        "/allocation_candidates?resources1=VCPU:1&resources2=DISK_GB:1&group_policy=none",
        "/resource_providers?resources=VCPU:1&required=!HW_CPU_X86_AVX",
    ],
)
def test_a_search_takes_a_few_queries_whatever_the_number_of_hosts(placement, path):
    fill(2)
    few = queries(lambda: placement.get(path))
    fill(200)
    assert queries(lambda: placement.get(path)) == few
    assert few <= 10


def test_a_claim_takes_a_handful_of_queries(placement, consumer):
    hosts = fill(5)
    held = {host: {"VCPU": 1, "DISK_GB": 1} for host in hosts}
    # Of which two are the test's savepoint.
    assert queries(lambda: placement.claim(consumer, {hosts[0]: held[hosts[0]]})) <= 9
    assert queries(lambda: placement.claim(str(uuid4()), held)) <= 13


def test_of_many_who_claim_the_same_rest_only_so_many_get_it(tmp_path):
    """Eighty threads' claims of one on two hosts with room for twenty each."""
    done = subprocess.run(
        [sys.executable, str(HERE / "race.py"), str(tmp_path / "race.sqlite3")],
        capture_output=True,
        text=True,
        check=False,
        cwd=HERE.parents[1],
        env={"PYTHONPATH": str(HERE.parents[1])},
        timeout=60,
    )
    assert done.stdout == "40 40 80 40 [20, 20]\n", done.stderr
