"""All actions of a server in one view.  /servers/{id}/action"""

from compute.api.servers.actions.addresses import Addresses
from compute.api.servers.actions.console_output import ConsoleOutput
from compute.api.servers.actions.consoles import Consoles
from compute.api.servers.actions.deferred_delete import DeferredDelete
from compute.api.servers.actions.evacuate import Evacuate
from compute.api.servers.actions.images import Images
from compute.api.servers.actions.lock import Lock
from compute.api.servers.actions.migrate import Migrate
from compute.api.servers.actions.network_info import NetworkInfo
from compute.api.servers.actions.password import Password
from compute.api.servers.actions.reboot import Reboot
from compute.api.servers.actions.rebuild import Rebuild
from compute.api.servers.actions.rescue import Rescue
from compute.api.servers.actions.reset_state import ResetState
from compute.api.servers.actions.resize import Resize
from compute.api.servers.actions.security_groups import SecurityGroups
from compute.api.servers.actions.shelve import Shelve
from compute.api.servers.actions.simple import SimpleActions


class ServerActionsViewSet(
    SimpleActions,  # type: ignore[misc,valid-type]
    Addresses,
    ConsoleOutput,
    Consoles,
    DeferredDelete,
    Evacuate,
    Images,
    Lock,
    Migrate,
    NetworkInfo,
    Password,
    Reboot,
    Rebuild,
    Rescue,
    ResetState,
    Resize,
    SecurityGroups,
    Shelve,
):
    """Every action that a server knows."""
