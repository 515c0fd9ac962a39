"""Mail goes to the right people once, in their language, and says nothing that is sealed."""

from pathlib import Path

import pytest

from market.accounts import invitations, people, verification
from market.accounts.forms import InvitationInput
from market.accounts.mail_groups import GROUP_OF, GROUPS
from market.accounts.models import Person
from market.accounts.states import Role
from market.kit import clock, outbox
from market.tendering import bids, questions
from market.worker import HANDLERS
from tests.factories import actor, make_membership, make_organisation, make_person
from tests.factories.mail import address_of, deliver_mail
from tests.factories.tendering import (
    award,
    make_supplier,
    offer,
    open_bids,
    place_bid,
    published_job,
)

TEMPLATES = Path(__file__).parents[3] / "templates" / "email"
PRICE = "87.6543"


def test_every_template_has_three_parts_and_a_handler() -> None:
    folders = {path.name for path in TEMPLATES.iterdir() if path.is_dir()}

    for name in folders:
        parts = {part.name for part in (TEMPLATES / name).iterdir()}
        assert parts == {"subject.txt", "body.txt", "body.html"}
    assert folders - set(HANDLERS) == {
        "deadline.binding", "dispute.readers_wanted", "job.invited", "office.moved", "person.known",
        "pilot.wanted",
    }  # fmt: skip


def test_groups_name_topics_with_mail() -> None:
    folders = {path.name for path in TEMPLATES.iterdir() if path.is_dir()}

    assert set(GROUP_OF.values()) == set(GROUPS)
    assert set(GROUP_OF) <= folders


async def test_mail_is_sent_once(rollback: None) -> None:
    await people.request_password_reset((await make_person()).email)
    message = await outbox.OutboxMessage.get(topic="password.reset_requested")

    assert len(await deliver_mail()) == 1
    await outbox.OutboxMessage.filter(id=message.id).update(done_at=None, handled=[])
    assert await deliver_mail() == []


async def test_reset_for_an_unknown_address_sends_nothing(rollback: None) -> None:
    await people.request_password_reset("nobody@example.com")

    assert await deliver_mail() == []


@pytest.mark.parametrize(
    ("locale", "subject"), [("zh_CN", "设置新密码"), ("en", "Set a new password")]
)
async def test_mail_is_in_the_language_of_its_reader(
    rollback: None, locale: str, subject: str
) -> None:
    person = await make_person(locale=locale, name="Li")
    await people.request_password_reset(person.email)

    (mail,) = await deliver_mail()

    assert (mail.recipient, mail.subject) == (person.email, subject)
    assert "http://testserver/password/reset/" in mail.text
    assert "http://testserver/password/reset/" in mail.html


async def test_invitation_carries_the_only_token(rollback: None) -> None:
    organisation = await make_organisation(name="济南市示范医院")
    owner = await actor(organisation)
    role = InvitationInput(email="new@example.com", role=Role.FINANCE)
    invitation = await invitations.invite_member(organisation, role, by=owner)
    token = (await outbox.OutboxMessage.get(topic="member.invited")).payload["token"]

    (mail,) = await deliver_mail()

    assert mail.recipient == "new@example.com"
    assert mail.subject == "邀请您加入 济南市示范医院"
    assert f"/invitations/{token}" in mail.text
    assert "财务" in mail.text
    assert token not in invitation.token_hash


async def test_verdict_goes_to_the_owners_with_its_reason(rollback: None) -> None:
    operator = await actor(await make_organisation(kind="operator"))
    organisation = await make_organisation()
    owner = await actor(organisation)
    await actor(organisation, role="finance")
    await verification.suspend(organisation, "证照已过期", by=operator)

    (mail,) = await deliver_mail()

    assert mail.recipient == await address_of(owner)
    assert "证照已过期" in mail.text


async def test_muted_group_is_left_out_and_the_rest_is_not(rollback: None) -> None:
    job = await published_job()
    supplier = await make_supplier()
    await people.choose_mail([], by=supplier)
    bid = await place_bid(job, by=supplier)

    assert await deliver_mail() == []

    await people.choose_mail(["receipts"], by=supplier)
    await bids.revise_bid(bid, offer(unit_price="79"), by=supplier)
    (mail,) = await deliver_mail()
    assert mail.recipient == await address_of(supplier)
    assert mail.subject == f"投标回执 {bid.number}"
    assert "/unsubscribe/" in mail.text


async def test_sealed_bid_is_in_no_mail_but_its_own_receipt(rollback: None) -> None:
    owner = await actor(await make_organisation(name="需求医院"))
    job = await published_job(by=owner)
    supplier = await make_supplier(name="晋云标注有限公司")
    rival = await make_supplier()
    await place_bid(job, by=rival)
    await deliver_mail()

    bid = await place_bid(job, by=supplier, unit_price=PRICE)
    await questions.ask_question(job, "是否需要双人复核？", by=supplier)
    mails = await deliver_mail()

    by_recipient = {mail.recipient: mail for mail in mails}
    receipt = by_recipient.pop(await address_of(supplier))
    question = by_recipient.pop(await address_of(owner))
    assert by_recipient == {}
    assert bid.digest in receipt.text
    assert [mail.is_confidential for mail in (receipt, question)] == [True, False]
    for mail in mails:
        everything = mail.subject + mail.text + mail.html
        assert PRICE not in everything
        assert "晋云标注" not in everything
    assert "是否需要双人复核？" in question.text


async def test_opening_tells_owner_and_bidders(rollback: None) -> None:
    owner = await actor(await make_organisation())
    job = await published_job(by=owner)
    first, second, third = [await make_supplier() for _ in range(3)]
    for supplier in (first, second, third):
        await place_bid(job, by=supplier)
    await deliver_mail()

    job = await open_bids(job)
    assert job.opened_at is not None
    with clock.frozen_at(job.opened_at):
        mails = await deliver_mail()

    expected = {await address_of(by) for by in (owner, first, second, third)}
    assert {mail.recipient for mail in mails} == expected
    assert all(mail.subject == f"已开标：{job.number} {job.title}" for mail in mails)


async def test_award_tells_each_bidder_their_own_result(rollback: None) -> None:
    owner = await actor(await make_organisation())
    job = await published_job(by=owner)
    winner = await make_supplier(name="中标公司")
    losers = [await make_supplier(), await make_supplier()]
    chosen = await place_bid(job, by=winner, unit_price="70")
    for loser in losers:
        await place_bid(job, by=loser)
    await award(job, chosen, by=owner, is_active=False)

    mails = [mail for mail in await deliver_mail() if mail.subject.startswith("定标结果")]

    texts = {mail.recipient: mail.text for mail in mails}
    assert len(texts) == 4
    assert "您的投标中标" in texts[await address_of(winner)]
    assert "定标结果已公示" in texts[await address_of(owner)]
    for loser in losers:
        text = texts[await address_of(loser)]
        assert "未中标" in text
        assert "中标公司" in text
        assert "另一投标" in text or "其他投标" in text or "原因" in text


async def test_removed_member_gets_nothing(rollback: None) -> None:
    organisation = await make_organisation()
    await actor(organisation)
    gone = await make_membership(organisation)
    gone.revoked_at = clock.now()
    await gone.save()
    operator = await actor(await make_organisation(kind="operator"))
    await verification.suspend(organisation, "核查中", by=operator)

    mails = await deliver_mail()

    assert len(mails) == 1
    assert mails[0].recipient != (await Person.get(id=gone.person_id)).email
