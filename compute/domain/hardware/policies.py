"""Which processors a guest wants for itself: the cpu policies of flavors and images."""

import re

from compute.domain.errors import BadRequest
from compute.domain.hardware import cpus
from compute.domain.hardware.cells import DEDICATED, ISOLATE, MIXED, PREFER, REQUIRE, SHARED
from compute.domain.hardware.wishes import Wish, as_bool

POLICIES = (DEDICATED, SHARED, MIXED)
THREAD_POLICIES = (PREFER, ISOLATE, REQUIRE)
EMULATOR_POLICIES = ("share", ISOLATE)
HYPERTHREADING = "HW_CPU_HYPERTHREADING"


class InvalidPolicy(BadRequest):
    message = (
        "CPU policy requested from '{source}' is invalid, given: '{requested}', "
        "available: '{available}'."
    )


class InvalidThreadPolicy(BadRequest):
    message = (
        "CPU thread policy requested from '{source}' is invalid, given: '{requested}', "
        "available: '{available}'."
    )


class InvalidEmulatorPolicy(BadRequest):
    message = (
        "CPU emulator threads option requested is invalid, given: '{requested}', "
        "available: '{available}'."
    )


class PinningForbidden(BadRequest):
    message = (
        "Image property 'hw_cpu_policy' is not permitted to override CPU pinning policy set "
        "against the flavor"
    )


class ThreadPolicyForbidden(BadRequest):
    message = (
        "Image property 'hw_cpu_thread_policy' is not permitted to override CPU thread pinning "
        "policy set against the flavor"
    )


class InvalidRealtimeMask(BadRequest):
    message = (
        "Use of realtime CPUs requires either one or more non-realtime CPU(s) or offloaded "
        "emulator threads."
    )


class InvalidDedicatedMask(BadRequest):
    message = (
        "Mixed instance must have at least 1 pinned vCPU and 1 unpinned vCPU. See "
        "'hw:cpu_dedicated_mask'."
    )


def policy(wish: Wish) -> str | None:
    """dedicated, shared or mixed; an image may not ask for more than the flavor allows."""
    of_flavor, of_image = wish.both("cpu_policy")
    for source, value in (("flavor extra specs", of_flavor), ("image properties", of_image)):
        if value and value not in POLICIES:
            raise InvalidPolicy(source=source, requested=value, available=POLICIES)
    if of_flavor == DEDICATED:
        return DEDICATED
    forbidden = {MIXED: (DEDICATED,), SHARED: (MIXED, DEDICATED)}.get(of_flavor, ())
    if of_image in forbidden:
        raise PinningForbidden
    return of_flavor or of_image or None


def thread_policy(wish: Wish) -> str | None:
    """prefer, isolate or require; only a flavor that merely prefers may be overruled."""
    of_flavor, of_image = wish.both("cpu_thread_policy")
    for source, value in (("flavor extra specs", of_flavor), ("image properties", of_image)):
        if value and value not in THREAD_POLICIES:
            raise InvalidThreadPolicy(source=source, requested=value, available=THREAD_POLICIES)
    if of_flavor in (None, PREFER):
        return of_flavor or of_image
    if of_image and of_image != of_flavor:
        raise ThreadPolicyForbidden
    return str(of_flavor)


def emulator_policy(wish: Wish) -> str | None:
    """Whether the emulator's threads get a processor of their own (isolate)."""
    asked = wish.specs.get("hw:emulator_threads_policy")
    if asked and asked not in EMULATOR_POLICIES:
        raise InvalidEmulatorPolicy(requested=asked, available=EMULATOR_POLICIES)
    return asked or None


def realtime_cpus(wish: Wish) -> frozenset[int] | None:
    """The guest's processors that run in real time, None when it asks for none."""
    if not as_bool(wish.specs.get("hw:cpu_realtime")):
        return None
    of_flavor, of_image = wish.both("cpu_realtime_mask")
    mask = of_image or of_flavor
    everything = frozenset(range(wish.vcpus))
    chosen = cpus.masked(str(mask), wish.vcpus) if mask else everything
    if not chosen or (chosen == everything and not emulator_policy(wish)):
        raise InvalidRealtimeMask
    if not chosen <= everything:
        raise InvalidRealtimeMask(
            "Realtime policy vCPU(s) mask is configured with RT vCPUs that are not a subset of the "
            "vCPUs in the flavor. See hw:cpu_realtime_mask or hw_cpu_realtime_mask"
        )
    return chosen


def dedicated_cpus(wish: Wish) -> frozenset[int] | None:
    """Which of a mixed guest's processors are its own, None when the flavor does not say."""
    mask = wish.specs.get("hw:cpu_dedicated_mask")
    if not mask:
        return None
    chosen = cpus.masked(str(mask), wish.vcpus)
    everything = frozenset(range(wish.vcpus))
    if not chosen or not everything - chosen:
        raise InvalidDedicatedMask
    if not chosen <= everything:
        raise InvalidDedicatedMask(
            "Mixed instance dedicated vCPU(s) mask is not a subset of vCPUs in the flavor. See "
            '"hw:cpu_dedicated_mask"'
        )
    return chosen


def explicit_cpus(wish: Wish) -> tuple[int, int]:
    """The VCPUs and PCPUs that the flavor names as resources, in whatever group."""
    found = {"VCPU": 0, "PCPU": 0}
    for name, value in wish.specs.items():
        match = re.match(r"resources(?:[1-9][0-9]*)?:(VCPU|PCPU)", name)
        if match and str(value).strip().lstrip("+-").isdigit():
            found[match[1]] += int(value)
    return found["VCPU"], found["PCPU"]


def hyperthreading(wish: Wish) -> str | None:
    """Whether that trait is "required" or "forbidden" by name."""
    for name, value in wish.specs.items():
        if re.match(rf"trait(?:[1-9][0-9]*)?:{HYPERTHREADING}", name):
            return str(value)
    return "required" if wish.properties.get(f"trait:{HYPERTHREADING}") == "required" else None
