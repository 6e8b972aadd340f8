"""What Identity says no with: a status and Keystone's sentence."""

from http import HTTPStatus


class IdentityError(Exception):
    """Anything that the service refuses; `title` is the status's phrase."""

    status = HTTPStatus.BAD_REQUEST

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def title(self) -> str:
        return self.status.phrase


class BadRequest(IdentityError):
    """The request cannot be understood, or makes no sense."""


class Missing(BadRequest):
    """Something that the request must hold is not there."""

    def __init__(self, attribute: str, target: str) -> None:
        super().__init__(
            f"Expecting to find {attribute} in {target}. The server could not comply with the "
            "request since it is either malformed or otherwise incorrect. The client is assumed "
            "to be in error."
        )


class TooLong(BadRequest):
    """A text that has no room in a column of so many characters."""

    def __init__(self, text: str, column: str, limit: int) -> None:
        super().__init__(
            f"String length exceeded. The length of string '{text}' exceeds the limit of column "
            f"{column}(CHAR({limit}))."
        )


class Unauthorized(IdentityError):
    """Nobody, or not who they say; Keystone does not tell the reason."""

    status = HTTPStatus.UNAUTHORIZED

    def __init__(self, message: str = "The request you have made requires authentication.") -> None:
        super().__init__(message)


class MethodUnsupported(Unauthorized):
    """An authentication method that is not known; the answer lists those that are."""

    def __init__(self) -> None:
        super().__init__("Attempted to authenticate with an unsupported method.")


class ApplicationCredentialRefused(Unauthorized):
    """An application credential was used in a way that it does not allow."""

    def __init__(self, detail: str) -> None:
        super().__init__(f"Error authenticating with application credential: {detail}")


class Forbidden(IdentityError):
    """Known, and not allowed; the reason is told only where telling it gives nothing away."""

    status = HTTPStatus.FORBIDDEN

    def __init__(
        self, message: str = "You are not authorized to perform the requested action."
    ) -> None:
        super().__init__(message)


class ActionForbidden(Forbidden):
    """The policy of an action says no."""

    def __init__(self, action: str) -> None:
        super().__init__(f"You are not authorized to perform the requested action: {action}.")


class Unexpected(IdentityError):
    """Something that was configured makes no sense; only the log says what."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(self, reason: str) -> None:
        super().__init__("An unexpected error prevented the server from fulfilling your request.")
        self.reason = reason


class NotFound(IdentityError):
    """There is no such thing, or not for this caller."""

    status = HTTPStatus.NOT_FOUND


class NotAllowed(IdentityError):
    """The path exists, and does not do that."""

    status = HTTPStatus.METHOD_NOT_ALLOWED

    def __init__(self) -> None:
        super().__init__("The method is not allowed for the requested URL.")


class Conflict(IdentityError):
    """The name or the thing is taken."""

    status = HTTPStatus.CONFLICT

    def __init__(self, kind: str, details: str) -> None:
        super().__init__(f"Conflict occurred attempting to store {kind} - {details}.")


# fmt: off
_NOT_FOUND = {
    # kind                     sentence
    "user":                   "Could not find user: {}.",
    "group":                  "Could not find group: {}.",
    "domain":                 "Could not find domain: {}.",
    "project":                "Could not find project: {}.",
    "project tag":            "Could not find project tag: {}.",
    "role":                   "Could not find role: {}.",
    "region":                 "Could not find region: {}.",
    "service":                "Could not find service: {}.",
    "endpoint":               "Could not find endpoint: {}.",
    "endpoint group":         "Could not find Endpoint Group: {}.",
    "policy":                 "Could not find policy: {}.",
    "credential":             "Could not find credential: {}.",
    "trust":                  "Could not find trust: {}.",
    "application credential": "Could not find Application Credential: {}.",
    "access rule":            "Could not find Access Rule: {}.",
    "registered limit":       "Could not find registered limit for {}.",
    "limit":                  "Could not find limit for {}.",
    "consumer":               "Consumer not found",
    "request token":          "Request token not found",
    "access token":           "Access token not found",
    "identity provider":      "Could not find Identity Provider: {}.",
    "service provider":       "Could not find Service Provider: {}.",
    "mapping":                "Could not find mapping: {}.",
}
# fmt: on


def not_found(kind: str, name: object) -> NotFound:
    """Make the error that says that there is no `kind` called `name`."""
    return NotFound(_NOT_FOUND[kind].format(name))
