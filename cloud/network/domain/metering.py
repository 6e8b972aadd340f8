"""Metering labels and rules."""

from ipaddress import ip_network
from typing import Any

from django.db import transaction

from cloud.network import errors
from cloud.network.domain import standard
from cloud.network.models import MeteringLabel, MeteringLabelRule

Values = dict[str, Any]
PREFIXES = ("remote_ip_prefix", "source_ip_prefix", "destination_ip_prefix")


def create(values: Values) -> MeteringLabel:
    return standard.add(MeteringLabel, standard.columns(values, MeteringLabel))


def remove(label: MeteringLabel) -> None:
    """Delete a label with its rules."""
    with transaction.atomic():
        MeteringLabelRule.objects.filter(metering_label=label).delete()
        standard.discard(label)


def add_rule(label: MeteringLabel, values: Values) -> MeteringLabelRule:
    """Add a rule that overlaps no other of its label."""
    if not any(values[key] for key in PREFIXES):
        raise errors.InvalidInput(
            error_message=(
                "At least one of remote_ip_prefix, source_ip_prefix or "
                "destination_ip_prefix must be given"
            )
        )
    with transaction.atomic():
        prefix = values["remote_ip_prefix"]
        others = MeteringLabelRule.objects.filter(
            metering_label=label, direction=values["direction"]
        )
        for other in others.exclude(remote_ip_prefix=None):
            if prefix and _overlap(prefix, str(other.remote_ip_prefix)):
                raise errors.MeteringLabelRuleOverlaps(remote_ip_prefix=prefix)
        row = standard.columns(values, MeteringLabelRule)
        return standard.add(MeteringLabelRule, row | {"project_id": label.project_id})


def _overlap(one: str, other: str) -> bool:
    mine: Any = ip_network(one, strict=False)
    theirs: Any = ip_network(other, strict=False)
    return bool(mine.version == theirs.version and mine.overlaps(theirs))


def remove_rule(rule: MeteringLabelRule) -> None:
    standard.discard(rule)
