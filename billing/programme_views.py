"""What a page says of a voucher programme: who, for what, how much, within which limits."""

from collections.abc import Iterable
from dataclasses import dataclass

from billing.models import VoucherProgramme
from billing.programmes import remaining_of, rule_of
from billing.vouchers.rules import Programme, Tier
from market.kit.i18n import gettext as _
from market.kit.money import format_short
from market.vocabulary import regions


@dataclass(frozen=True)
class PoolRow:
    """A budget, and what is left of it today."""

    period: str
    limit_fen: int
    left_fen: int


@dataclass(frozen=True)
class ProgrammeRow:
    """A programme, its rule, and its terms as short texts."""

    programme: VoucherProgramme
    rule: Programme
    region: str
    rates: list[str]
    caps: list[str]
    pools: list[PoolRow]


async def view_programmes(rows: Iterable[VoucherProgramme]) -> list[ProgrammeRow]:
    """The rows a page shows, in the given order."""
    return [await _view(row) for row in rows]


async def _view(programme: VoucherProgramme) -> ProgrammeRow:
    rule = rule_of(programme)
    left = await remaining_of(programme, rule)
    return ProgrammeRow(
        programme,
        rule,
        regions.full_name(rule.region_code),
        rates=list(dict.fromkeys(_rate(tier) for tier in rule.tiers or ())),
        caps=[
            _("up to %(amount)s", amount=format_short(level.limit))
            for cap in rule.caps
            if cap.unit == "fen"
            for level in cap.levels[-1:]
            if level.limit is not None
        ],
        pools=[
            PoolRow(pool.period, pool.fen, left[f"pool:{pool.period}"])
            for pool in rule.funding.pools
        ],
    )


def _rate(tier: Tier) -> str:
    if tier.rate_bp is not None:
        return f"{tier.rate_bp // 100}%" if tier.rate_bp % 100 == 0 else f"{tier.rate_bp / 100}%"
    if tier.flat_fen is not None:
        return format_short(tier.flat_fen)
    if tier.steps is not None:
        return _(
            "in steps up to %(amount)s", amount=format_short(max(step.fen for step in tier.steps))
        )
    return _("the full amount")
