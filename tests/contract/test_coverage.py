"""What tests have shown of operations: recorded by `make shown`, told by coverage.md."""

import pytest

from compute.api.urls import urlpatterns
from compute.management import coverage
from versioned import inspect

SHOWN = coverage.recorded()
OPERATIONS = list(coverage.operations(urlpatterns))
# Operations that never say yes in a cloud without bare metal, shares and RDP; and those that Nova
# itself breaks.
NEVER = (
    "/servers/{server_id}/action os-getRDPConsole",
    "POST /servers/{server_id}/shares",
    "/servers/{server_id}/shares/{share_id}",
    "/os-baremetal-nodes",
    "POST /os-volumes_boot",
    "PUT /os-volumes_boot",
)
# Changes of requests that nothing has shown, which there shall be no more of.
NOT_SHOWN = 0


@pytest.mark.parametrize("served", OPERATIONS, ids=str)
def test_every_operation_has_been_shown_to_be_right(served):
    kinds = SHOWN.get(str(served), {})
    refuses = served.operation.name == "gone" or any(name in str(served) for name in NEVER)
    shown = kinds.get("refusals") if refuses else kinds.get("tests") or kinds.get("conformance")
    assert shown, "no story, test or conformance test has: write one, and run make shown"


def test_what_has_been_shown_is_routed():
    assert SHOWN.keys() <= {str(served) for served in inspect.operations(urlpatterns)}


def test_changes_of_requests_have_been_shown():
    unshown = [row for row in coverage.rows(urlpatterns) if row[-1]]
    assert sum(len(row[-1].split()) for row in unshown) <= NOT_SHOWN, unshown
