"""A cloud to build in, and what is left of a server in every service."""

from dataclasses import replace

import pytest

from compute.clients.image import image
from compute.clients.network import network
from compute.clients.placement import placement
from compute.clients.volume import volume
from compute.domain import boot, context
from compute.models import Guest, Server
from tests.cast import HERS
from tests.domain.servers import ALICE

HER = replace(ALICE, project_id=HERS)
CLOUD = context.owner_of(context.cloud(), HERS)


@pytest.fixture
def order(cloud):
    """Orders servers as POST /servers does; nothing is built until somebody drains the queue."""
    image_id = image().list(HER)[0]["id"]

    def make(**changes):
        asked = {"name": "web", "flavor_id": "c1", "image_id": image_id, **changes}
        servers, _ = boot.create(HER, boot.Order(**asked))
        return servers[0] if len(servers) == 1 else servers

    return make


def fresh(server):
    return Server.objects.get(pk=server.pk)


def held(server):
    """What every service keeps for the server: hosts of its guest, its claims, ports, volumes."""
    allocations = placement().get_allocations(CLOUD, server.uuid)["allocations"]
    names = {row["uuid"]: row["name"] for row in placement().providers(CLOUD)}
    attachments = volume().attachments(CLOUD, instance_id=server.uuid)
    return {
        "guests": sorted(
            Guest.objects.filter(server_uuid=server.uuid).values_list("host", flat=True)
        ),
        "claims": sorted(names[uuid] for uuid in allocations),
        "ports": [
            port["binding:host_id"] for port in network().list_ports(CLOUD, device_id=server.uuid)
        ],
        "volumes": [row["volume_id"] for row in attachments],
    }


NOTHING = {"guests": [], "claims": [], "ports": [], "volumes": []}
