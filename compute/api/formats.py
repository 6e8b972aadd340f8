"""The formats that Nova's schemas name: predicates over JSON values."""

import base64
import binascii
import ipaddress
import re
import unicodedata
from collections.abc import Callable
from typing import Any

import netaddr
import rfc3986

from compute.api.times import parse_isotime
from versioned.formats import is_uuid_like


class InvalidName(Exception):
    """A name with characters that Nova does not print."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"An invalid 'name' value was provided. The name must be: {reason}")


def is_printable(char: str) -> bool:
    category = unicodedata.category(char)
    return not category.startswith("C") and (not category.startswith("Z") or category == "Zs")


def _is_visible(char: str) -> bool:
    return is_printable(char) and unicodedata.category(char) != "Zs"


def _text(check: Callable[[str], bool]) -> Callable[[Any], bool]:
    """A format says nothing about values that are no strings."""
    return lambda value: not isinstance(value, str) or check(value)


def _is_regex(value: str) -> bool:
    # Nova: the empty pattern gives nothing to match on.
    if not value:
        return False
    try:
        re.compile(value)
    except re.error:
        return False
    return True


def _is_time(value: str) -> bool:
    try:
        parse_isotime(value)
    except ValueError:
        return False
    return True


def _is_base64(value: str) -> bool:
    try:
        base64.b64decode(value.encode(), validate=False)
    except (binascii.Error, ValueError):
        return False
    return True


def _is_cidr(value: str) -> bool:
    try:
        netaddr.IPNetwork(value)
    except (netaddr.AddrFormatError, ValueError):
        return False
    return "/" in value and not re.search(r"\s", value)


def is_uuid(value: Any) -> bool:
    """Nova: anything whose hex digits make a uuid, whatever its dashes, braces or case."""
    return isinstance(value, str) and is_uuid_like(value)


def _is_uri(value: str) -> bool:
    validator = (
        rfc3986.validators.Validator()
        .require_presence_of("scheme", "host")
        .check_validity_of("scheme", "userinfo", "host", "path", "query", "fragment")
    )
    try:
        validator.validate(rfc3986.uri_reference(value))
    except rfc3986.exceptions.RFC3986Exception:
        return False
    return True


def _is_ip(version: int) -> Callable[[str], bool]:
    def check(value: str) -> bool:
        try:
            return ipaddress.ip_address(value).version == version
        except ValueError:
            return False

    return check


def _name(reason: str, *, padded: bool, without: str = "") -> Callable[[Any], bool]:
    """Nova: names that are no strings, or hold what is not printable, say so in words."""

    def check(value: Any) -> bool:
        if isinstance(value, str) and _is_name(value, padded=padded, without=without):
            return True
        raise InvalidName(reason)

    return check


def _is_name(value: str, *, padded: bool, without: str) -> bool:
    # Nova: its patterns end with `$`, which lets one newline at the end pass.
    value = value.removesuffix("\n")
    if any(char in without or (ord(char) < 0xFFFF and not is_printable(char)) for char in value):
        return False
    if any(ord(char) >= 0xFFFF for char in value):
        # Nova: its character classes end at the basic plane.
        return False
    if padded:
        return any(_is_visible(char) for char in value)
    return not value or (_is_visible(value[0]) and _is_visible(value[-1]))


FORMATS: dict[str, Callable[[Any], bool]] = {
    "regex": _text(_is_regex),
    "date-time": _text(_is_time),
    "base64": _text(_is_base64),
    "cidr": _text(_is_cidr),
    "uuid": _text(is_uuid),
    "uri": _text(_is_uri),
    "ipv4": _text(_is_ip(4)),
    "ipv6": _text(_is_ip(6)),
    "name": _name("printable characters. Can not start or end with whitespace.", padded=False),
    "name_with_leading_trailing_spaces": _name(
        "printable characters with at least one non space character", padded=True
    ),
    "az_name": _name(
        "printable characters except :.Can not start or end with whitespace.",
        padded=False,
        without=":",
    ),
    "az_name_with_leading_trailing_spaces": _name(
        "printable characters except :, with at least one non space character",
        padded=True,
        without=":",
    ),
}
