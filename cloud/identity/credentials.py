"""Credentials: made, changed and deleted.  EC2 keys are found by the hash of their access key."""

import hashlib
import json
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction

from cloud.identity import attributes
from cloud.identity.errors import BadRequest, Conflict, Missing, TooLong, Unauthorized, not_found
from cloud.identity.models import Credential

EC2 = "ec2"
_LONGEST_TYPE = 255
_LONGEST_ID = 64
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
    kind = values["type"]
    if len(kind) > _LONGEST_TYPE:
        raise TooLong(kind, "type", _LONGEST_TYPE)
    project_id = values.get("project_id")
    if project_id is not None and len(project_id) > _LONGEST_ID:
        raise TooLong(project_id, "project_id", _LONGEST_ID)
    fields = attributes.split(values, ("user_id", "project_id", "type", "blob"))
    if kind.lower() == EC2:
        fields["id"] = key(_blob(fields["blob"])["access"])
    credential = Credential(**fields)
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
    if not isinstance(blob.get("access"), str):
        raise Missing("access", "credential")
    return blob


def update(credential: Credential, blob: str) -> Credential:
    """Put another blob in a credential's place; what an EC2 key was made with stays."""
    if credential.type.lower() == EC2:
        old, new = _blob(credential.blob), _blob(blob)
        for name in _FIXED:
            if old.get(name) != new.get(name):
                raise BadRequest(f"{name} can not be updated for credential")
    credential.blob = blob
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
