"""What image properties may be, in Nova's words and order."""

import pytest

from compute.domain import image_values
from compute.domain.hardware.wishes import InvalidRequest


@pytest.mark.parametrize(
    ("properties", "sentence"),
    [
        ({"hw_disk_bus": "floppy"}, "Field value floppy is invalid"),
        ({"hw_disk_bus": "VIRTIO"}, "Field value VIRTIO is invalid"),
        ({"hw_cpu_cores": "many"}, "invalid literal for int() with base 10: 'many'"),
        ({"hw_architecture": "Z80"}, "Architecture name 'Z80' is not valid"),
        ({"architecture": "Z80"}, "Architecture name 'Z80' is not valid"),
        ({"hypervisor_type": "wine"}, "Hypervisor virt type 'wine' is not valid"),
        ({"vm_mode": "fast"}, "Virtual machine mode 'fast' is not valid"),
        (
            {"hypervisor_version_requires": "new"},
            "Version new is not a valid predicate in field img_hv_requested_version",
        ),
        ({"img_mappings": "x"}, "A list is required in field img_mappings, not a str"),
        ({"vmware_adaptertype": "Own"}, "Field value own is invalid"),
        # Old names are read before those of today, which are read in Nova's order.
        (
            {"hw_cpu_cores": "x", "hw_boot_menu": "x", "vm_mode": "y", "architecture": "z"},
            "Architecture name 'z' is not valid",
        ),
        (
            {"os_type": "beos", "hw_rng_model": "dice"},
            "Field value dice is invalid",
        ),
    ],
)
def test_a_property_that_cannot_be_read_is_refused(properties, sentence):
    with pytest.raises(InvalidRequest) as refused:
        image_values.check(properties)
    assert refused.value.text == f"Invalid image metadata. Error: {sentence}"


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"hw_vif_model": "VirtualE1000", "hw_scsi_model": "lsilogicSAS", "os_type": "Linux"},
        {"hw_architecture": "AMD64", "vm_mode": "HV", "img_hv_type": "XAPI"},
        {"hypervisor_version_requires": ">=2.6,<3", "hw_cpu_cores": " 7 ", "hw_boot_menu": "maybe"},
        {"vmware_adaptertype": "paraVirtual"},
        {"vmware_adaptertype": "ide"},
        {"colour": "blue", "trait:CUSTOM_X": "strange"},
    ],
)
def test_what_nova_reads_is_let_in(properties):
    image_values.check(properties)
