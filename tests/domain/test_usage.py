"""What is used of hosts and of quotas."""

import pytest

from compute.domain import usage
from compute.models import Migration, ServerGroup
from tests.domain.servers import server

pytestmark = pytest.mark.django_db


def test_hosts_are_used_by_the_servers_on_them():
    server(vcpus=2, memory_mb=1024, root_gb=10, ephemeral_gb=5)
    server(task_state="rebuilding")
    server(host="compute2", deleted=True)
    used = usage.host_usage(["compute1", "compute2"])
    assert used["compute1"] == {
        "vcpus_used": 3,
        "memory_mb_used": 1536,
        "local_gb_used": 16,
        "running_vms": 2,
        "current_workload": 1,
        "io_ops": 1,
    }
    assert used["compute2"] == usage.NOTHING


def test_a_resize_that_is_not_confirmed_uses_both_hosts():
    row = server(host="compute2", old_flavor={"vcpus": 4, "memory_mb": 64, "root_gb": 1})
    Migration.objects.create(
        server=row,
        migration_type="resize",
        status="finished",
        source_compute="compute1",
        dest_compute="compute2",
    )
    used = usage.host_usage(["compute1", "compute2"])
    assert used["compute1"]["vcpus_used"] == 4
    assert used["compute2"]["vcpus_used"] == 1


def test_a_project_uses_what_its_servers_have(django_assert_num_queries):
    server(vcpus=2, memory_mb=1024)
    server(user_id="bob")
    server(project_id="theirs")
    server(vm_state="soft-delete")
    ServerGroup.objects.create(name="g", policy="affinity", user_id="bob", project_id="hers")
    with django_assert_num_queries(2):
        used = usage.project_usage("hers")
    assert used == {"instances": 2, "cores": 3, "ram": 1536, "server_groups": 1}
    assert usage.project_usage("hers", user_id="alice")["cores"] == 2
    assert usage.project_usage("nobody's")["instances"] == 0
