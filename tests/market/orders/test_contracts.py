"""The contract: terms that add up, two signatures, refusal, and what a denial leaves alone."""

import datetime as dt
from decimal import Decimal

import pytest

from market.kit import clock
from market.kit.actor import Actor
from market.kit.audit import LogEntry
from market.kit.errors import NotPermitted
from market.kit.outbox import Message, OutboxMessage
from market.orders import contracts, terms
from market.orders.contracts import AwardNotInForce, ContractNotOpen
from market.orders.handlers import draft_awarded_contract, void_cancelled_contract
from market.orders.models import Contract, Milestone, Order, OrderLine, Signature
from market.orders.signatures import AlreadySigned, DigestMismatch
from market.orders.states import ContractStatus, MilestoneKind, OrderStatus
from market.tendering.models import Award
from market.tendering.states import AwardStatus, JobStatus
from tests.factories.accounts import actor, make_organisation
from tests.factories.orders import make_award, make_contract, make_order

pytestmark = pytest.mark.usefixtures("rollback")
DRAFTED_AT = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)  # a Friday
EXTRA = {"spend_category": "compute_rental", "description": "院内算力部署", "amount_fen": 1_000_001}


async def topics() -> list[str]:
    """What was recorded since the (last) award came into force."""
    names = [message.topic for message in await OutboxMessage.all().order_by("id")]
    return names[len(names) - names[::-1].index("award.activated") :]


def text_of(contract: Contract) -> str:
    clauses = contract.terms["clauses"]
    return "\n".join(
        line for clause in clauses for line in (clause["title"], *clause["paragraphs"])
    )


async def test_terms_carry_the_facts_of_job_bid_and_parties() -> None:
    deal = await make_contract(extra_lines=[EXTRA])
    contract = deal.contract
    assert contract.status == ContractStatus.PENDING
    assert contract.total_fen == 25_000_001
    assert contract.terms["lines"] == [
        {
            "position": 1,
            "description": "胸部CT肺结节分割",
            "spend_category": "labelling",
            "quantity": "3000",
            "unit": "例",
            "unit_price": "80.0000",
            "amount_fen": 24_000_000,
            "is_work": True,
        },
        {
            "position": 2,
            "description": "院内算力部署",
            "spend_category": "compute_rental",
            "quantity": "1",
            "unit": "项",
            "unit_price": "10000.0100",
            "amount_fen": 1_000_001,
            "is_work": False,
        },
    ]
    assert [stage["amount_fen"] for stage in contract.terms["payment"]] == [
        7_500_000,
        15_000_001,
        2_500_000,
    ]
    assert len(contract.terms["buyer"]["uscc"]) == 18
    assert contract.terms["sampling"] == {
        "standard": "GB/T 2828.1-2012",
        "level": "II",
        "aql": "2.5",
    }
    assert await topics() == ["contract.drafted"]


async def test_clauses_state_price_quality_security_and_interest() -> None:
    text = text_of((await make_contract(extra_lines=[EXTRA])).contract)
    for part in (
        "人民币250,000.01元，大写：贰拾伍万元零壹分",
        "检验水平II，接收质量限（AQL）2.5",
        "Dice不低于0.9",
        "GB/T 42755-2023",
        "GB/T 45674-2025",
        "去标识化（DICOM PS3.15 基本规范）",
        "国务院令第802号",
        "每日万分之五",
        "自本合同生效之日起120日内",
        "每批返工不超过2次",
        "10个工作日内抽样检验",
        "验收款：合同总价的60%，150,000.01元",
        "质保款：合同总价的10%，25,000.00元，于全部验收合格满90日之日支付",
        "第十四条　合同的签署、生效与变更",
    ):
        assert part in text, part


async def test_full_inspection_is_agreed_in_words_of_its_own() -> None:
    contract = (await make_contract(sampling_level="全检", aql=Decimal("1.2"))).contract
    assert contract.terms["sampling"]["aql"] == "1.2"
    assert "逐批逐件全数检验，不合格品率不超过1.2%的，该批接收。" in text_of(contract)


@pytest.mark.parametrize(
    ("asked", "agreed"), [("2.5", "2.5"), ("1.2", "1"), ("9.999", "6.5"), ("0.005", "0.01")]
)
async def test_the_agreed_aql_is_one_of_the_standard_and_not_laxer(asked: str, agreed: str) -> None:
    contract = (await make_contract(aql=Decimal(asked))).contract
    assert contract.terms["sampling"]["aql"] == agreed


