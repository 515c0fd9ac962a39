"""API tokens for actors of tests."""

from market.accounts.forms import TokenInput
from market.accounts.scopes import SCOPES
from market.accounts.tokens import create_token
from market.kit.actor import Actor


async def bearer(by: Actor, *scopes: str) -> dict[str, str]:
    """The header of a new token of this member, with every scope unless some are named."""
    details = TokenInput.model_validate(
        {"name": "journey", "scopes": list(scopes or SCOPES), "days": 365}
    )
    _row, clear = await create_token(details, by=by)
    return {"authorization": f"Bearer {clear}"}
