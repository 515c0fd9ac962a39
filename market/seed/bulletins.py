"""The demo's bulletins: the province's of the past month is issued; the clock drafts the others."""

from market.bulletins import editions
from market.bulletins.forms import BulletinInput
from market.bulletins.states import BulletinKind
from market.bureau.periods import current_month, shifted
from market.kit.actor import Actor


async def play_bulletins(province: Actor) -> None:
    """A monthly bulletin as a bureau issues it."""
    month = shifted(current_month(), -1)
    content = BulletinInput(kind=BulletinKind.MONTHLY, period=month)
    await editions.issue_bulletin(await editions.draft_bulletin(content, by=province), by=province)
