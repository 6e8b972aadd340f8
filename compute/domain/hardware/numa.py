"""The NUMA topology that a flavor and an image ask for, or why they cannot have one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from oslo_utils import strutils

from compute.domain.errors import BadRequest
from compute.domain.hardware import cpus, encryption, policies
from compute.domain.hardware.cells import (
    DEDICATED,
    ISOLATE,
    MIXED,
    REQUIRE,
    SHARED,
    GuestCell,
    Topology,
)
from compute.domain.hardware.wishes import MOST_CELLS, InvalidRequest, Wish, as_bool

# What is no size but a kind of page.
PAGES = {"small": -1, "large": -2, "any": -3}


class InvalidNodes(BadRequest):
    message = "The property 'numa_nodes' cannot be '{nodes}'. It must be a number greater than 0"


class TopologyForbidden(BadRequest):
    message = (
        "Image property '{name}' is not permitted to override NUMA configuration set against "
        "the flavor"
    )


class Incomplete(BadRequest):
    message = "CPU and memory allocation must be provided for all NUMA nodes"


class Asymmetric(BadRequest):
    message = (
        "Instance CPUs and/or memory cannot be evenly distributed across instance NUMA nodes. "
        "Explicit assignment of CPUs and memory to nodes is required"
    )


class CpuOutOfRange(BadRequest):
    message = "CPU number {cpu} is larger than max {most}"


class CpuTwice(BadRequest):
    message = "CPU number {cpu} is assigned to two nodes"


class CpusUnassigned(BadRequest):
    message = "CPU number {cpus} is not assigned to any node"


class MemoryOutOfRange(BadRequest):
    message = "{given} MB of memory assigned, but expected {wanted} MB"


class InvalidPageSize(BadRequest):
    message = "Invalid memory page size '{size}'"


class PageSizeForbidden(BadRequest):
    message = "Page size {size} forbidden against '{against}'"


class LockedMemoryForbidden(BadRequest):
    message = "locked_memory value in image or flavor is forbidden when mem_page_size is not set."


class LockedMemoryConflict(BadRequest):
    message = (
        "locked_memory value in image ({image}) and flavor ({flavor}) conflict. A consistent "
        "value is expected if both specified."
    )


class ThreadPolicyNeedsPinning(BadRequest):
    message = "Cannot set cpu thread pinning policy in a non dedicated cpu pinning policy"


class EmulatorNeedsPinning(BadRequest):
    message = "An isolated CPU emulator threads option requires a dedicated CPU policy option."


class MaskNeedsMixed(BadRequest):
    message = "Cannot specify 'hw:cpu_dedicated_mask' without the 'mixed' policy."


class RealtimeNeedsPinning(BadRequest):
    message = "Cannot set realtime policy in a non dedicated cpu pinning policy"


class OneMaskNeeded(BadRequest):
    message = (
        "Dedicated CPU set can be specified from either 'hw:cpu_dedicated_mask' or "
        "'hw:cpu_realtime_mask' when using 'mixed' CPU policy. 'hw:cpu_dedicated_mask' and "
        "'hw:cpu_realtime_mask' can not be specified at the same time, or be specified with none "
        "of them."
    )


def wanted(wish: Wish) -> Topology | None:
    """The topology to be fitted, None when nothing asks for one; BadRequest in Nova's order."""
    policy, threads, dedicated = _pinning(wish)
    emulator = policies.emulator_policy(wish)
    nodes = _nodes(wish)
    pagesize = page_size(wish)
    _check_locked_memory(wish)
    has_pinned = policy in (DEDICATED, MIXED)
    if not (nodes or pagesize or wish.specs.get("hw:pmem") or has_pinned):
        return None
    own: frozenset[int] = dedicated or frozenset()
    if policy == DEDICATED:
        own = frozenset(range(wish.vcpus))
    cells = [
        replace(cell, pagesize=pagesize, policy=policy, thread_policy=threads)
        for cell in _cells(wish, nodes or 1, own)
    ]
    return Topology(tuple(cells), emulator)


def _pinning(
    wish: Wish,
) -> tuple[str | None, str | None, frozenset[int] | None]:
    """The policies and a mixed guest's own processors, if all that is said goes together."""
    policy, threads = policies.policy(wish), policies.thread_policy(wish)
    realtime, dedicated = policies.realtime_cpus(wish), policies.dedicated_cpus(wish)
    emulator = policies.emulator_policy(wish)
    policy = _policy_of_resources(wish, policy, emulator)
    trait = policies.hyperthreading(wish)
    if threads and trait:
        raise InvalidRequest(
            "It is not possible to use the 'trait:HW_CPU_HYPERTHREADING' extra spec in combination "
            "with the 'hw:cpu_thread_policy' extra spec or 'hw_cpu_thread_policy' image metadata "
            "property; use one or the other"
        )
    threads = {"forbidden": ISOLATE, "required": REQUIRE}.get(trait or "", threads)
    if policy in (SHARED, None):
        if threads:
            raise ThreadPolicyNeedsPinning
        if emulator == ISOLATE:
            raise EmulatorNeedsPinning
        if dedicated:
            raise MaskNeedsMixed
        if realtime:
            raise RealtimeNeedsPinning
    elif policy == DEDICATED:
        if dedicated:
            raise MaskNeedsMixed
    else:
        if bool(realtime) == bool(dedicated):
            raise OneMaskNeeded
        dedicated = dedicated or realtime
    return policy, threads, dedicated


