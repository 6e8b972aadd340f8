"""A list asks the database as often for many rows as for few."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compute.domain import aggregates, flavors
from compute.models import KeyPair, ServerGroup, ServerGroupMember
from tests.api.things import a_host, a_migration, a_server
from tests.cast import HERS


def _flavor(n):
    flavors.make(name=f"f{n}", memory_mb=1, vcpus=1, root_gb=1)


def _keypair(n):
    KeyPair.objects.create(user_id="root", name=f"k{n}", public_key="", fingerprint="")


def _host(n):
    a_server(f"s{n}", host=a_host(f"h{n}").host)


def _aggregate(n):
    aggregates.make(f"a{n}").members.create(host=f"h{n}")


def _group(n):
    group = ServerGroup.objects.create(name=f"g{n}", policy="affinity", project_id=HERS)
    ServerGroupMember.objects.create(group=group, server_uuid=a_server(f"s{n}").uuid)


def _migration(n):
    a_migration(a_server(f"s{n}"))


# path, what makes one more row
LISTS = [
    ("/flavors/detail", _flavor),
    ("/os-keypairs", _keypair),
    ("/os-hypervisors/detail?with_servers=1", _host),
    ("/os-services", _host),
    ("/os-availability-zone/detail", _host),
    ("/os-aggregates", _aggregate),
    ("/os-server-groups?all_projects=1", _group),
    ("/os-migrations", _migration),
    ("/os-simple-tenant-usage?detailed=1", _migration),
]


@pytest.mark.parametrize(("path", "make"), LISTS, ids=[path for path, _ in LISTS])
def test_the_number_of_queries_is_fixed(root, path, make):
    make(0)
    counts = []
    for more in (0, 5):
        for n in range(more):
            make(n + 1)
        root.get(path, version="2.87")
        with CaptureQueriesContext(connection) as queries:
            assert root.get(path, version="2.87").status == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
