"""The compute tables, one noun a file."""

from compute.models.action import ServerAction, ServerEvent
from compute.models.aggregate import Aggregate, AggregateHost
from compute.models.attachment import BlockDevice
from compute.models.claim import Claim
from compute.models.console import ConsoleToken
from compute.models.fault import ServerFault
from compute.models.flavor import Flavor, FlavorAccess
from compute.models.group import ServerGroup, ServerGroupMember
from compute.models.guest import Guest
from compute.models.host import Host
from compute.models.keypair import KeyPair
from compute.models.migration import Migration
from compute.models.quota import ProjectQuota, QuotaClass
from compute.models.server import Server
from compute.models.service import Service
from compute.models.tag import ServerTag
from compute.models.task import Task

__all__ = [
    "Aggregate",
    "AggregateHost",
    "BlockDevice",
    "Claim",
    "ConsoleToken",
    "Flavor",
    "FlavorAccess",
    "Guest",
    "Host",
    "KeyPair",
    "Migration",
    "ProjectQuota",
    "QuotaClass",
    "Server",
    "ServerAction",
    "ServerEvent",
    "ServerFault",
    "ServerGroup",
    "ServerGroupMember",
    "ServerTag",
    "Service",
    "Task",
]
