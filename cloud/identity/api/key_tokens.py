"""Tokens for who signed a request with EC2 keys.  /v3/ec2tokens and /v3/s3tokens"""

from typing import Any

from cloud.identity import key_tokens, signatures
from cloud.identity.api.tokens import TokenViewSet
from cloud.identity.errors import BadRequest
from versioned.operation import operation

_NAMES = ("credentials", "credential", "ec2Credentials")


class KeyTokenViewSet(TokenViewSet):
    """What EC2 and S3 services ask on behalf of their users."""

    @operation(policy="ec2tokens_validate")
    def ec2(self, request: Any) -> Any:
        return self._issue(request, signatures.check_ec2)

    @operation(policy="s3tokens_validate")
    def s3(self, request: Any) -> Any:
        response = self._issue(request, signatures.check_s3)
        # Keystone: who asks for S3 learns about the user, and gets no token to act as the user.
        del response.headers["X-Subject-Token"]
        return response

    def _issue(self, request: Any, check: key_tokens.Check) -> Any:
        if not request.json:
            raise BadRequest("request must include a request body")
        told: Any = next((request.json[name] for name in _NAMES if request.json.get(name)), {})
        text, body = key_tokens.issue(told if isinstance(told, dict) else {}, check)
        return self._answer(text, body, 200)
