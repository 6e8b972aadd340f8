"""`python -m bench.fill UUID COUNT`: copies of a built server on all hosts, written straight.

What makes a cloud large is there: rows, guests, claims; ports and actions of the copies are not.
"""

import sys
import uuid

import django

django.setup()

from django.db import transaction  # noqa: E402
from django.db.models import F  # noqa: E402

from cloud.placement.models import Allocation, Consumer, Inventory  # noqa: E402
from compute.models import Guest, Host, Server  # noqa: E402

_AT_ONCE = 2000


def main(origin, count):
    server = Server.objects.get(uuid=origin)
    claims = list(Allocation.objects.filter(consumer_id=origin).values("resource_class", "used"))
    hosts = list(Host.objects.values_list("host", "node", "uuid"))
    for start in range(0, count, _AT_ONCE):
        with transaction.atomic():
            _fill(server, claims, hosts, range(start, min(count, start + _AT_ONCE)))
    per_host, rest = divmod(count, len(hosts))
    with transaction.atomic():
        for number, (_, _, provider) in enumerate(hosts):
            here = per_host + (number < rest)
            for claim in claims:
                rows = Inventory.objects.filter(
                    provider_id=provider, resource_class=claim["resource_class"]
                )
                rows.update(used=F("used") + here * claim["used"])


def _fill(server, claims, hosts, numbers):
    servers, guests, consumers, allocations = [], [], [], []
    for number in numbers:
        host, node, provider = hosts[number % len(hosts)]
        fields = {f.attname: getattr(server, f.attname) for f in Server._meta.concrete_fields}
        fields |= {"id": None, "uuid": str(uuid.uuid4()), "name": f"filler-{number}"}
        copy = Server(**fields | {"host": host, "node": node, "launched_on": host})
        servers.append(copy)
        guests.append(Guest(server_uuid=copy.uuid, host=host))
        consumers.append(
            Consumer(uuid=copy.uuid, project_id=copy.project_id, user_id=copy.user_id, generation=1)
        )
        for claim in claims:
            allocations.append(Allocation(consumer_id=copy.uuid, provider_id=provider, **claim))
    Server.objects.bulk_create(servers)
    Guest.objects.bulk_create(guests)
    Consumer.objects.bulk_create(consumers)
    Allocation.objects.bulk_create(allocations)


main(sys.argv[1], int(sys.argv[2]))
