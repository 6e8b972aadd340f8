"""What the known extra specs accept."""

import pytest

from compute.api.extra_specs import check
from compute.domain.errors import BadRequest

# fmt: off
ACCEPTED = [
    # name, value
    ("colour",                          "red"),
    ("unknown:namespace",               "whatever"),
    ("hw:numa_nodes",                   "2"),
    ("hw:numa_cpus.0",                  "0-3,^2"),
    ("hw:mem_page_size",                "2MB"),
    ("hw:cpu_realtime",                 " Yes "),
    ("hide_hypervisor_id",              "off"),
    ("resources:VCPU",                  "1"),
    ("resources_mine:CUSTOM_THING",     "1"),
    ("trait:HW_CPU_X86_AVX",            "required"),
    ("trait1:CUSTOM_THING",             "forbidden"),
    ("capabilities:cpu_info:features",  "<in> avx"),
    ("aggregate_instance_extra_specs:any thing", "x"),
    ("pci_passthrough:alias",           "gpu:1, nic:2"),
]
REFUSED = [
    # name, value, sentence
    ("hw:numa_nodes",        "two",   "'two' is not a valid integer value."),
    ("hw:numa_nodes",        "0",     "'0' is less than the min value of '1'."),
    ("hw:redirected_usb_ports", "16", "'16' is greater than the max value of '15'."),
    ("hw:cpu_policy",        "own",   "'own' is not one of: dedicated, shared, mixed."),
    ("hw:cpu_realtime",      "maybe", "'maybe' is not a valid boolean-like value."),
    ("hw:mem_page_size",     "huge",  r"'huge' is not of the format '(large|small|any|\d+([kKMGT]i?)?(b|bit|B)?)'."),  # noqa: E501
    ("hw:colour",            "red",   "extra spec 'hw:colour' does not appear to be a valid extra spec."),  # noqa: E501
    ("trait:HW_NO_SUCH",     "required", "extra spec 'trait:HW_NO_SUCH' does not appear to be a valid extra spec."),  # noqa: E501
]
# fmt: on


@pytest.mark.parametrize(("name", "value"), ACCEPTED)
def test_these_are_accepted(name, value):
    check(name, value)


@pytest.mark.parametrize(("name", "value", "sentence"), REFUSED)
def test_these_are_refused(name, value, sentence):
    with pytest.raises(BadRequest) as refused:
        check(name, value)
    assert refused.value.text == f"Validation failed; {sentence}"
