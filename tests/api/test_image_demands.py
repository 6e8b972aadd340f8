"""Flavors and images that ask for hardware: what they may not say, or contradict each other in."""

import pytest

from compute.models import Server
from tests.api.servers import action, boot, elsewhere, settle, shown
from tests.api.test_hardware import flavor, order


def describe(root, **properties):
    """Give the image these properties; its id."""
    (image, *_) = elsewhere(root, "GET", "/image/v2/images").json["images"]
    patch = [{"op": "add", "path": f"/{k}", "value": text} for k, text in properties.items()]
    kind = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
    where = f"/image/v2/images/{image['id']}"
    assert elsewhere(root, "PATCH", where, patch, headers=kind).status == 200
    return image["id"]


SEV = {"hw_mem_encryption": "true", "hw_firmware_type": "uefi"}


@pytest.mark.parametrize(
    ("specs", "properties", "sentence"),
    [
        (
            {"hw:mem_encryption": "false"},
            SEV,
            "Flavor big has hw:mem_encryption extra spec explicitly set to false, conflicting with "
            "image cirros-0.6.3-x86_64-disk which has hw_mem_encryption property explicitly set to "
            "True",
        ),
        (
            {"hw:mem_encryption_model": "amd-sev"},
            {**SEV, "hw_mem_encryption_model": "amd-sev-es"},
            "Flavor big has hw:mem_encryption_model extra spec explicitly set to amd-sev, "
            "conflicting with image cirros-0.6.3-x86_64-disk which has hw_mem_encryption_model "
            "property explicitly set to amd-sev-es",
        ),
        (
            {},
            {**SEV, "hw_machine_type": "pc"},
            "Machine type 'pc' is not compatible with image cirros-0.6.3-x86_64-disk ($IMAGE): q35 "
            "type is required for amd-sev to work",
        ),
        (
            {"hw:mem_encryption_model": "amd-sev-snp"},
            SEV,
            "The amd-sev-snp memory encryption model requires stateless firmware but the image "
            "metadata doesn't have the 'hw_firmware_stateless' property set to True",
        ),
        (
            {"hw:mem_encryption_model": "intel-tdx"},
            {**SEV, "hw_firmware_stateless": "true"},
            "The intel-tdx memory encryption model is incompatible with an attached video device. "
            "Set the 'hw_video_model' image property to 'none' to disable it",
        ),
    ],
)
def test_encrypted_memory_needs_an_image_that_is_made_for_it(
    cloud, api, root, specs, properties, sentence
):
    image = describe(root, **properties)
    answer = order(api, flavor(**specs))
    assert (answer.status, answer.error) == (400, sentence.replace("$IMAGE", image))
    assert not Server.objects.exists()


@pytest.mark.parametrize(
    ("specs", "properties", "sentence"),
    [
        (
            {"hw:ephemeral_encryption": "no"},
            {"hw_ephemeral_encryption": "true"},
            "Flavor big has hw:ephemeral_encryption extra spec explicitly set to no, conflicting "
            "with image cirros-0.6.3-x86_64-disk which has hw_eph_encryption property explicitly "
            "set to True",
        ),
        (
            {"hw:ephemeral_encryption": "yes", "hw:ephemeral_encryption_format": "luks"},
            {"hw_ephemeral_encryption_format": "plain"},
            "Flavor big has hw:ephemeral_encryption_format extra spec explicitly set to luks, "
            "conflicting with image cirros-0.6.3-x86_64-disk which has "
            "hw_ephemeral_encryption_format explicitly set to plain.",
        ),
    ],
)
def test_flavor_and_image_agree_on_encrypted_disks(cloud, api, root, specs, properties, sentence):
    describe(root, **properties)
    answer = order(api, flavor(**specs))
    assert (answer.status, answer.error) == (400, sentence)


def test_encrypted_memory_is_asked_of_hosts_that_have_the_model(cloud, api, root):
    describe(root, **SEV, hw_firmware_stateless="true", hw_mem_encryption_model="amd-sev-snp")
    made = order(api, flavor(**{"hw:mem_encryption": "true"}))
    settle()
    server = shown(api, made.json["server"]["id"])
    # No simulated host encrypts.
    assert (server["status"], server["fault"]["message"]) == ("ERROR", "No valid host was found. ")


def test_an_image_that_nova_cannot_read_boots_nothing(cloud, api, root):
    describe(root, hw_disk_bus="strange")
    answer = order(api, flavor())
    sentence = "Invalid image metadata. Error: Field value strange is invalid"
    assert (answer.status, answer.error) == (400, sentence)


def test_no_device_profile_is_known_without_a_service_of_accelerators(cloud, api):
    answer = order(api, flavor(**{"accel:device_profile": "gpu"}))
    assert answer.status == 400
    assert answer.error.startswith("Device profile name gpu: Could not communicate with Cyborg")
    assert not Server.objects.exists()


def test_an_image_may_not_undo_what_the_flavor_says(cloud, api, root):
    describe(root, hw_cpu_policy="dedicated")
    answer = order(api, flavor(**{"hw:cpu_policy": "shared"}))
    assert (answer.status, answer.error) == (
        400,
        "Image property 'hw_cpu_policy' is not permitted to override CPU pinning policy set "
        "against the flavor",
    )


def test_an_image_that_nova_cannot_read_rescues_nothing(cloud, api, root):
    server = boot(api)
    describe(root, hw_disk_bus="strange")
    image = api.get("/images").json["images"][0]["id"]
    body = {"rescue": {"rescue_image_ref": image}}
    answer = action(api, server, body)
    assert (answer.status, answer.error) == (
        500,
        "Unexpected API Error. Please contact the administrator\n<class 'ValueError'>",
    )
    assert shown(api, server)["status"] == "ACTIVE"
