"""Each side's secret of a draw: committed to before delivery, sealed until the sample is drawn.

Both commitments (SHA-256 of the secret's text) show from the planning of a batch on; the secrets
show once the delivery's manifest is fixed. Neither side can then have steered the draw, and anybody
can repeat it: joint_seed(buyer's secret, supplier's secret, manifest digest), then draw_sample.
"""

import hashlib
import secrets
from uuid import UUID

from market.kit import vault
from market.orders.sampling import joint_seed

PURPOSE = "orders:seed"
MIN_LENGTH = 16
MAX_LENGTH = 100


def fresh_secret() -> str:
    """A secret of 256 random bits, as text."""
    return secrets.token_hex(32)


def commitment(secret: str) -> str:
    """What a side shows of its secret before the delivery."""
    return hashlib.sha256(secret.encode()).hexdigest()


def seal(batch_id: UUID, secret: str) -> bytes:
    """The secret as the database holds it until the draw."""
    return vault.seal(secret, purpose=PURPOSE, row_id=batch_id)


def open_sealed(batch_id: UUID, box: bytes) -> str:
    """The secret of a batch whose sample is being drawn. InvalidTag when it was tampered with."""
    return vault.unseal(box, purpose=PURPOSE, row_id=batch_id)


def seed_of(buyer_secret: str, supplier_secret: str, manifest_digest: str) -> bytes:
    """The seed of the draw, from what both committed to and what was delivered."""
    parts = (buyer_secret.encode(), supplier_secret.encode(), bytes.fromhex(manifest_digest))
    return joint_seed(*parts)
