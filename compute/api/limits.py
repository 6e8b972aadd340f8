"""Limits: what a project may have at most, and what it uses.  /limits"""

from typing import Any

from compute.api import policy, types
from compute.api.base import ComputeViewSet
from compute.domain import quotas
from versioned.operation import operation
from versioned.schema import query
from versioned.shape import Attr, Shape


class AbsoluteLimits(Shape):
    maxTotalCores = Attr("cores")
    maxPersonality = Attr("injected_files", until="2.56")
    maxPersonalitySize = Attr("injected_file_content_bytes", until="2.56")
    maxTotalInstances = Attr("instances")
    maxTotalKeypairs = Attr("key_pairs")
    maxServerMeta = Attr("metadata_items")
    maxImageMeta = Attr("metadata_items", until="2.38")
    maxTotalRAMSize = Attr("ram")
    maxServerGroups = Attr("server_groups")
    maxServerGroupMembers = Attr("server_group_members")
    maxTotalFloatingIps = Attr("floating_ips", until="2.35")
    maxSecurityGroups = Attr("security_groups", until="2.35")
    maxSecurityGroupRules = Attr("security_group_rules", until="2.35")
    totalRAMUsed = Attr("ram_used")
    totalCoresUsed = Attr("cores_used")
    totalInstancesUsed = Attr("instances_used")
    totalFloatingIpsUsed = Attr("floating_ips_used", until="2.35")
    totalSecurityGroupsUsed = Attr("security_groups_used", until="2.35")
    totalServerGroupsUsed = Attr("server_groups_used")


class LimitsViewSet(ComputeViewSet):
    @operation(
        policy="os_compute_api:limits", query=query(closed_since="2.75", tenant_id=types.any_text)
    )
    def list(self, request: Any) -> Any:
        project_id = self.context.project_id
        named = request.params.get("tenant_id")
        if named:
            policy.authorize(self.context, "os_compute_api:limits:other_project")
            project_id = named[-1]
        used = quotas.in_use(project_id)
        row = {
            **quotas.limits(project_id),
            **{f"{name}_used": number for name, number in used.items()},
        }
        return {"limits": {"rate": [], "absolute": AbsoluteLimits.render(row, self.ask)}}
