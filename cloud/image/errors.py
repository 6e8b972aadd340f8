"""What Image refuses: each error knows its status and Glance's sentence."""

from typing import Any


class ImageError(Exception):
    """An answer that is no success; `explanation` None means the status' own sentence."""

    status = 500

    def __init__(
        self,
        explanation: str | None = None,
        *,
        detail: str = "",
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(explanation or detail)
        self.explanation = explanation
        self.detail = detail
        self.headers = headers or {}


class BadRequest(ImageError):
    status = 400


class Forbidden(ImageError):
    status = 403


class NotFound(ImageError):
    status = 404


class MethodNotAllowed(ImageError):
    status = 405


class NotImplementedMethod(ImageError):
    status = 501


class Conflict(ImageError):
    status = 409


class Gone(ImageError):
    status = 410


class TooLarge(ImageError):
    status = 413


class UnsupportedMedia(ImageError):
    status = 415


class RangeNotSatisfiable(ImageError):
    status = 416


def image_not_found(image_id: str) -> NotFound:
    return NotFound(f"No image found with ID {image_id}")


def not_authorized(rule: str) -> Forbidden:
    return Forbidden(f"You are not authorized to complete {rule} action.")


def limit_exceeded(what: str, attempted: Any, maximum: Any) -> TooLarge:
    return TooLarge(
        f"The limit has been exceeded on the number of allowed image {what}. "
        f"Attempted: {attempted}, Maximum: {maximum}"
    )


def no_such_transition(current: str, new: str) -> str:
    return f"Image status transition from {current} to {new} is not allowed"
