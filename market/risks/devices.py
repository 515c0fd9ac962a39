"""A device as a keyed digest: comparable among bidders, readable by nobody."""

import hashlib
import hmac
import ipaddress

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from market.settings import settings


def fingerprint(address: str, user_agent: str) -> str:
    """HMAC of address and browser under a key for this purpose alone; empty for an inner address.

    Everybody behind a proxy that hides addresses would seem to sit at the same desk.
    """
    try:
        if not ipaddress.ip_address(address).is_global or not user_agent:
            return ""
    except ValueError:
        return ""
    secret = settings.secret_key.get_secret_value().encode()
    key = HKDF(SHA256(), 32, salt=None, info=b"device of a bidder").derive(secret)
    return hmac.new(key, f"{address}\n{user_agent}".encode(), hashlib.sha256).hexdigest()
