"""Standard Webhooks 1.0: secrets and the three headers a receiver checks."""

import base64
import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
SECRET_BYTES = 24


def new_secret() -> str:
    """A fresh secret, 24 random bytes."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signature(secret: str, *, event_id: str, timestamp: int, body: str) -> str:
    """`v1,` and the HMAC-SHA256 over `id.timestamp.body` in base64."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{event_id}.{timestamp}.{body}".encode()
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(keys: Iterable[str], *, event_id: str, at: dt.datetime, body: str) -> dict[str, str]:
    """The headers of a request, with a signature for each secret that is in force."""
    timestamp = int(at.timestamp())
    signatures = [signature(key, event_id=event_id, timestamp=timestamp, body=body) for key in keys]
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }
