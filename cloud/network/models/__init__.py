"""The tables of the Network service, one noun a file."""

from cloud.network.models.agent import Agent, AgentHosting
from cloud.network.models.floating_ip import FloatingIp, PortForwarding
from cloud.network.models.metering import MeteringLabel, MeteringLabelRule
from cloud.network.models.network import AutoAllocatedTopology, Network, Segment
from cloud.network.models.offering import (
    Flavor,
    FlavorProfile,
    NetworkSegmentRange,
    ServiceProfile,
)
from cloud.network.models.port import FixedIp, Port, PortBinding, PortSecurityGroup
from cloud.network.models.qos import QosPolicy, QosRule
from cloud.network.models.quota import Quota
from cloud.network.models.router import ConntrackHelper, Router
from cloud.network.models.security import (
    AddressGroup,
    DefaultSecurityGroup,
    DefaultSecurityGroupRule,
    SecurityGroup,
    SecurityGroupRule,
)
from cloud.network.models.sharing import RbacPolicy
from cloud.network.models.standard import Standard, Tag
from cloud.network.models.subnet import AddressScope, Subnet, SubnetPool
from cloud.network.models.trunk import Subport, Trunk

__all__ = [
    "AddressGroup",
    "AddressScope",
    "Agent",
    "AgentHosting",
    "AutoAllocatedTopology",
    "ConntrackHelper",
    "DefaultSecurityGroup",
    "DefaultSecurityGroupRule",
    "FixedIp",
    "Flavor",
    "FlavorProfile",
    "FloatingIp",
    "MeteringLabel",
    "MeteringLabelRule",
    "Network",
    "NetworkSegmentRange",
    "Port",
    "PortBinding",
    "PortForwarding",
    "PortSecurityGroup",
    "QosPolicy",
    "QosRule",
    "Quota",
    "RbacPolicy",
    "Router",
    "SecurityGroup",
    "SecurityGroupRule",
    "Segment",
    "ServiceProfile",
    "Standard",
    "Subnet",
    "SubnetPool",
    "Subport",
    "Tag",
    "Trunk",
]
