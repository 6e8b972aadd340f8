"""What stories begin with: a server that runs."""

import pytest

from compute.models import Guest
from tests.cast import HERS
from tests.domain import servers

SERVER = "5e44e400-0000-4000-8000-000000000001"


@pytest.fixture
def a_server(cloud):
    """A server of Alice's on compute1, whose uuid every story knows."""
    return servers.server(
        uuid=SERVER, project_id=HERS, root_device_name="/dev/vda", flavor_extra_specs={}
    )


@pytest.fixture
def a_guest(a_server):
    """That server, and what its host runs of it."""
    return Guest.objects.create(server_uuid=SERVER, host=a_server.host)
