"""Request tokens and access tokens: asked for, agreed to, exchanged, used and deleted."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from cloud.identity import (
    consumers,
    oauth,
    projects,
    revision,
    roles,
    scopes,
    timestamps,
    tokens,
)
from cloud.identity.errors import Missing, NotFound, Unauthorized, not_found
from cloud.identity.models import AccessToken, RequestToken, Token
from cloud.identity.oauth import Signed

# For how long after its end a request token is told from an unknown one.
_EXPIRED_WINDOW = timedelta(hours=48)
# Keystone: [oauth1] request_token_duration and access_token_duration; 0 is for ever.
_REQUEST_SECONDS, _ACCESS_SECONDS = 28_800, 86_400


def _end(setting: str, default: int) -> datetime | None:
    seconds = int(getattr(settings, setting, default))
    return timestamps.now() + timedelta(seconds=seconds) if seconds else None


def _check_time(token: RequestToken | AccessToken) -> None:
    if token.expires_at is not None and token.expires_at < timestamps.now():
        raise Unauthorized


# Request tokens


def get_request(request_id: str) -> RequestToken:
    """The request token of an id, expired or not."""
    request = RequestToken.objects.filter(pk=request_id).first()
    if request is None:
        raise not_found("request token", request_id)
    return request


def ask(signed: Signed, project_id: str | None) -> RequestToken:
    """Make a request token for the consumer that signed, about a project."""
    consumer_id = signed.parameter("oauth_consumer_key")
    if not project_id:
        raise Missing("Requested-Project-Id", "request")
    project = projects.get(project_id)
    consumer = consumers.get(consumer_id)
    oauth.check_request(signed)
    end = _end("IDENTITY_REQUEST_TOKEN_EXPIRATION", _REQUEST_SECONDS)
    request = RequestToken(consumer=consumer, project=project, expires_at=end)
    with transaction.atomic():
        RequestToken.objects.filter(expires_at__lt=timestamps.now() - _EXPIRED_WINDOW).delete()
        request.save(force_insert=True)
    return request


def agree(request_id: str, wanted: Sequence[dict[str, Any]], user_id: str) -> str:
    """Let a consumer have some of a user's roles: the verifier that the consumer has to show."""
    request = get_request(request_id)
    _check_time(request)
    role_ids = {role.get("id") or roles.id_of(role.get("name")) for role in wanted}
    held = scopes.on_project(user_id, projects.get(request.project_id))
    # Keystone: roles of a domain are held by nobody, and unknown ones are not told from others.
    if not role_ids <= {role["id"] for role in scopes.roles().shown(held)}:
        raise Unauthorized
    letters = secrets.SystemRandom().sample(oauth.VERIFIER_LETTERS, oauth.VERIFIER_LENGTH)
    verifier = "".join(letters)
    with transaction.atomic():
        RequestToken.objects.filter(pk=request.pk).update(
            authorizing_user=user_id, role_ids=sorted(role_ids), verifier=verifier
        )
    return verifier


# Access tokens


def get(access_id: str) -> AccessToken:
    """The access token of an id, expired or not."""
    access = AccessToken.objects.filter(pk=access_id).first()
    if access is None:
        raise not_found("access token", access_id)
    return access


def exchange(signed: Signed) -> AccessToken:
    """Make an access token of a request token that a user agreed to."""
    signed.parameter("oauth_consumer_key")
    request_id = signed.parameter("oauth_token")
    signed.parameter("oauth_verifier")
    request = get_request(request_id)
    _check_time(request)
    oauth.check_exchange(signed)
    if request.authorizing_user_id is None:
        raise Unauthorized
    access = AccessToken(
        consumer_id=request.consumer_id,
        project_id=request.project_id,
        authorizing_user_id=request.authorizing_user_id,
        role_ids=request.role_ids,
        expires_at=_end("IDENTITY_ACCESS_TOKEN_EXPIRATION", _ACCESS_SECONDS),
    )
    with transaction.atomic():
        # What was agreed to again since is another request; of two who exchange it, one gets it.
        rows = RequestToken.objects.filter(pk=request.pk, verifier=request.verifier)
        if not rows.delete()[0]:
            raise not_found("request token", request.pk)
        access.save(force_insert=True)
    return access


def enter(signed: Signed) -> AccessToken:
    """The access token of somebody who asks for a token, and signed with it."""
    access = get(signed.parameter("oauth_token"))
    _check_time(access)
    oauth.check_entry(signed)
    return access


def of_user(access_id: str, user_id: str) -> AccessToken:
    """The access token of an id, if it is of a user."""
    access = get(access_id)
    if access.authorizing_user_id != user_id:
        # Keystone: the place of the name stays empty.
        raise NotFound("Could not find: %(target)s.")
    return access


def delete(access_id: str, user_id: str) -> None:
    """Delete an access token; the tokens that came by it are good for nothing any more."""
    access = get(access_id)
    if access.authorizing_user_id != user_id:
        raise Unauthorized
    with revision.change():
        access.delete()


def check_behind(text: str) -> None:
    """Refuse a token whose access token is gone. Keystone: even its user is told the reason."""
    rows = Token.objects.filter(pk=tokens.digest(text)).exclude(access_token=None)
    for access_id in rows.values_list("access_token_id", flat=True):
        get(access_id)
