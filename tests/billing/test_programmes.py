"""Taking in the shipped programmes: once, by version, never changed."""

import pytest

from billing.models import VoucherProgramme
from billing.programmes import ProgrammeChanged, load_programmes, remaining_of, rule_of
from billing.states import ProgrammeStatus
from billing.vouchers.programmes import load_programmes as shipped
from tests.factories.billing import make_programme


async def test_published_ones_open_and_incomplete_ones_stay_drafts(rollback: None) -> None:
    assert await load_programmes() == len(shipped())
    assert await load_programmes() == 0
    rows = {row.code: row for row in await VoucherProgramme.all()}
    assert {code for code, row in rows.items() if row.status == ProgrammeStatus.DRAFT} == {
        code for code, rule in shipped().items() if rule.status == "draft"
    }
    assert all(rule_of(row).digest() == row.digest for row in rows.values())


async def test_a_published_version_never_changes(rollback: None) -> None:
    await load_programmes()
    row = await VoucherProgramme.filter(status=ProgrammeStatus.OPEN).order_by("code").first()
    assert row is not None
    await VoucherProgramme.filter(id=row.id).update(digest="another")
    with pytest.raises(ProgrammeChanged):
        await load_programmes()
    assert (await VoucherProgramme.get(id=row.id)).digest == "another"


async def test_a_draft_may_still_be_completed(rollback: None) -> None:
    await load_programmes()
    row = await VoucherProgramme.filter(status=ProgrammeStatus.DRAFT).order_by("code").first()
    assert row is not None
    await VoucherProgramme.filter(id=row.id).update(digest="older")
    assert await load_programmes() == 0
    assert (await VoucherProgramme.get(id=row.id)).digest == shipped()[row.code].digest()


async def test_an_untouched_pool_is_whole(rollback: None) -> None:
    programme = await make_programme(pool_fen=500)
    assert await remaining_of(programme, rule_of(programme)) == {"pool:total": 500}