def _policy_of_resources(wish: Wish, policy: str | None, emulator: str | None) -> str | None:
    """The policy that the flavor says by the names of resources."""
    vcpus, pcpus = policies.explicit_cpus(wish)
    if policy and (vcpus or pcpus):
        raise InvalidRequest(
            "It is not possible to use the 'resources:VCPU' or 'resources:PCPU' extra specs in "
            "combination with the 'hw:cpu_policy' extra spec or 'hw_cpu_policy' image metadata "
            "property; use one or the other"
        )
    if vcpus and pcpus:
        raise InvalidRequest(
            "It is not possible to specify both 'resources:VCPU' and 'resources:PCPU' extra specs; "
            "use one or the other"
        )
    if pcpus:
        if emulator == ISOLATE and wish.vcpus + 1 != pcpus:
            raise InvalidRequest(
                "You have requested 'hw:emulator_threads_policy=isolate' but have not requested "
                "sufficient PCPUs to handle this policy; you must allocate exactly flavor.vcpus + "
                "1 PCPUs."
            )
        if emulator != ISOLATE and wish.vcpus != pcpus:
            raise InvalidRequest(
                "There is a mismatch between the number of PCPUs requested via 'resourcesNN:PCPU' "
                "and the flavor); you must allocate exactly flavor.vcpus PCPUs"
            )
        return DEDICATED
    return SHARED if vcpus else policy


def _nodes(wish: Wish) -> int | None:
    of_flavor, of_image = wish.both("numa_nodes")
    if of_flavor and of_image:
        raise TopologyForbidden(name="hw_numa_nodes")
    nodes = of_flavor or of_image
    if nodes is None:
        return None
    if not strutils.is_int_like(nodes) or int(nodes) < 1:
        raise InvalidNodes(nodes=nodes)
    return int(nodes)


def page_size(wish: Wish) -> int | None:
    """KiB, or one of PAGES' numbers; an image may only choose where the flavor leaves it open."""
    of_flavor, of_image = wish.both("mem_page_size")
    if not of_flavor:
        if of_image:
            raise PageSizeForbidden(size=of_image, against="<empty>")
        return None
    size = _page_size(str(of_flavor))
    if not of_image:
        return size
    if size not in (PAGES["any"], PAGES["large"]):
        raise PageSizeForbidden(size=of_image, against=of_flavor)
    return _page_size(str(of_image))


def _page_size(text: str) -> int:
    if text in PAGES:
        return PAGES[text]
    if text.isdigit():
        return int(text)
    try:
        return int(strutils.string_to_bytes(text, return_int=True) / 1024)
    except ValueError:
        raise InvalidPageSize(size=text) from None


def _check_locked_memory(wish: Wish) -> None:
    of_flavor, of_image = (as_bool(value) for value in wish.both("locked_memory"))
    if None not in (of_flavor, of_image) and of_flavor != of_image:
        raise LockedMemoryConflict(image=of_image, flavor=of_flavor)
    locked = of_image if of_flavor is None else of_flavor
    if locked and not any(wish.both("mem_page_size")):
        raise LockedMemoryForbidden
    if not locked:
        # Nova: encrypted memory is locked, too; so it is looked at where there is no image.
        encryption.wanted(wish)


def _cells(wish: Wish, nodes: int, own: frozenset[int]) -> list[GuestCell]:
    """The cells as the wish lists them, else the same for each."""
    cpu_sets = _listed(wish, "numa_cpus", cpus.parse)
    memories = _listed(wish, "numa_mem", int)
    if cpu_sets is None and memories is None:
        return _even_cells(wish, nodes, own)
    if cpu_sets is None or memories is None or not len(cpu_sets) == len(memories) == nodes:
        raise Incomplete
    left = set(range(wish.vcpus))
    for cpu in (cpu for chosen in cpu_sets for cpu in sorted(chosen)):
        if cpu >= wish.vcpus:
            raise CpuOutOfRange(cpu=cpu, most=wish.vcpus - 1)
        if cpu not in left:
            raise CpuTwice(cpu=cpu)
        left.remove(cpu)
    if left:
        raise CpusUnassigned(cpus=left)
    if sum(memories) != wish.memory_mb:
        raise MemoryOutOfRange(given=sum(memories), wanted=wish.memory_mb)
    return [
        GuestCell(number, chosen - own, chosen & own, memory)
        for number, (chosen, memory) in enumerate(zip(cpu_sets, memories, strict=True))
    ]


def _even_cells(wish: Wish, nodes: int, own: frozenset[int]) -> list[GuestCell]:
    if wish.vcpus % nodes or wish.memory_mb % nodes:
        raise Asymmetric
    each = wish.vcpus // nodes
    sets = [frozenset(range(number * each, (number + 1) * each)) for number in range(nodes)]
    return [
        GuestCell(number, chosen - own, chosen & own, wish.memory_mb // nodes)
        for number, chosen in enumerate(sets)
    ]


def _listed(wish: Wish, name: str, read: Callable[[str], Any]) -> list[Any] | None:
    """The values of name.0, name.1 … of the flavor, else of the image; not of both."""
    found = []
    for source, prefix in ((wish.specs, "hw:"), (wish.properties, "hw_")):
        values = []
        for number in range(MOST_CELLS):
            value = source.get(f"{prefix}{name}.{number}")
            if value is None:
                break
            values.append(read(str(value)))
        found.append(values)
    of_flavor, of_image = found
    if of_flavor and of_image:
        raise TopologyForbidden(name=f"hw_{name}")
    return of_flavor or of_image or None
