"""What Volume refuses: each error knows its status and Cinder's sentence."""


class VolumeError(Exception):
    """An answer that is no success."""

    status = 500

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadRequest(VolumeError):
    status = 400


class Forbidden(VolumeError):
    status = 403


class NotFound(VolumeError):
    status = 404

    def __init__(self, message: str = "The resource could not be found.") -> None:
        super().__init__(message)


class Conflict(VolumeError):
    status = 409


class QuotaExceeded(VolumeError):
    status = 413


class NotImplementedHere(VolumeError):
    status = 501


def malformed() -> BadRequest:
    """What Cinder says when a method of its own fails on the type of a value."""
    return BadRequest(
        "The server could not comply with the request since it is either malformed or otherwise "
        "incorrect."
    )


def invalid_input(reason: str) -> BadRequest:
    return BadRequest(f"Invalid input received: {reason}")


def invalid_volume(reason: str) -> BadRequest:
    return BadRequest(f"Invalid volume: {reason}")


def invalid_snapshot(reason: str) -> BadRequest:
    return BadRequest(f"Invalid snapshot: {reason}")


def invalid_group(reason: str) -> BadRequest:
    return BadRequest(f"Invalid Group: {reason}")


def invalid_backup(reason: str) -> BadRequest:
    return BadRequest(f"Invalid backup: {reason}")


def not_found(noun: str, name: str) -> NotFound:
    """`Volume 8a… could not be found.`"""
    return NotFound(f"{noun} {name} could not be found.")


def not_authorized() -> Forbidden:
    """To a user of no project, whose token is of a domain or of nothing."""
    return Forbidden("Not authorized.")


def not_allowed(rule: str) -> Forbidden:
    return Forbidden(f"Policy doesn't allow {rule} to be performed.")
