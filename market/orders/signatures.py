"""Recorded electronic signatures over the digest of a contract's version (电子签名法 第三条)."""

from collections.abc import Mapping
from typing import Any

from market.kit import clock
from market.kit.actor import Actor
from market.kit.errors import Conflict
from market.kit.i18n import gettext as _
from market.orders.models import Contract, Signature
from market.orders.terms import digest_of

SIDES = 2


class DigestMismatch(Conflict):
    """What is to be signed is not what is on file."""

    title = "The contract text is not the one you read"


class AlreadySigned(Conflict):
    """A side signs a text once."""

    title = "Your side has signed already"


async def sign_text(
    contract: Contract, terms: Mapping[str, Any], *, on_file: str, digest: str, by: Actor
) -> dict[str, Any]:
    """One side's signature over a text of a locked contract, as it is logged.

    Raises DigestMismatch, AlreadySigned.
    """
    if digest != on_file or digest_of(terms) != on_file:
        raise DigestMismatch(_("The contract text is not the one you read; open it again"))
    side: dict[str, Any] = {
        "contract_id": contract.id,
        "organisation_id": by.organisation_id,
        "digest": digest,
    }
    if await Signature.exists(**side):
        raise AlreadySigned(_("Your side has signed this contract already"))
    signature: dict[str, Any] = {
        "organisation_id": by.organisation_id,
        "person_id": by.person_id,
        "signer_name": by.name,
        "digest": digest,
        "signed_at": clock.now(),
    }
    await Signature.create(contract_id=contract.id, **signature)
    return signature


async def are_both_signed(contract: Contract, digest: str) -> bool:
    """Whether both sides have signed the text with this digest."""
    return await Signature.filter(contract_id=contract.id, digest=digest).count() == SIDES