async def test_thresholds_are_written_with_their_direction() -> None:
    contract = (await make_contract(quality={"accuracy": 0.95, "cer": 0.05})).contract
    assert "质量指标及合格线：准确率不低于0.95；字错率不高于0.05。" in text_of(contract)


async def test_the_digest_is_that_of_the_canonical_terms() -> None:
    contract = (await make_contract()).contract
    stored = await Contract.get(id=contract.id)
    assert terms.digest_of(stored.terms) == contract.digest
    assert terms.digest_of({**stored.terms, "total_fen": 1}) != contract.digest


def test_the_digest_does_not_hang_on_the_order_of_keys() -> None:
    # printf '{"a":"甲","b":1}' | sha256sum
    known = "51e0a58525dfaeb58977731021d4c399e248c705aab924e5c27ccbb36d7be6dd"
    assert terms.digest_of({"b": 1, "a": "甲"}) == known


def test_the_verification_code_is_the_head_of_the_digest() -> None:
    assert terms.verification_code("0123456789abcdef" + "0" * 48) == "0123-4567-89AB-CDEF"


@pytest.mark.parametrize(
    ("value", "text"), [("3000.00", "3000"), ("0.0350", "0.035"), ("100", "100"), ("2.500", "2.5")]
)
def test_plain_numbers(value: str, text: str) -> None:
    assert terms.plain_number(Decimal(value)) == text


async def test_lines_that_miss_the_awarded_total_are_a_defect() -> None:
    award, _buyer, _supplier = await make_award()
    await Award.filter(id=award.id).update(total_fen=24_000_001)
    with pytest.raises(ValueError, match="sum to 24000000, awarded were 24000001"):
        await contracts.draft_contract(award, by=Actor.system())
    assert await Contract.all().count() == 0


async def test_drafting_again_gives_the_same_contract() -> None:
    award, _buyer, _supplier = await make_award()
    message = Message("1", "award.activated", {"award": str(award.id)})
    await draft_awarded_contract(message)
    await draft_awarded_contract(message)
    assert await Contract.all().count() == 1
    assert await topics() == ["contract.drafted"]


async def test_an_award_not_in_force_has_no_contract() -> None:
    award, _buyer, _supplier = await make_award()
    await award.move_to(AwardStatus.CANCELLED, by=Actor.system("test"))
    with pytest.raises(AwardNotInForce):
        await contracts.draft_contract(award, by=Actor.system())
    assert await Contract.all().count() == 0


async def test_the_second_signature_brings_contract_and_order_in_force() -> None:
    deal = await make_contract(extra_lines=[EXTRA])
    with clock.frozen_at(DRAFTED_AT):
        first = await contracts.sign_contract(
            deal.contract, digest=deal.contract.digest, by=deal.supplier
        )
        assert first.status == ContractStatus.PENDING
        assert await Order.all().count() == 0
        second = await contracts.sign_contract(
            deal.contract, digest=deal.contract.digest, by=deal.buyer
        )
    assert (second.status, second.activated_at) == (ContractStatus.ACTIVE, DRAFTED_AT)
    order = await Order.get(contract_id=second.id)
    assert order.status == OrderStatus.PLACED
    assert order.quantity == Decimal(3000)
    assert order.due_at == clock.end_of_day(dt.date(2027, 3, 20))
    lines = await OrderLine.filter(order_id=order.id).order_by("position")
    assert [(line.spend_category, line.amount_fen) for line in lines] == [
        ("labelling", 24_000_000),
        ("compute_rental", 1_000_001),
    ]
    stages = await Milestone.filter(order_id=order.id).order_by("position")
    assert sum(stage.amount_fen for stage in stages) == order.total_fen == 25_000_001
    assert [stage.kind for stage in stages] == [
        MilestoneKind.ADVANCE,
        MilestoneKind.ACCEPTANCE,
        MilestoneKind.RETENTION,
    ]
    assert stages[0].due_at == clock.end_of_day(dt.date(2026, 12, 4))
    assert stages[1].reached_at is None
    assert await topics() == [
        "contract.drafted",
        "contract.signed",
        "contract.signed",
        "contract.activated",
        "order.placed",
    ]


