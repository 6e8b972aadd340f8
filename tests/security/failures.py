"""What counts as a failure of the cloud, and what the real services do not do better."""

import logging

# What the real services answer with 500 on purpose or for want of code: no exception is logged.
THEIR_OWN = (
    "Unexpected API Error. Please contact the administrator",
    "Unable to update attachment",
    "Unable to update the attachment.",
    # Keystone: what should be signed comes without Authorization.
    "An unexpected error prevented the server from fulfilling your request.",
)
KEEPS = {
    # Nova: the record that it was tried stays, with its event.
    "POST /servers/{server_id}/os-interface",
    "addFixedIp",
    "removeFixedIp",
    # Nova: a move that no host takes leaves a migration that failed.
    "os-migrateLive",
    # Nova: what else is asked of an attachment is done before another volume for it is refused.
    "PUT /servers/{server_id}/os-volume_attachments/{volume_id}",
}


def keeps(asked):
    """Whether a refused request leaves something, as in Nova."""
    return asked.action in KEEPS or f"{asked.method} {asked.route}" in KEEPS


class Failures(logging.Handler):
    """Keeps the exceptions that were logged, while it is entered."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.seen = []

    def emit(self, record):
        if record.exc_info and record.exc_info[1] is not None:
            self.seen.append(record.exc_info[1])

    def __enter__(self):
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *exc):
        logging.getLogger().removeHandler(self)

    def has_caused(self, answer):
        """Whether an answer is a failure that the real services do not have."""
        if answer.status != 500:
            return False
        return bool(self.seen) or not any(text in answer.text for text in THEIR_OWN)
