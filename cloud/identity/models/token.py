"""Tokens that were issued."""

from typing import Any

from django.db import models

from cloud.identity.models import fields


class Token(models.Model):
    """A token's scope; its text is kept only as a hash, and its roles are worked out anew."""

    hash = models.CharField(primary_key=True, max_length=64)
    user: Any = fields.reference("User")
    methods = models.CharField(max_length=255)
    audit_id = models.CharField(max_length=32, db_index=True)
    parent_audit_id = models.CharField(max_length=32, null=True, db_index=True)
    project: Any = fields.reference("Project", null=True)
    domain: Any = fields.reference("Project", null=True)
    is_system = models.BooleanField(default=False)
    trust: Any = fields.reference("Trust", null=True)
    application_credential: Any = fields.reference("ApplicationCredential", null=True)
    # Keystone: a token whose access token is gone is told apart from others.  Without an index:
    # nobody looks for tokens by it, and every token would pay for one.
    access_token: Any = fields.name_of("AccessToken", null=True, db_index=False)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    is_revoked = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.audit_id
