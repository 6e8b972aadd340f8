"""Passwords: hashed cheaply by default, because this cloud issues tokens by the thousand."""

import secrets

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher


class Hasher(PBKDF2PasswordHasher):
    """PBKDF2 with as many rounds as the setting IDENTITY_PASSWORD_ROUNDS says (default 500).

    The rounds stand in each hash, so the setting may be raised at any time.
    """

    algorithm = "pbkdf2_sha256_rounds"

    def rounds(self) -> int:
        return int(getattr(settings, "IDENTITY_PASSWORD_ROUNDS", 500))


_HASHER = Hasher()


def conceal(password: str) -> str:
    """Hash a password."""
    return str(_HASHER.encode(password, secrets.token_hex(8), iterations=_HASHER.rounds()))


def matches(password: str, hashed: str | None) -> bool:
    """Whether `password` is the one that was hashed."""
    return hashed is not None and bool(_HASHER.verify(password, hashed))
