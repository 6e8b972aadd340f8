"""What can be the case: errors that know their status and their sentence.

`compute/api/faults.py` turns them into Nova's envelope, in one place.
"""


class ComputeError(Exception):
    """An error for the client; `message` may have {placeholders} of the keyword arguments."""

    status = 500
    # What a server's fault says, where that is not the status that an answer has.
    fault_code: int | None = None
    message = "An unknown exception occurred."

    def __init__(self, message: str | None = None, **facts: object) -> None:
        self.facts = facts
        self.text = message if message is not None else self.message.format(**facts)
        super().__init__(self.text)


class BadRequest(ComputeError):
    status = 400


class Forbidden(ComputeError):
    status = 403


class NotFound(ComputeError):
    status = 404


class Conflict(ComputeError):
    status = 409


class PolicyNotAuthorized(Forbidden):
    message = "Policy doesn't allow {action} to be performed."


class ServerNotFound(NotFound):
    message = "Instance {server_id} could not be found."


class FlavorNotFound(NotFound):
    message = "Flavor {flavor_id} could not be found."


class ImageNotFound(NotFound):
    message = "Image {image_id} could not be found."


class KeyPairNotFound(NotFound):
    message = "Keypair {name} not found for user {user_id}"


class VolumeNotFound(NotFound):
    message = "Volume {volume_id} could not be found."


class ServerLocked(Conflict):
    message = "Instance {server_id} is locked"


class ServerNotReady(Conflict):
    """It has no host yet, or no longer."""

    message = "Instance {server_id} is not ready"


class WrongState(Conflict):
    """The sentence of every refused transition."""

    message = "Cannot '{action}' instance {server_id} while it is in {attribute} {state}"


class QuotaExceeded(Forbidden):
    message = "Quota exceeded for {name}."


# Why no host is valid, where the scheduler had some to look at.
NOT_ENOUGH = "There are not enough hosts available."


class NoValidHost(ComputeError):
    """No host can take the server; it becomes the server's fault, not an answer."""

    message = "No valid host was found. {reason}"


class MaxRetriesExceeded(NoValidHost):
    message = "Exceeded maximum number of retries. {reason}"


class BuildAborted(ComputeError):
    """The build cannot succeed anywhere; it is not tried on another host."""

    message = "Build of instance {server_id} aborted: {reason}"


class Unsupported(BadRequest):
    """A driver or an image cannot do what was asked."""

    message = "The requested functionality is not supported."


class Unexpected(ComputeError):
    """What Nova did not foresee either: its answer names the class of its error."""

    message = "Unexpected API Error. Please contact the administrator\n<class '{kind}'>"
