"""Credentials: made, changed and deleted.  EC2 keys are found by the hash of their access key."""

import hashlib
import json
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction

from cloud.identity import attributes
from cloud.identity.errors import BadRequest, Conflict, Missing, Unauthorized, not_found
from cloud.identity.models import Credential

EC2 = "ec2"
_FIXED = ("trust_id", "app_cred_id", "access_token_id", "access_id")


def key(access: str) -> str:
    """The id of the credential with an access key."""
    return hashlib.sha256(access.encode()).hexdigest()


def get(credential_id: str) -> Credential:
    """The credential of an id."""
    credential = Credential.objects.filter(pk=credential_id).first()
    if credential is None:
        raise not_found("credential", credential_id)
    return credential


def create(values: dict[str, Any]) -> Credential:
    """Make a credential."""
    fields = attributes.split(values, ("user_id", "project_id", "type", "blob"))
    if str(fields.get("type", "")).lower() == EC2:
        fields["id"] = key(str(_blob(fields["blob"])["access"]))
        if not fields.get("project_id"):
            raise Missing("project_id", "credential")
    credential = Credential(**fields)
    if isinstance(credential.blob, dict):
        credential.blob = json.dumps(credential.blob)
    try:
        with transaction.atomic():
            credential.save(force_insert=True)
    except IntegrityError:
        raise Conflict("credential", f"Duplicate entry found with ID {credential.pk}") from None
    return credential


def _blob(blob: Any) -> dict[str, Any]:
    """The contents of an EC2 credential."""
    if isinstance(blob, str):
        try:
            blob = json.loads(blob)
        except ValueError:
            raise BadRequest("Invalid blob in credential") from None
    if not blob or not isinstance(blob, dict):
        raise Missing("blob", "credential")
    if blob.get("access") is None:
        raise Missing("access", "credential")
    return blob


def update(credential: Credential, values: dict[str, Any]) -> Credential:
    """Change a credential; what an EC2 key was made with stays."""
    changes = attributes.split(values, ("user_id", "project_id", "type", "blob"))
    if credential.type.lower() == EC2 and "blob" in changes:
        old, new = _blob(credential.blob), _blob(changes["blob"])
        for name in _FIXED:
            if old.get(name) != new.get(name):
                raise BadRequest(f"{name} can not be updated for credential")
    if isinstance(changes.get("blob"), dict):
        changes["blob"] = json.dumps(changes["blob"])
    kind = changes.get("type", credential.type)
    if kind.lower() == EC2 and not changes.get("project_id", credential.project_id):
        raise Missing("project_id", "credential")
    attributes.merge(credential, changes)
    with transaction.atomic():
        credential.save()
    return credential


def delete(credential: Credential) -> None:
    """Delete a credential."""
    with transaction.atomic():
        credential.delete()


# EC2


def create_keys(*, user_id: str, project_id: str) -> Credential:
    """Make a pair of EC2 keys for a user on a project."""
    blob = {"access": uuid4().hex, "secret": uuid4().hex, "trust_id": None}
    return create(
        {"user_id": user_id, "project_id": project_id, "type": EC2, "blob": json.dumps(blob)}
    )


def get_keys(access: str) -> Credential:
    """The EC2 credential with an access key."""
    credential = get(key(access))
    if credential.type != EC2:
        raise Unauthorized
    return credential
