"""Voucher programmes in the market: the shipped rules taken in, version by version, with their pools."""

import json
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from uuid import UUID

from billing.models import VoucherPool, VoucherProgramme
from billing.states import ProgrammeStatus
from billing.vouchers.programmes import load_programmes as shipped_programmes
from billing.vouchers.rules import Pool, Programme
from market.kit import clock, rows
from market.kit.db import atomic

_STATUS = {
    "draft": ProgrammeStatus.DRAFT,
    "active": ProgrammeStatus.OPEN,
    "closed": ProgrammeStatus.CLOSED,
}


class ProgrammeChanged(ValueError):
    """A shipped rule differs from the published version of the same number: publish a new version."""


async def load_programmes() -> int:
    """Take in every shipped programme version that is not here yet; returns how many were new.

    Complete rules open, incomplete ones stay drafts. A draft may still change; a published version
    may not, so a difference raises ProgrammeChanged.
    """
    return sum([await _take_in(rule) for rule in shipped_programmes().values()])


@atomic()
async def _take_in(rule: Programme) -> bool:
    status = _STATUS[rule.status]
    content = {
        "title": rule.title,
        "kind": rule.kind,
        "issuer": rule.issuer,
        "status": status,
        "region_code": rule.region_code,
        "mode": rule.instrument.mode,
        "rule": rule.pinned(),
        "digest": rule.digest(),
    }
    row, is_new = await VoucherProgramme.get_or_create(
        code=rule.id, version=rule.version, defaults=content
    )
    if is_new:
        await VoucherProgramme.filter(code=rule.id, version__lt=rule.version).update(
            status=ProgrammeStatus.CLOSED
        )
    elif row.digest != rule.digest():
        if row.status != ProgrammeStatus.DRAFT:
            raise ProgrammeChanged(rule.reference)
        await row.update_from_dict(content).save()
    return is_new


def rule_of(programme: VoucherProgramme) -> Programme:
    """The rule of a programme row, exactly as it was published."""
    return _parsed(json.dumps(programme.rule, ensure_ascii=False))


@lru_cache(maxsize=200)
def _parsed(rule: str) -> Programme:
    return Programme.model_validate_json(rule)


async def take_turn(programme: VoucherProgramme) -> list[VoucherProgramme]:
    """Every version of a programme, locked to the end of the verb: they share their pools and caps, so
    claims under any of them take turns."""
    return await rows.select(
        VoucherProgramme, "code", [programme.code], order_by="id", is_locked=True
    )


async def lock_pools(
    programme: VoucherProgramme, rule: Programme, versions: Iterable[VoucherProgramme]
) -> dict[str, VoucherPool]:
    """The pools a claim of today draws from, by the engine's limit key, whatever version opened
    them; opened when new, locked to the end of the verb."""
    found = await _pools([row.id for row in versions], is_locked=True)
    pools = {}
    for pool in rule.funding.pools:
        label = _label(pool, clock.today())
        pools[_limit_key(pool)] = found.get((pool.period, label)) or await VoucherPool.create(
            programme=programme, period=pool.period, label=label, limit_fen=pool.fen
        )
    return pools


async def _pools(
    versions: Iterable[UUID], *, is_locked: bool = False
) -> dict[tuple[str, str], VoucherPool]:
    found = await rows.select(
        VoucherPool, "programme_id", versions, order_by="id", is_locked=is_locked
    )
    return {(row.period, row.label): row for row in found}


def _label(pool: Pool, day: date) -> str:
    return str(day.year) if pool.period == "year" else pool.period


async def remaining_of(programme: VoucherProgramme, rule: Programme) -> dict[str, int]:
    """What is left of each pool today, in fen, by the engine's limit key."""
    versions = await rows.values(VoucherProgramme, "id", "code", [programme.code])
    pools = await _pools(versions)
    today = clock.today()
    left = {
        _limit_key(pool): (pool, pools.get((pool.period, _label(pool, today))))
        for pool in rule.funding.pools
    }
    return {key: left_in(row) if row else pool.fen for key, (pool, row) in left.items()}


def _limit_key(pool: Pool) -> str:
    return f"pool:{pool.period}"


def left_in(pool: VoucherPool) -> int:
    """What is neither reserved nor redeemed, in fen."""
    left: int = pool.limit_fen - pool.reserved_fen - pool.redeemed_fen
    return left
