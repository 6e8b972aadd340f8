"""Values of query parameters that several resources read: resources, traits, aggregates."""

from collections.abc import Sequence

from cloud.placement.api.faults import Fault
from versioned.formats import is_uuid_like
from versioned.versions import Version

FORBIDDEN_TRAITS_SINCE: Version = (1, 22)
SEVERAL_MEMBER_OF_SINCE: Version = (1, 24)
FORBIDDEN_AGGREGATES_SINCE: Version = (1, 32)
ANY_TRAITS_SINCE: Version = (1, 39)

AnyOf = list[frozenset[str]]
_TWO_TRAITS = "HW_CPU_X86_VMX,CUSTOM_MAGIC"
_INVALID = "Invalid query string parameters: "


def resources(text: str) -> dict[str, int]:
    """Read "VCPU:2,MEMORY_MB:1024"."""
    expected = (
        "Badly formed resources parameter. Expected resources query string parameter in form: "
        "?resources=VCPU:2,MEMORY_MB:1024. Got: "
    )
    if not text.strip():
        raise Fault(400, f"{expected}empty string.")
    found: dict[str, int] = {}
    for part in text.split(","):
        pieces = part.split(":")
        if len(pieces) != 2:
            raise Fault(400, f"{expected}{part}.")
        name, number = pieces
        try:
            amount = int(number)
        except ValueError:
            raise Fault(
                400,
                f"Requested resource {name} expected positive integer amount. Got: {number}.",
            ) from None
        if amount < 1:
            raise Fault(400, f"Requested resource {name} requires amount >= 1. Got: {amount}.")
        found[name] = amount
    return found


def traits(values: Sequence[str], version: Version) -> tuple[AnyOf, frozenset[str]]:
    """Read the values of `required`: traits of which each set must be met, and forbidden ones."""
    if version < ANY_TRAITS_SINCE:
        # A parameter that is repeated counts once, by its last value.
        values = values[-1:]
    required: AnyOf = []
    forbidden: set[str] = set()
    for value in values:
        more, not_these = traits_of_one(
            value,
            may_forbid=version >= FORBIDDEN_TRAITS_SINCE,
            may_choose=version >= ANY_TRAITS_SINCE,
        )
        required += more
        forbidden |= not_these
    return required, frozenset(forbidden)


def traits_of_one(text: str, *, may_forbid: bool, may_choose: bool) -> tuple[AnyOf, set[str]]:
    """Read "A,!B" (A and not B) or "in:A,B" (either)."""
    if text.startswith("in:"):
        return [_any_trait(text, may_choose=may_choose)], set()
    names = [name.strip() for name in text.split(",")]
    # Placement: "!!A" is read as "!A", and stays so.
    forbidden = {name.lstrip("!") for name in names if name.startswith("!")}
    if not all(names) or not all(forbidden):
        form = "HW_CPU_X86_VMX,!CUSTOM_MAGIC" if may_forbid else _TWO_TRAITS
        raise Fault(
            400,
            f"{_INVALID}Expected 'required' parameter value of the form: {form}. "
            f"Got an empty trait in: {text}",
        )
    if forbidden and not may_forbid:
        raise Fault(
            400,
            f"{_INVALID}Expected 'required' parameter value of the form: {_TWO_TRAITS}. "
            f"Got: {text}",
        )
    return [frozenset((name,)) for name in names if not name.startswith("!")], forbidden


def _any_trait(text: str, *, may_choose: bool) -> frozenset[str]:
    form = f"in:{_TWO_TRAITS}"
    if not may_choose:
        raise Fault(
            400,
            f"{_INVALID}The format '{form}' only supported since microversion 1.39. Got: {text}",
        )
    names = frozenset(name.strip() for name in text[3:].split(","))
    if not all(names):
        raise Fault(
            400,
            f"{_INVALID}Expected 'required' parameter value of the form: {form}. "
            f"Got an empty trait in: {text}",
        )
    if any(name.startswith("!") for name in names):
        raise Fault(
            400,
            f"{_INVALID}The format '{form}' does not support forbidden traits. Got: {text}",
        )
    return names


def aggregates(
    values: Sequence[str], version: Version, suffix: str = ""
) -> tuple[AnyOf, frozenset[str]]:
    """Read the values of `member_of`: sets of which each must be met, and forbidden ones."""
    if len(values) > 1 and version < SEVERAL_MEMBER_OF_SINCE:
        raise Fault(400, f"Multiple member_of{suffix} parameters are not supported")
    required: AnyOf = []
    forbidden: frozenset[str] = frozenset()
    for value in values:
        members, is_forbidden = _aggregates_of_one(value)
        if not is_forbidden:
            required.append(members)
        elif version < FORBIDDEN_AGGREGATES_SINCE:
            raise Fault(
                400,
                f"Forbidden member_of{suffix} parameters are not supported "
                "in the specified microversion",
            )
        else:
            forbidden |= members
    return required, forbidden


def _aggregates_of_one(text: str) -> tuple[frozenset[str], bool]:
    """Read "A", "in:A,B", "!A" or "!in:A,B"."""
    if "," in text and not text.startswith(("in:", "!in:")):
        raise Fault(
            400,
            "Multiple values for 'member_of' must be prefixed with the 'in:' or '!in:' keyword "
            f"using the valid microversion. Got: {text}",
        )
    is_forbidden = text.startswith("!")
    members = frozenset(text.removeprefix("!").removeprefix("in:").split(","))
    for member in members:
        if not is_uuid_like(member):
            raise Fault(
                400,
                f"{_INVALID}Expected 'member_of' parameter to contain valid UUID(s). Got: {member}",
            )
    return members, is_forbidden


def tree(text: str) -> str:
    """Read the uuid of a provider whose tree is meant."""
    uuid = text.strip()
    if not is_uuid_like(uuid):
        raise Fault(
            400,
            f"{_INVALID}Expected 'in_tree' parameter to be a format of uuid. Got: {text}",
        )
    return uuid
