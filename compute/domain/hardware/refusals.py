"""What is not done to guests with a TPM of their own, nor to those with encrypted memory."""

from compute.domain.errors import BadRequest
from compute.domain.hardware import encryption
from compute.domain.hardware.wishes import Wish
from compute.models import Server


class NotWithVtpm(BadRequest):
    message = "Operation '{operation}' not supported for vTPM-enabled instance ({server_id})."


class NotWithEncryptedMemory(BadRequest):
    message = (
        "Operation '{operation}' not supported for mem encryption enabled instance ({server_id})."
    )


class VtpmSecurityKept(BadRequest):
    message = (
        "Resize between 'deployment' TPM secret security and other TPM secret security modes is "
        "not supported."
    )


LIVE = "live-migration"
_NOT_WITH_VTPM = {"rebuild", "shelve", "rescue", "evacuate", LIVE}
_NOT_WITH_ENCRYPTED_MEMORY = {"suspend", LIVE}


def check(server: Server, operation: str | None) -> None:
    """Refuse an operation, by the name of its action, that the guest's hardware does not allow."""
    if operation in _NOT_WITH_VTPM and _has_bound_vtpm(_wish(server), operation):
        raise NotWithVtpm(operation=operation, server_id=server.uuid)
    if operation in _NOT_WITH_ENCRYPTED_MEMORY and encryption.wanted(_wish(server)):
        raise NotWithEncryptedMemory(operation=operation, server_id=server.uuid)


def check_resize(old: Wish, new: Wish) -> None:
    """Refuse a flavor that has the secret of the TPM kept by somebody else than before."""
    kept = {_security(old), _security(new)}
    if _has_vtpm(old) and _has_vtpm(new) and len(kept) > 1 and "deployment" in kept:
        raise VtpmSecurityKept


def _has_bound_vtpm(wish: Wish, operation: str) -> bool:
    # Nova: a secret that the host keeps can follow a running guest.
    return _has_vtpm(wish) and (operation != LIVE or _security(wish) != "host")


def _has_vtpm(wish: Wish) -> bool:
    return wish.unique("tpm_version") is not None


def _security(wish: Wish) -> str:
    return str(wish.specs.get("hw:tpm_secret_security") or "user")


def _wish(server: Server) -> Wish:
    return Wish(
        vcpus=server.vcpus,
        memory_mb=server.memory_mb,
        specs=server.flavor_extra_specs or {},
        properties=server.image_properties or {},
        flavor_name=server.flavor_name,
    )
