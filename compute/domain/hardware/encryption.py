"""Encrypted memory and disks: what flavors and images ask for, and what it needs of the image."""

from typing import NamedTuple

from compute.domain.errors import BadRequest
from compute.domain.hardware.wishes import Wish, as_bool

_DEFAULT = "amd-sev"


class Model(NamedTuple):
    """A processor's way to encrypt memory, and what a guest needs for it."""

    trait: str
    # Firmware that keeps nothing between boots.
    is_stateless: bool = False
    has_screen: bool = True


MODELS = {
    "amd-sev": Model("HW_CPU_X86_AMD_SEV"),
    "amd-sev-es": Model("HW_CPU_X86_AMD_SEV_ES"),
    "amd-sev-snp": Model("HW_CPU_X86_AMD_SEV_SNP", is_stateless=True),
    "intel-tdx": Model("HW_CPU_X86_INTEL_TDX", is_stateless=True, has_screen=False),
}


class EncryptionConflict(BadRequest):
    message = (
        "Flavor {flavor} has hw:{key} extra spec explicitly set to {wanted}, conflicting with "
        "image {image} which has hw_{key} property explicitly set to {value}"
    )


class UnknownModel(BadRequest):
    # What extra specs say is looked at from 2.86 on only.
    message = "Invalid memory encryption model '{model}'. Allowed values: {known}."


class FirmwareNotUefi(BadRequest):
    message = (
        "Memory encryption is requested by {requesters} but the image metadata doesn't have the "
        "'hw_firmware_type' property set to 'uefi'"
    )


class MachineTypeUnfit(BadRequest):
    message = (
        "Machine type '{machine}' is not compatible with image {image} ({image_id}): q35 type is "
        "required for {model} to work"
    )


class FirmwareNotStateless(BadRequest):
    message = (
        "The {model} memory encryption model requires stateless firmware but the image metadata "
        "doesn't have the 'hw_firmware_stateless' property set to True"
    )


class ScreenForbidden(BadRequest):
    message = (
        "The {model} memory encryption model is incompatible with an attached video device. Set "
        "the 'hw_video_model' image property to 'none' to disable it"
    )


class DiskConflict(BadRequest):
    # Nova: the property is called otherwise in this sentence than in images.
    message = (
        "Flavor {flavor} has hw:ephemeral_encryption extra spec explicitly set to {wanted}, "
        "conflicting with image {image} which has hw_eph_encryption property explicitly set to "
        "{value}"
    )


class UnknownDiskFormat(BadRequest):
    message = "Invalid ephemeral encryption format {format}. Allowed values: {known}"


DISK_FORMATS = ("plain", "luks", "luksv2")


def check_disks(wish: Wish) -> None:
    """Refuse a flavor and an image that do not agree on encrypting disks."""
    given, of_image = wish.both("ephemeral_encryption")
    asked, offered = as_bool(given), as_bool(of_image)
    if None not in (asked, offered) and asked != offered:
        raise DiskConflict(
            flavor=wish.flavor_name, wanted=given, image=wish.image_name, value=offered
        )
    if asked or offered:
        kind = wish.unique("ephemeral_encryption_format")
        if kind and kind not in DISK_FORMATS:
            raise UnknownDiskFormat(format=kind, known=", ".join(DISK_FORMATS))


def wanted(wish: Wish) -> Model | None:
    """How the guest's memory is to be encrypted, or not at all; refuses what cannot be."""
    given, of_image = wish.both("mem_encryption")
    asked, offered = as_bool(given), as_bool(of_image)
    if not asked and not offered:
        return None
    if None not in (asked, offered) and asked != offered:
        raise _conflict(wish, "mem_encryption", given, offered)
    name = _name(wish)
    _check(wish, name, MODELS[name], _requesters(wish, bool(asked), bool(offered)))
    return MODELS[name]


def _name(wish: Wish) -> str:
    given, of_image = wish.both("mem_encryption_model")
    if None not in (given, of_image) and given != of_image:
        raise _conflict(wish, "mem_encryption_model", given, of_image)
    name = str(of_image or given or _DEFAULT)
    if name not in MODELS:
        raise UnknownModel(model=name, known=", ".join(MODELS))
    return name


def _conflict(wish: Wish, key: str, given: object, of_image: object) -> EncryptionConflict:
    return EncryptionConflict(
        flavor=wish.flavor_name, key=key, wanted=given, image=wish.image_name, value=of_image
    )


def _requesters(wish: Wish, by_flavor: bool, by_image: bool) -> str:
    flavor = f"hw:mem_encryption extra spec in {wish.flavor_name} flavor"
    image = f"hw_mem_encryption property of image {wish.image_id or '<no-id>'}"
    return " and ".join([flavor] * by_flavor + [image] * by_image)


def _check(wish: Wish, name: str, model: Model, requesters: str) -> None:
    said = wish.properties
    if said.get("hw_firmware_type") != "uefi":
        raise FirmwareNotUefi(requesters=requesters)
    machine = said.get("hw_machine_type")
    if machine is not None and "q35" not in machine:
        raise MachineTypeUnfit(
            machine=machine,
            image=wish.image_name,
            image_id=wish.image_id or "<no-id>",
            model=name,
        )
    if model.is_stateless and not as_bool(said.get("hw_firmware_stateless")):
        raise FirmwareNotStateless(model=name)
    if not model.has_screen and said.get("hw_video_model") != "none":
        raise ScreenForbidden(model=name)
