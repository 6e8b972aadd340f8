"""Servers for tests that need a row and no API."""

from compute.models import Server
from compute.work import clock
from middleware.context import RequestContext

ALICE = RequestContext(
    user_id="alice", project_id="hers", roles=("member", "reader"), request_id="req-alice"
)
ROOT = RequestContext(
    user_id="root",
    project_id="admins",
    roles=("admin", "manager", "member", "reader"),
    is_admin=True,
    request_id="req-root",
)


def server(**changes):
    """A server that runs on compute1."""
    columns = {
        "project_id": "hers",
        "user_id": "alice",
        "name": "web",
        "hostname": "web",
        "vm_state": "active",
        "power_state": 1,
        "launched_at": clock.now(),
        "updated_at": clock.now(),
        "host": "compute1",
        "node": "compute1",
        "flavor_id": "1",
        "flavor_name": "m1.tiny",
        "vcpus": 1,
        "memory_mb": 512,
        "root_gb": 1,
        "image_ref": "70a599e0-31e7-49b7-b260-868f441e862b",
        **changes,
    }
    return Server.objects.create(**columns)
