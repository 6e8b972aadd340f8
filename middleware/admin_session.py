"""How long somebody stays logged in to the admin site: as long as who vouched for them does.

Sessions by password end with Identity's token, sessions by OpenID Connect are renewed at the
provider, which is asked without the user noticing.
"""

import time
from functools import cached_property
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, logout
from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase

from middleware.base import GetResponse, Middleware
from middleware.conf import conf

# What sessions and users that have just logged in call the sealed token.
_SEALED = "admin_token"
_SAFE = ("GET", "HEAD", "OPTIONS")


class AdminSession(Middleware):
    """Log out those whose token has ended or is no administrator's any more."""

    name = "admin_session"

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.judges = conf.admin_sessions

    def handle(self, request: Any) -> HttpResponseBase:
        if request.session.get(BACKEND_SESSION_KEY) in self.judges:
            sealed = request.session.get(_SEALED)
            if not sealed or not conf.admin_session_holds(sealed):
                logout(request)
        response = self.get_response(request)
        fresh = getattr(request.user, _SEALED, None)
        if fresh is not None:
            # Set at log-in, which makes a session of its own.
            request.session[_SEALED] = fresh
        return response


class SessionRenewal(Middleware):
    """Have the provider say again who that is, each OIDC_RENEW_ID_TOKEN_EXPIRY_SECONDS."""

    name = "session_renewal"

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.is_needed = bool(conf.oidc_issuer)

    @cached_property
    def _renewal(self) -> Any:
        """The library's filter; made at the first request, because it asks the provider."""
        from mozilla_django_oidc.middleware import SessionRefresh

        from middleware.openid_settings import read

        class Renewal(SessionRefresh):  # type: ignore[misc]
            get_settings = staticmethod(read)

        return Renewal(self.get_response)

    def handle(self, request: Any) -> HttpResponseBase:
        if self.is_needed and request.session.get(BACKEND_SESSION_KEY) in conf.openid_sessions:
            if request.method not in _SAFE and self._is_old(request):
                # The library renews at GET only; what changes something does not go without.
                logout(request)
                return HttpResponseRedirect(request.get_full_path())
            answer: HttpResponseBase | None = self._renewal.process_request(request)
            if answer is not None:
                return answer
        return self.get_response(request)

    def _is_old(self, request: Any) -> bool:
        return bool(request.session.get("oidc_id_token_expiration", 0) <= time.time())
