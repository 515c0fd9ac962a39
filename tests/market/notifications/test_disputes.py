"""Mail about disputes: to whose turn it is, in Chinese, and no named amount in any of it."""

import pytest

from market.disputes import disputes, measurements, mediation
from market.disputes.forms import AppointmentInput, ReferralInput
from market.disputes.models import Dispute
from market.kit import outbox
from market.kit.mail import SentMail
from market.worker import HANDLERS
from tests.factories.accounts import actor, make_organisation
from tests.factories.disputes import TEXT, answer, make_dispute, measured, proposed

pytestmark = pytest.mark.usefixtures("rollback")


async def subjects() -> list[str]:
    """What was sent since the last call, one subject for each kind of mail."""
    mails = {
        topic: tuple(one for one in handlers if one.__module__ == "market.notifications.disputes")
        for topic, handlers in HANDLERS.items()
    }
    await outbox.drain(mails)
    found = await SentMail.all().order_by("id")
    for mail in found:
        assert "212,345" not in f"{mail.text}{mail.html}"
    await SentMail.all().delete()
    return sorted({mail.subject for mail in found})


async def test_each_step_tells_whose_turn_it_is() -> None:
    case = await make_dispute(amount_fen=21_234_500)
    number = case.dispute.number
    assert await subjects() == [f"争议 {number}：请您答复"]
    dispute = await proposed(case, 20_000_000)
    assert await subjects() == [
        f"争议 {number} 已答复", f"争议 {number} 进入调解", f"争议 {number}：调解人提出金额方案",
    ]  # fmt: skip
    await make_organisation(kind="bureau", region_code="140000")
    await actor(await make_organisation(kind="bureau", region_code="370000"))
    await mediation.refer_dispute(dispute, ReferralInput(text=TEXT), by=case.deal.buyer)
    assert await subjects() == [f"争议 {number} 已提请主管部门"]
    await mediation.order_measurement(dispute, by=case.mediator)
    assert await subjects() == [f"争议 {number} 进入复测", f"争议 {number} 需指定复测方"]
    reader = await make_organisation(kind="supplier", name="复测公司")
    await actor(reader)
    reading = await measurements.appoint_reader(
        await Dispute.get(id=dispute.id), AppointmentInput(organisation=reader.number),
        by=case.mediator,
    )  # fmt: skip
    assert await subjects() == [f"复测 {reading.number}：请问能否判读一份样本？"]


async def test_the_end_is_told_to_both() -> None:
    case = await make_dispute()
    await measured(case, defects=5)
    assert f"争议 {case.dispute.number} 已解决" in await subjects()
    other = await make_dispute()
    await disputes.withdraw_dispute(other.dispute, by=other.deal.supplier)
    assert f"争议 {other.dispute.number} 已撤回" in await subjects()
    third = await make_dispute(amount_fen=1)
    await answer(third, 24_000_000)
    assert f"争议 {third.dispute.number} 已解决" in await subjects()
