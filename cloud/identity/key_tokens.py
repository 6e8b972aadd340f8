"""Tokens for who can sign with a pair of EC2 keys."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from cloud.identity import access_tokens, credentials, projects, timestamps, tokens, users
from cloud.identity.errors import NotFound, Unauthorized, not_found
from cloud.identity.models import ApplicationCredential, Token, Trust
from cloud.identity.signatures import BadlySigned

Check = Callable[[dict[str, Any], str], None]

# Keystone: the marker of tokens that somebody's keys were lent for.
METHOD = "ec2credential"
# How the fourth way of signing writes times.
_BASIC = re.compile(r"^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$")
# Keystone: [credential] auth_ttl.
_GOOD_FOR = timedelta(minutes=15)


def issue(signed: dict[str, Any], check: Check) -> tuple[str, dict[str, Any]]:
    """Issue a token for what was signed, as `check` finds: its text and its body."""
    if "access" not in signed:
        raise Unauthorized
    try:
        keys = credentials.get(credentials.key(str(signed["access"])))
    except NotFound:
        raise NotFound("EC2 access key not found.") from None
    if keys.type != credentials.EC2:
        raise NotFound("EC2 access key not found.")
    held = json.loads(keys.blob)
    try:
        check(signed, str(held.get("secret")))
    except BadlySigned:
        raise Unauthorized from None
    project, user = projects.get(keys.project_id), users.get(keys.user_id)
    if not (project.enabled and user.enabled and user.domain.enabled):
        raise Unauthorized
    _check_time(signed)
    token = Token(user=user, project=project, methods=METHOD)
    if trust_id := held.get("trust_id"):
        token.trust = Trust.objects.filter(pk=trust_id).first()
        if token.trust is None:
            raise not_found("trust", trust_id)
        if token.trust.impersonation:
            # The keys are the trustor's then; the token must be asked for by the trustee.
            token.user = token.trust.trustee_user
    elif app_cred_id := held.get("app_cred_id"):
        token.application_credential = ApplicationCredential.objects.filter(pk=app_cred_id).first()
        if token.application_credential is None:
            raise not_found("application credential", app_cred_id)
        if token.application_credential.project_id != project.pk:
            raise Unauthorized
    elif access_id := held.get("access_token_id"):
        token.access_token = access_tokens.get(access_id)
        if token.access_token.project_id != project.pk:
            raise Unauthorized
    return tokens.issue(token)


def _check_time(signed: dict[str, Any]) -> None:
    """Refuse what was signed too long ago; what says no time is good for ever."""
    params, headers = signed.get("params") or {}, signed.get("headers") or {}
    told = params.get("Timestamp") or headers.get("X-Amz-Date") or params.get("X-Amz-Date")
    if told:
        moment = timestamps.parse(_BASIC.sub(r"\1-\2-\3T\4:\5:\6Z", str(told)))
        if moment is None or timestamps.now() > moment + _GOOD_FOR:
            raise Unauthorized
