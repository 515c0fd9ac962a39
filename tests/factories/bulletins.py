"""Bulletins for tests."""

from market.bulletins import editions
from market.bulletins.forms import BulletinInput
from market.bulletins.models import Bulletin
from market.kit.actor import Actor


async def draft_bulletin(by: Actor, *, kind: str = "monthly", period: str = "2025-12") -> Bulletin:
    """A draft."""
    content = BulletinInput.model_validate({"kind": kind, "period": period})
    return await editions.draft_bulletin(content, by=by)


async def issued_bulletin(by: Actor, **values: str) -> Bulletin:
    """A bulletin as issued."""
    return await editions.issue_bulletin(await draft_bulletin(by, **values), by=by)
