"""Metering labels and rules.  /v2.0/metering"""

from typing import Any

from django.db.models import Q

from cloud.network import errors
from cloud.network.api import checks
from cloud.network.api.resource import Field
from cloud.network.api.standard import Owned, flag
from cloud.network.api.views import NounViewSet, Values
from cloud.network.domain import metering
from cloud.network.models import MeteringLabel, MeteringLabelRule
from middleware.context import RequestContext


class MeteringLabelNoun(Owned):
    member, plural, model = "metering_label", "metering_labels", MeteringLabel

    name = Field(post=True, default="", check=checks.name(), filters=True, sort=True)
    description = Field(post=True, default="", check=checks.text(1024), filters=True, sort=True)
    shared = flag(False, post=True, sort=True)

    @classmethod
    def missing(cls, resource_id: str) -> errors.NetworkError:
        return errors.MeteringLabelNotFound(label_id=resource_id)

    @classmethod
    def visible(cls, context: RequestContext) -> Q:
        return Q(project_id=context.project_id) | Q(shared=True)


class MeteringLabelViewSet(NounViewSet):
    noun = MeteringLabelNoun

    def make(self, values: Values) -> str:
        return metering.create(values).id

    def remove(self, found: MeteringLabel) -> None:
        metering.remove(found)


def _prefix(**how: Any) -> Field:
    return Field(
        post=True, default=None, check=checks.or_none(checks.cidr), filters=True, sort=True
    )


class MeteringLabelRuleNoun(Owned):
    member, plural, model = "metering_label_rule", "metering_label_rules", MeteringLabelRule

    project_id = Field(show=False, post=True, default="", filters=True)
    tenant = Field("project_id", key="tenant_id", show=False)
    metering_label_id = Field(post=True, check=checks.uuid, filters=True, sort=True)
    direction = Field(post=True, check=checks.one_of("ingress", "egress"), filters=True, sort=True)
    excluded = flag(False, post=True, sort=True)
    remote_ip_prefix = _prefix()
    source_ip_prefix = _prefix()
    destination_ip_prefix = _prefix()

    @classmethod
    def missing(cls, resource_id: str) -> errors.NetworkError:
        return errors.MeteringLabelRuleNotFound(rule_id=resource_id)


class MeteringLabelRuleViewSet(NounViewSet):
    noun = MeteringLabelRuleNoun

    def make(self, values: Values) -> str:
        label = MeteringLabelNoun.scope(self.context).filter(id=values["metering_label_id"]).first()
        if label is None:
            raise errors.MeteringLabelNotFound(label_id=values["metering_label_id"])
        return metering.add_rule(label, values).id

    def remove(self, found: MeteringLabelRule) -> None:
        metering.remove_rule(found)
