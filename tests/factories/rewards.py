"""Claims for rewards for tests."""

from typing import Any

from market.accounts.models import Organisation
from market.directory.models import Talent
from market.kit import files
from market.kit.actor import Actor
from market.rewards import claims
from market.rewards.forms import ClaimInput
from market.rewards.models import RewardClaim
from market.rewards.records import reward_of
from tests.factories.directory import make_talent

CODE = "jinan-volume"


def claim_input(**values: Any) -> ClaimInput:
    """Half a million yuan for 2026."""
    return ClaimInput.model_validate({"year": 2026, "asked_fen": "500000", **values})


async def hire(organisation: Organisation, count: int) -> None:
    """Annotators in the talent library, `count` in all."""
    one = await make_talent(organisation=organisation)
    copied = {
        name: getattr(one, name)
        for name in one._meta.db_fields
        if name not in ("id", "number", "external_id")
    }
    await Talent.bulk_create(
        [Talent(**copied, number=f"T-{one.number[-6:]}-{n}") for n in range(count - 1)]
    )


async def make_claim(by: Actor, *, code: str = CODE, **values: Any) -> RewardClaim:
    """A claim begun."""
    reward = reward_of(code)
    assert reward is not None
    return await claims.begin_claim(reward, claim_input(**values), by=by)


async def submitted_claim(
    by: Actor, *, criterion: str = "storage_gb", **values: Any
) -> RewardClaim:
    """A claim handed in with one paper."""
    claim = await make_claim(by, **values)
    paper = await files.store("证明.txt", "标注存储量120TB。".encode(), by=by)
    await claims.attach_paper(claim, criterion, paper, by=by)
    return await claims.submit_claim(claim, by=by)
