"""The platform's signature: Ed25519, its key derived from SECRET_KEY, its public half printed with each use."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from market.settings import settings


def _private(purpose: str) -> Ed25519PrivateKey:
    secret = settings.secret_key.get_secret_value().encode()
    seed = HKDF(SHA256(), 32, salt=None, info=f"signing:{purpose}".encode()).derive(secret)
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_key(purpose: str) -> str:
    """The public key of one purpose, 64 hexadecimal digits."""
    return _private(purpose).public_key().public_bytes_raw().hex()


def sign(content: bytes, *, purpose: str) -> str:
    """The signature over `content`, 128 hexadecimal digits."""
    return _private(purpose).sign(content).hex()


def is_signed(content: bytes, signature: str, *, key: str) -> bool:
    """Whether `signature` is that of the public `key` over `content`."""
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public.verify(bytes.fromhex(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True
