"""Key pairs: made by the cloud or brought by the user, and their fingerprints."""

import base64
import binascii
import datetime
import hashlib
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_public_key,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.db import IntegrityError, transaction

from compute.domain import quotas
from compute.domain.errors import BadRequest, Conflict, Forbidden, KeyPairNotFound
from compute.models import KeyPair
from compute.work import clock
from middleware.context import RequestContext

_BITS = 2048
_DAYS = 3650
_UPN = x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")


class InvalidKeyPair(BadRequest):
    message = "Keypair data is invalid: {reason}"


class KeyPairExists(Conflict):
    message = "Key pair '{name}' already exists."


class TooManyKeyPairs(Forbidden):
    message = "Quota exceeded, too many key pairs."


class Made(NamedTuple):
    """A new key: `private` goes to the user once and is kept nowhere."""

    private: str
    public: str
    fingerprint: str


def make(
    context: RequestContext,
    *,
    user_id: str,
    name: str,
    type: str = "ssh",
    public_key: str | None = None,
) -> tuple[KeyPair, str | None]:
    """Keep the user's public key, or make a pair and return its private half with it."""
    # Nova: an administrator who makes one for another has their own limit, beside the other's use.
    limit = quotas.both(context.project_id, context.user_id).least("key_pairs")
    if quotas.exceeds(KeyPair.objects.filter(user_id=user_id).count(), 1, limit):
        raise TooManyKeyPairs
    private_key = None
    if public_key is None:
        made_key = _make_x509(user_id) if type == "x509" else _make_ssh()
        private_key, public_key, fingerprint = made_key
    else:
        fingerprint = fingerprint_of(public_key, type)
    try:
        with transaction.atomic():
            made = KeyPair.objects.create(
                user_id=user_id,
                name=name,
                type=type,
                public_key=public_key,
                fingerprint=fingerprint,
            )
    except IntegrityError:
        raise KeyPairExists(name=name) from None
    return made, private_key


def delete(*, user_id: str, name: str) -> None:
    with transaction.atomic():
        count, _ = KeyPair.objects.filter(user_id=user_id, name=name).delete()
    if not count:
        raise KeyPairNotFound(name=name, user_id=user_id)


def _colons(digest: str) -> str:
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))


def fingerprint_of(public_key: str, type: str) -> str:
    """MD5 of an SSH key's data, SHA-1 of a certificate; raise InvalidKeyPair for what is none."""
    if type == "x509":
        try:
            certificate = x509.load_pem_x509_certificate(public_key.encode())
            return _colons(certificate.fingerprint(hashes.SHA1()).hex())  # noqa: S303
        except (ValueError, TypeError, binascii.Error) as exc:
            reason = f"failed to generate X509 fingerprint. Error message: {exc}"
            raise InvalidKeyPair(reason=reason) from None
    try:
        load_ssh_public_key(public_key.encode())
        data = base64.b64decode(public_key.split(" ")[1])
    except Exception:  # a key can be wrong in many ways, and there is one sentence for them
        raise InvalidKeyPair(reason="failed to generate fingerprint") from None
    return _colons(hashlib.md5(data, usedforsecurity=False).hexdigest())


def _make_ssh() -> Made:
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    public = f"{public} Generated-by-Nova"
    return Made(private.decode(), public, fingerprint_of(public, "ssh"))


def _make_x509(user_id: str) -> Made:
    """A certificate with which the user may log in to a Windows guest without a password."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, user_id[:64])])
    principal = x509.OtherName(_UPN, _der_text(f"{user_id}@localhost"))
    now = clock.now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=_DAYS))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([principal]), critical=False)
        .sign(key, hashes.SHA256())
    )
    bundle = pkcs12.serialize_key_and_certificates(None, key, certificate, None, NoEncryption())
    public = certificate.public_bytes(Encoding.PEM).decode()
    return Made(base64.b64encode(bundle).decode(), public, fingerprint_of(public, "x509"))


def _der_text(text: str) -> bytes:
    """A UTF8String in DER."""
    raw = text.encode()
    size = len(raw)
    if size < 0x80:
        return bytes((0x0C, size)) + raw
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((0x0C, 0x80 | len(length))) + length + raw
