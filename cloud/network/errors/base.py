"""What may go wrong, each with Neutron's status and sentence.

Neutron: the class's name is the `type` that clients see, so the names are Neutron's own.
"""

from typing import Any, ClassVar


class NetworkError(Exception):
    """A refusal: a status and a sentence."""

    status: ClassVar[int] = 500
    text: ClassVar[str] = "An unknown exception occurred."

    def __init__(self, **values: Any) -> None:
        self.message = self.text.format(**values)
        super().__init__(self.message)

    @property
    def kind(self) -> str:
        return type(self).__name__


class NotFound(NetworkError):
    status = 404


class BadRequest(NetworkError):
    status = 400
    text = "Bad {resource} request: {msg}."


class Conflict(NetworkError):
    status = 409


class InUse(NetworkError):
    status = 409
    text = "The resource is in use."


class ServiceUnavailable(NetworkError):
    status = 503
    text = "The service is unavailable."


class Http(NetworkError):
    """An error of HTTP itself, as the web framework of Neutron words it."""

    text = "{message}"

    def __init__(self, message: str) -> None:
        super().__init__(message=message)


class HTTPBadRequest(Http):
    status = 400


class HTTPForbidden(Http):
    status = 403


class HTTPNotFound(Http):
    status = 404


class Unseen(HTTPNotFound):
    """What is there, but not for the caller's roles.

    # Neutron: finds that out when it has the answer, and forgets its envelope for errors.
    """

    @property
    def kind(self) -> str:
        return "HTTPNotFound"


class HTTPMethodNotAllowed(Http):
    status = 405


class HTTPNotAcceptable(Http):
    status = 406


class HTTPConflict(Http):
    status = 409


class RevisionNumberConstraintFailed(Http):
    status = 412


class HTTPUnsupportedMediaType(Http):
    status = 415


class HTTPNotImplemented(Http):
    status = 501


class HTTPInternalServerError(Http):
    status = 500


class PolicyNotAuthorized(NetworkError):
    status = 403
    text = "{rule} is disallowed by policy"


class InvalidScope(NetworkError):
    status = 403
    text = "rule:{rule} requires a scope of ['project'], request was made with {scope} scope."


class InvalidInput(BadRequest):
    text = "Invalid input for operation: {error_message}."


class OverQuota(Conflict):
    text = "Quota exceeded for resources: {overs}."


class QuotaResourceUnknown(NotFound):
    text = "Unknown quota resources {unknown}."


class TenantQuotaNotFound(NotFound):
    text = "Quota for project {project_id} could not be found."


class ExtensionNotFound(NotFound):
    text = "Extension with alias {alias} does not exist"


class TagResourceNotFound(NotFound):
    text = "Resource {resource} {resource_id} could not be found."


class TagNotFound(NotFound):
    text = "Tag {tag} could not be found."


class NotAuthorized(NetworkError):
    status = 403
    text = "Not authorized."


class QuotaMissingTenant(BadRequest):
    text = "Tenant-id was missing from quota request."