async def test_a_signature_keeps_who_when_and_what() -> None:
    deal = await make_contract()
    with clock.frozen_at(DRAFTED_AT):
        await contracts.sign_contract(deal.contract, digest=deal.contract.digest, by=deal.buyer)
    signature = await Signature.get(contract_id=deal.contract.id)
    assert signature.organisation_id == deal.buyer.organisation_id
    assert signature.signer_name == deal.buyer.name
    assert signature.digest == deal.contract.digest
    assert signature.signed_at == DRAFTED_AT
    entry = await LogEntry.get(subject_id=deal.contract.id, action="signed")
    assert entry.after["digest"] == deal.contract.digest


async def test_a_side_signs_once() -> None:
    deal = await make_contract()
    await contracts.sign_contract(deal.contract, digest=deal.contract.digest, by=deal.buyer)
    with pytest.raises(AlreadySigned):
        await contracts.sign_contract(deal.contract, digest=deal.contract.digest, by=deal.buyer)
    assert await Signature.all().count() == 1


async def test_a_contract_whose_award_was_taken_back_is_not_signed() -> None:
    deal = await make_contract()
    award = await Award.get(id=deal.contract.award_id)
    await award.move_to(AwardStatus.CANCELLED, by=Actor.system("test"))
    with pytest.raises(AwardNotInForce):
        await contracts.sign_contract(deal.contract, digest=deal.contract.digest, by=deal.buyer)
    assert await Signature.all().count() == 0


async def test_a_contract_ends_with_an_award_taken_back_but_not_once_in_force() -> None:
    pending, in_force = await make_contract(), await make_order(funded=False)
    for deal in (pending, in_force, pending):
        message = Message("1", "award.cancelled", {"award": str(deal.contract.award_id)})
        await void_cancelled_contract(message)
    assert (await Contract.get(id=pending.contract.id)).status == ContractStatus.CANCELLED
    assert (await Contract.get(id=in_force.contract.id)).status == ContractStatus.ACTIVE
    assert (await topics()).count("contract.cancelled") == 1


async def test_only_what_was_read_can_be_signed() -> None:
    deal = await make_contract()
    with pytest.raises(DigestMismatch):
        await contracts.sign_contract(deal.contract, digest="0" * 64, by=deal.buyer)
    await Contract.filter(id=deal.contract.id).update(terms={**deal.contract.terms, "total_fen": 1})
    with pytest.raises(DigestMismatch):
        await contracts.sign_contract(deal.contract, digest=deal.contract.digest, by=deal.buyer)
    assert await Signature.all().count() == 0
    assert await topics() == ["contract.drafted"]


@pytest.mark.parametrize("role", ["buyer", "project", "finance", "viewer"])
async def test_signing_is_an_owners_act(role: str) -> None:
    deal = await make_contract()
    hospital = await deal.contract.buyer
    with pytest.raises(NotPermitted):
        await contracts.sign_contract(
            deal.contract, digest=deal.contract.digest, by=await actor(hospital, role)
        )
    assert await Signature.all().count() == 0
    assert await topics() == ["contract.drafted"]


async def test_a_stranger_signs_nothing() -> None:
    deal = await make_contract()
    stranger = await actor(await make_organisation(kind="supplier"))
    with pytest.raises(NotPermitted):
        await contracts.sign_contract(deal.contract, digest=deal.contract.digest, by=stranger)
    with pytest.raises(NotPermitted):
        await contracts.refuse_contract(deal.contract, reason="不同意", by=stranger)
    assert await Signature.all().count() == 0
    assert (await Contract.get(id=deal.contract.id)).status == ContractStatus.PENDING


async def test_refusing_ends_the_contract_and_is_final() -> None:
    deal = await make_contract()
    await contracts.refuse_contract(deal.contract, reason="工期无法保证", by=deal.supplier)
    assert (await Contract.get(id=deal.contract.id)).status == ContractStatus.CANCELLED
    award = await Award.get(id=deal.contract.award_id).select_related("job")
    assert award.status == AwardStatus.CANCELLED
    assert award.closing_reason == f"{deal.supplier.organisation_name}: 工期无法保证"
    assert award.job.status == JobStatus.EVALUATION
    assert (await topics())[:3] == ["contract.drafted", "contract.cancelled", "award.cancelled"]
    with pytest.raises(ContractNotOpen):
        await contracts.sign_contract(deal.contract, digest=deal.contract.digest, by=deal.buyer)
    assert await Signature.all().count() == 0


async def test_a_contract_in_force_cannot_be_refused() -> None:
    deal = await make_order(funded=False)
    with pytest.raises(ContractNotOpen):
        await contracts.refuse_contract(deal.contract, reason="反悔", by=deal.buyer)
    assert (await Contract.get(id=deal.contract.id)).status == ContractStatus.ACTIVE
