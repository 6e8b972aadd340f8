"""What may go wrong, with Neutron's status and sentence; by noun, and all of it here."""

from cloud.network.errors.base import *  # noqa: F403
from cloud.network.errors.networks import *  # noqa: F403
from cloud.network.errors.others import *  # noqa: F403
from cloud.network.errors.ports import *  # noqa: F403
from cloud.network.errors.routers import *  # noqa: F403
from cloud.network.errors.security import *  # noqa: F403
from cloud.network.errors.subnets import *  # noqa: F403
from cloud.network.errors.trunks import *  # noqa: F403
