"""The password that a guest has set and told the metadata service, encrypted with its key."""

from compute.domain.errors import BadRequest
from compute.models import Server
from compute.work import clock

# Four pieces of 255 bytes, as Nova stores it.
MOST = 4 * 255


class ServerGone(BadRequest):
    message = "Instance {server_id} could not be found."


def tell(server: Server, encrypted: str) -> None:
    """Keep what the guest tells.

    Nova: whether it has told one before is looked up in what the metadata service remembers, which
    may be seconds old, and not again here.
    """
    kept = Server.objects.filter(pk=server.pk, deleted=False)
    if not kept.update(encrypted_password=encrypted, updated_at=clock.now()):
        raise ServerGone(server_id=server.uuid)


def clear(server: Server) -> None:
    """Forget it here; the guest's own password stays as it is."""
    Server.objects.filter(pk=server.pk).update(encrypted_password="", updated_at=clock.now())
