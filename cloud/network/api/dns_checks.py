"""Checks of names and domains in the DNS."""

import re
from typing import Any

from cloud.network.api import checks

# What a name and the domain that completes it may be, together.
LONGEST = 255
# Neutron: takes no names for ports where operators have left this as it comes ("openstacklocal.").
DOMAIN = "cloud.test."
_LABEL = re.compile(r"^([a-z0-9-]{1,63}|<project_id>|<project_name>|<user_name>|<user_id>)$")
_is_text = checks.text()


def _form(value: Any) -> str | None:
    """Whether a name is one, relative or not."""
    if not value:
        return None
    trimmed = str(value).removesuffix(".")
    reason = _label(trimmed)
    return f"'{value}' not a valid PQDN or FQDN. Reason: {reason}" if reason else None


def _label(trimmed: str) -> str | None:
    if len(trimmed) > LONGEST:
        return f"'{trimmed}' exceeds the {LONGEST} character FQDN limit"
    labels = trimmed.split(".")
    for label in labels:
        if not label:
            return "Encountered an empty component"
        if label.startswith("-") or label.endswith("-"):
            return f"Name '{label}' must not start or end with a hyphen"
        if not _LABEL.match(label):
            return (
                f"Name '{label}' must be 1-63 characters long, each of which can only be "
                "alphanumeric or a hyphen"
            )
    if len(labels) > 1 and labels[-1].isdigit():
        return f"TLD '{labels[-1]}' must not be all numeric"
    return None


def name(value: Any) -> str | None:
    """The name of a port: one that the domain completes, or that ends with it."""
    reason = _form(value)
    if reason or not value:
        return reason
    above = f".{DOMAIN}"
    if not value.endswith("."):
        if len(value) + len(above) <= LONGEST:
            return None
        return (
            f"The dns_name passed is a PQDN and its size is '{len(value)}'. The dns_domain option "
            f"in neutron.conf is set to {DOMAIN}, with a length of '{len(above)}'. When the two "
            "are concatenated to form a FQDN (with a '.' at the end), the resulting length "
            f"exceeds the maximum size of '{LONGEST}'"
        )
    if len(value) > len(above) and value.endswith(above):
        return None
    return (
        "The dns_name passed is a FQDN. Its higher level labels must be equal to the dns_domain "
        f"option in neutron.conf, that has been set to '{DOMAIN}'. It must also include one or "
        f"more valid DNS labels to the left of '{DOMAIN}'"
    )


def floating_ip_name(value: Any) -> str | None:
    """The name of a floating ip: one that a domain completes."""
    reason = _is_text(value)
    if reason or not value:
        return reason
    if value.endswith("."):
        return f"'{value}' is a FQDN. It should be a relative domain name"
    reason = _form(value)
    if reason is None and len(value) > LONGEST - 3:
        return (
            f"'{value}' contains {len(value)} characters. Adding a domain name will cause it to "
            f"exceed the maximum length of a FQDN of '{LONGEST}'"
        )
    return reason


def domain(value: Any) -> str | None:
    reason = _is_text(value)
    if reason or not value:
        return reason
    if not value.endswith("."):
        return f"'{value}' is not a FQDN"
    reason = _form(value)
    if reason is None and len(value) > LONGEST - 2:
        return (
            f"'{value}' contains {len(value)} characters. Adding a sub-domain will cause it to "
            f"exceed the maximum length of a FQDN of '{LONGEST}'"
        )
    return reason
