"""Secrets at rest: sealed under a key drawn from SECRET_KEY, bound to their purpose and their row."""

import hmac
import secrets
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from market.settings import settings

NONCE = 12


def seal(secret: str, *, purpose: str, row_id: UUID) -> bytes:
    """The secret as the database holds it: a random nonce, then AES-256-GCM."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(_key(purpose)).encrypt(nonce, secret.encode(), row_id.bytes)


def unseal(box: bytes, *, purpose: str, row_id: UUID) -> str:
    """The secret again. InvalidTag when it was altered, moved to another row, or the key is another."""
    return AESGCM(_key(purpose)).decrypt(box[:NONCE], box[NONCE:], row_id.bytes).decode()


def fingerprint(secret: str, *, purpose: str) -> str:
    """The same for the same secret and purpose, and telling nothing of it without the key."""
    return hmac.new(_key(purpose), secret.encode(), "sha256").hexdigest()


def _key(purpose: str) -> bytes:
    secret = settings.secret_key.get_secret_value().encode()
    return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(secret)
