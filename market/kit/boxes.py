"""Public-key boxes: HPKE (RFC 9180) with X25519, HKDF-SHA256 and AES-256-GCM, bound to a context."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_LENGTH = 32
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class Unreadable(Exception):
    """The box was changed, moved to another context, or is another key's."""


def new_private() -> bytes:
    """A fresh private key."""
    return X25519PrivateKey.generate().private_bytes_raw()


def private_of(secret: bytes, *, bound_to: bytes) -> bytes:
    """The private key that a shared secret stands for, in one context."""
    return HKDF(SHA256(), KEY_LENGTH, salt=None, info=bound_to).derive(secret)


def public_of(private: bytes) -> bytes:
    """The public half."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def seal(public: bytes, content: bytes, *, bound_to: bytes) -> bytes:
    """A box only the private half opens, and only in the same context."""
    return _SUITE.encrypt(content, X25519PublicKey.from_public_bytes(public), bound_to)


def unseal(private: bytes, box: bytes, *, bound_to: bytes) -> bytes:
    """What is in a box. Raises Unreadable."""
    try:
        return _SUITE.decrypt(box, X25519PrivateKey.from_private_bytes(private), bound_to)
    except InvalidTag:
        raise Unreadable from None
