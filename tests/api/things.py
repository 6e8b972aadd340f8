"""Rows for tests of the API: what a test needs to vary, and nothing that it does not."""

from datetime import UTC, datetime

from compute.models import Host, Migration, Server, Service
from compute.work import clock
from tests.cast import HERS


def a_server(name="s", **values):
    return Server.objects.create(
        **{
            "name": name,
            "hostname": name,
            "project_id": HERS,
            "user_id": "alice",
            "vm_state": "active",
            "flavor_id": "1",
            "flavor_name": "m1.tiny",
            "vcpus": 1,
            "memory_mb": 512,
            "root_gb": 1,
            **values,
        }
    )


def a_host(name):
    Service.objects.create(host=name, binary="nova-compute", last_seen_up=clock.now())
    return Host.objects.create(host=name, node=name, vcpus=8, memory_mb=8192, local_gb=100)


def a_migration(server, **values):
    return Migration.objects.create(
        **{
            "server": server,
            "migration_type": "migration",
            "status": "finished",
            "source_compute": "h1",
            "dest_compute": "h2",
            "project_id": server.project_id,
            "user_id": server.user_id,
            **values,
        }
    )


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
