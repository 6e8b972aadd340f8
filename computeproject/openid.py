"""The admin site's log-in by OpenID Connect: for those whom the provider calls administrators."""

from typing import Any

from django.core.exceptions import SuspiciousOperation
from jwt import PyJWTError
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from mozilla_django_oidc.views import (
    OIDCAuthenticationCallbackView,
    OIDCAuthenticationRequestView,
)

from computeproject.administrators import is_administrator
from middleware.bearer_tokens import body_of, decode
from middleware.openid_settings import read


class LogIn(OIDCAuthenticationRequestView):
    """Sends the browser to the provider."""

    get_settings = staticmethod(read)


class Callback(OIDCAuthenticationCallbackView):
    """Where the provider sends the browser back to."""

    get_settings = staticmethod(read)


class AdminBackend(OIDCAuthenticationBackend):
    """Lets administrators in, each under the id that the provider knows them by."""

    get_settings = staticmethod(read)

    def _verify_jws(self, payload: Any, key: Any) -> dict[str, Any]:
        try:
            return decode(
                payload, key, algorithm=self.OIDC_RP_SIGN_ALGO, audience=self.OIDC_RP_CLIENT_ID
            )
        except PyJWTError as exc:
            raise SuspiciousOperation("The ID token is not good") from exc

    def authenticate(self, request: Any, **kwargs: Any) -> Any:
        try:
            return super().authenticate(request, **kwargs)
        except OSError:
            # The provider does not answer, or takes the code back: nobody is logged in.
            return None

    def get_or_create_user(self, access_token: str, id_token: str, payload: Any) -> Any:
        told = self.get_userinfo(access_token, id_token, payload)
        if told.get("sub") != payload.get("sub"):
            raise SuspiciousOperation("The provider told of somebody else")
        claims = {**payload, **told}
        body = body_of(claims)
        if body is None:
            raise SuspiciousOperation("The provider told of nobody")
        # Prefixed, so that nobody becomes a user who logs in by password.
        name = f"{body['user']['domain']['name']}:{body['user']['id']}"
        if not is_administrator(body):
            # Who was one is none any more, in other browsers either.
            users = self.UserModel.objects.filter(username=name)
            users.update(is_staff=False, is_superuser=False)
            raise SuspiciousOperation("not an administrator")
        user, _ = self.UserModel.objects.update_or_create(
            username=name,
            defaults={
                "first_name": body["user"]["name"][:150],
                "email": str(claims.get("email") or "")[:254],
                "is_staff": True,
                "is_superuser": True,
            },
        )
        return user

    def get_user(self, user_id: Any) -> Any:
        user = super().get_user(user_id)
        return user if user is not None and user.is_active else None
