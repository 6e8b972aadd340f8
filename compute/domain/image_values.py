"""What the properties of an image may be: Nova reads each as something, or refuses the image."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from oslo_utils import versionutils

from compute.domain.hardware.wishes import InvalidRequest

# Takes a property's name and its value; raises ValueError with Nova's words.
Check = Callable[[str, Any], None]


def text(name: str, value: Any) -> None:
    """Anything goes: texts, and booleans, of which what is no yes is a no."""


def number(name: str, value: Any) -> None:
    int(value)


def rows(name: str, value: Any) -> None:
    if not isinstance(value, list):
        raise ValueError(f"A list is required in field {name}, not a {type(value).__name__}")


def version(name: str, value: Any) -> None:
    try:
        versionutils.VersionPredicate(value)
    except ValueError:
        raise ValueError(f"Version {value} is not a valid predicate in field {name}") from None


def one_of(*values: str) -> Check:
    return partial(_one_of, frozenset(values))


def _one_of(values: frozenset[str], name: str, value: Any) -> None:
    if value not in values:
        raise ValueError(f"Field value {value} is invalid")


def lower(*values: str, **others: str) -> Check:
    """One of the values in any case, or one of their other names."""
    known = frozenset(values) | others.keys()
    return lambda name, value: _one_of(known, name, value.lower())


def called(sentence: str, *values: str) -> Check:
    """One of the values in any case, or the sentence."""
    return partial(_called, sentence, frozenset(values))


def _called(sentence: str, values: frozenset[str], name: str, value: Any) -> None:
    if value.lower() not in values:
        raise ValueError(sentence.format(value))


BUS = one_of("fdc", "ide", "sata", "scsi", "usb", "virtio", "xen", "lxc", "uml")
SCSI = lower(
    "buslogic", "ibmvscsi", "lsilogic", "lsisas1068", "lsisas1078", "virtio-scsi", "vmpvscsi",
    "lsilogicsas", "paravirtual",
)  # fmt: skip
NETWORK_CARD = lower(
    "virtio", "ne2k_pci", "pcnet", "rtl8139", "e1000", "e1000e", "netfront", "spapr-vlan",
    "lan9118", "sriov", "vmxnet", "vmxnet3", "igb", "virtuale1000", "virtuale1000e",
    "virtualpcnet32", "virtualsriovethernetcard", "virtualvmxnet", "virtualvmxnet3",
)  # fmt: skip
ARCHITECTURE = called(
    "Architecture name '{}' is not valid",
    "alpha", "armv6", "armv7l", "armv7b", "aarch64", "cris", "i686", "ia64", "lm32", "m68k",
    "microblaze", "microblazeel", "mips", "mipsel", "mips64", "mips64el", "openrisc", "parisc",
    "parisc64", "ppc", "ppcle", "ppc64", "ppc64le", "ppcemb", "s390", "s390x", "sh4", "sh4eb",
    "sparc", "sparc64", "unicore32", "x86_64", "xtensa", "xtensaeb",
    "i386", "i486", "i586", "x86_32", "x86_32p", "amd64",
)  # fmt: skip
VIRTUALIZATION = called(
    "Hypervisor virt type '{}' is not valid",
    "baremetal", "bhyve", "docker", "fake", "hyperv", "ironic", "kqemu", "kvm", "lxc", "lxd",
    "openvz", "parallels", "phyp", "qemu", "test", "uml", "vbox", "vz", "vmware", "xen", "zvm",
    "prsm", "xapi",
)  # fmt: skip
MODE = called(
    "Virtual machine mode '{}' is not valid", "hvm", "xen", "uml", "exe", "pv", "hv", "baremetal"
)


def is_architecture(name: str) -> bool:
    """Whether it is the name of an architecture, by whatever name."""
    try:
        ARCHITECTURE("hw_architecture", name)
    except ValueError:
        return False
    return True


# In the order in which Nova reads them, which decides what is refused first.
# fmt: off
CHECKS: dict[str, Check] = {
    # property                            may be
    "hw_architecture":                    ARCHITECTURE,
    "hw_emulation_architecture":          ARCHITECTURE,
    "hw_auto_disk_config":                text,
    "hw_boot_menu":                       text,
    "hw_cdrom_bus":                       BUS,
    "hw_cpu_cores":                       number,
    "hw_cpu_sockets":                     number,
    "hw_cpu_max_cores":                   number,
    "hw_cpu_max_sockets":                 number,
    "hw_cpu_max_threads":                 number,
    "hw_cpu_policy":                      one_of("dedicated", "shared", "mixed"),
    "hw_cpu_thread_policy":               one_of("prefer", "isolate", "require"),
    "hw_cpu_realtime_mask":               text,
    "hw_cpu_threads":                     number,
    "hw_device_id":                       number,
    "hw_disk_bus":                        BUS,
    "hw_disk_type":                       text,
    "hw_floppy_bus":                      BUS,
    "hw_firmware_type":                   one_of("uefi", "bios"),
    "hw_firmware_stateless":              text,
    "hw_input_bus":                       one_of("usb", "virtio"),
    "hw_ipxe_boot":                       text,
    "hw_locked_memory":                   text,
    "hw_machine_type":                    text,
    "hw_mem_encryption":                  text,
    "hw_mem_encryption_model":            one_of("amd-sev", "amd-sev-es", "amd-sev-snp", "intel-tdx"),  # noqa: E501
    "hw_mem_page_size":                   text,
    "hw_numa_nodes":                      number,
    # Written with the number of a cell behind them; hardware/numa.py reads them.
    "hw_numa_cpus":                       text,
    "hw_numa_mem":                        text,
    "hw_pci_numa_affinity_policy":        one_of("required", "legacy", "preferred", "socket"),
    "hw_pointer_model":                   one_of("usbtablet"),
    "hw_pmu":                             text,
    "hw_qemu_guest_agent":                text,
    "hw_rescue_bus":                      BUS,
    "hw_rescue_device":                   one_of("cdrom", "disk", "floppy", "fs", "lun"),
    "hw_rng_model":                       one_of("virtio"),
    "hw_time_hpet":                       text,
    "hw_serial_port_count":               number,
    "hw_scsi_model":                      SCSI,
    "hw_video_model":                     one_of("cirrus", "qxl", "vga", "vmvga", "xen", "virtio", "gop", "none", "bochs"),  # noqa: E501
    "hw_video_ram":                       number,
    "hw_vif_model":                       NETWORK_CARD,
    "hw_viommu_model":                    one_of("intel", "smmuv3", "virtio", "auto"),
    "hw_vm_mode":                         MODE,
    "hw_watchdog_action":                 one_of("none", "pause", "poweroff", "reset", "disabled"),
    "hw_vif_multiqueue_enabled":          text,
    "hw_tpm_model":                       one_of("tpm-tis", "tpm-crb"),
    "hw_tpm_version":                     one_of("1.2", "2.0"),
    "hw_ephemeral_encryption":            text,
    "hw_ephemeral_encryption_format":     one_of("plain", "luks", "luksv2"),
    "hw_ephemeral_encryption_secret_uuid": text,
    "hw_virtio_packed_ring":              text,
    "hw_maxphysaddr_mode":                one_of("passthrough", "emulate"),
    "hw_maxphysaddr_bits":                number,
    "hw_sound_model":                     one_of("sb16", "es1370", "pcspk", "ac97", "ich6", "ich9", "usb", "virtio"),  # noqa: E501
    "hw_usb_model":                       one_of("none", "nec-xhci", "qemu-xhci"),
    "hw_redirected_usb_ports":            number,
    "img_bittorrent":                     text,
    "img_bdm_v2":                         text,
    "img_block_device_mapping":           rows,
    "img_cache_in_nova":                  text,
    "img_compression_level":              number,
    "img_hv_requested_version":           version,
    "img_hv_type":                        VIRTUALIZATION,
    "img_config_drive":                   one_of("optional", "mandatory"),
    "img_linked_clone":                   text,
    "img_mappings":                       rows,
    "img_owner_id":                       text,
    "img_root_device_name":               text,
    "img_use_agent":                      text,
    "img_version":                        number,
    "img_signature":                      text,
    "img_signature_hash_method":          one_of("SHA-224", "SHA-256", "SHA-384", "SHA-512"),
    "img_signature_certificate_uuid":     text,
    "img_signature_key_type":             one_of("DSA", "ECC_SECP384R1", "ECC_SECP521R1", "ECC_SECT409K1", "ECC_SECT409R1", "ECC_SECT571K1", "ECC_SECT571R1", "RSA-PSS"),  # noqa: E501
    "img_hide_hypervisor_id":             text,
    "os_admin_user":                      text,
    "os_command_line":                    text,
    "os_distro":                          text,
    "os_require_quiesce":                 text,
    "os_secure_boot":                     one_of("required", "disabled", "optional"),
    "os_skip_agent_inject_files_at_boot": text,
    "os_skip_agent_inject_ssh":           text,
    "os_type":                            lower("linux", "windows"),
    "traits_required":                    text,
}
OLD_NAMES = {
    # once                                   now
    "architecture":                          "hw_architecture",
    "owner_id":                              "img_owner_id",
    "vmware_disktype":                       "hw_disk_type",
    "vmware_image_version":                  "img_version",
    "vmware_ostype":                         "os_distro",
    "auto_disk_config":                      "hw_auto_disk_config",
    "ipxe_boot":                             "hw_ipxe_boot",
    "xenapi_device_id":                      "hw_device_id",
    "xenapi_image_compression_level":        "img_compression_level",
    "vmware_linked_clone":                   "img_linked_clone",
    "xenapi_use_agent":                      "img_use_agent",
    "xenapi_skip_agent_inject_ssh":          "os_skip_agent_inject_ssh",
    "xenapi_skip_agent_inject_files_at_boot": "os_skip_agent_inject_files_at_boot",
    "cache_in_nova":                         "img_cache_in_nova",
    "vm_mode":                               "hw_vm_mode",
    "bittorrent":                            "img_bittorrent",
    "mappings":                              "img_mappings",
    "block_device_mapping":                  "img_block_device_mapping",
    "bdm_v2":                                "img_bdm_v2",
    "root_device_name":                      "img_root_device_name",
    "hypervisor_version_requires":           "img_hv_requested_version",
    "hypervisor_type":                       "img_hv_type",
}
# fmt: on


def check(properties: Mapping[str, Any]) -> None:
    """Refuse the first property that cannot be read; InvalidRequest.

    Nova: nova.objects.ImageMetaProps.from_dict, by nova.compute.api._get_image_meta_obj.
    """
    try:
        for name, value in _read(properties):
            CHECKS[name](name, value)
    except ValueError as exc:
        raise InvalidRequest(f"Invalid image metadata. Error: {exc}") from None


def _read(properties: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The properties that Nova knows, by their names of today, in its order."""
    for once, now in OLD_NAMES.items():
        if once in properties:
            yield now, properties[once]
    adapter = properties.get("vmware_adaptertype")
    if adapter and adapter != "ide":
        yield "hw_scsi_model", adapter
    yield from ((name, properties[name]) for name in CHECKS if name in properties)
