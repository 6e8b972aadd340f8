"""The administrator's password of a server, changed while it runs."""

from compute.domain import lifecycle
from compute.models import Server
from middleware.context import RequestContext


def change(context: RequestContext, server: Server, password: str) -> None:
    """Have the host set the password; it is kept nowhere."""
    lifecycle.begin(context, server, "changePassword", admin_password=password)
