"""A refusal, as the metadata service's views turn it into a page."""


class Refused(Exception):
    """A status, and a sentence if it is not the status's own."""

    def __init__(self, status: int, explanation: str | None = None) -> None:
        super().__init__(explanation or status)
        self.status = status
        self.explanation = explanation
