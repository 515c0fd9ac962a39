"""Registration of contracts and filing of outside deals."""

import hashlib
from typing import Any

import httpx
import pytest

from market.accounts.models import Organisation
from market.kit import clock, documents
from market.kit.actor import Actor
from market.kit.errors import Conflict, InvalidInput, NotFound, NotPermitted
from market.orders.models import Contract
from market.registration import access, filings
from market.registration.forms import AnswerInput, FilingInput
from market.registration.models import Filing, Registration
from market.registration.registrations import register_activated_contract, register_contract
from market.registration.states import FilingStatus
from market.worker import HANDLERS
from tests.factories.accounts import actor, make_organisation, make_uscc, signed_in_client
from tests.factories.orders import make_order

pytestmark = pytest.mark.usefixtures("rollback")
OTHER = make_uscc("320500")


def deal(**values: Any) -> FilingInput:
    return FilingInput.model_validate({
        "side": "supplier", "counterparty_name": "苏州某汽车技术有限公司", "counterparty_uscc": OTHER,
        "title": "激光雷达连续帧标注", "industry": "智能驾驶", "modality": "点云", "amount_fen": "36万",
        "signed_on": "2026-03-02", "contract_digest": hashlib.sha256(b"contract").hexdigest(),
        **values,
    })  # fmt: skip


async def firm() -> Actor:
    return await actor(await make_organisation(kind="supplier", region_code="370100"))


async def bureau(region: str = "370000") -> Actor:
    return await actor(await make_organisation(kind="bureau", region_code=region))


async def test_a_signed_contract_is_registered_once_with_a_certificate_anybody_can_check() -> None:
    assert register_activated_contract in HANDLERS["contract.activated"]
    made = await make_order()
    assert made.order is not None
    first = await register_contract(made.order.contract_id)
    again = await register_contract(made.order.contract_id)
    assert (again.id, await Registration.all().count()) == (first.id, 1)
    contract = await Contract.get(id=made.order.contract_id)
    stated = first.content
    assert (stated["contract"], stated["contract_digest"], stated["amount_fen"]) == (
        contract.number, contract.digest, contract.total_fen,
    )  # fmt: skip
    kept = await Registration.get(id=first.id)
    assert documents.digest_of(kept.content) == kept.digest, "re-computable from the stored content"
    document = await documents.find(kept.digest)
    assert document is not None
    assert document.number == kept.number
    assert kept.is_first


async def test_only_the_parties_and_their_authority_see_a_certificate() -> None:
    made = await make_order()
    assert made.order is not None
    row = await register_contract(made.order.contract_id)
    for reader in (made.buyer, made.supplier):
        assert (await access.registration_to_read(reader, row.number)).id == row.id
    with pytest.raises(NotFound):
        await access.registration_to_read(await firm(), row.number)
    with pytest.raises(NotFound):
        await access.registration_to_read(await bureau("650000"), row.number)


async def test_a_contract_is_filed_once() -> None:
    filing = await filings.file_deal(deal(), by=await firm())
    assert (filing.status, filing.amount_fen, filing.modality) == (
        FilingStatus.SUBMITTED, 36_000_000, filing.modality,
    )  # fmt: skip
    with pytest.raises(filings.AlreadyFiled, match=filing.number):
        await filings.file_deal(deal(title="同一份合同"), by=await firm())
    assert await Filing.all().count() == 1


async def test_a_contract_made_here_is_not_filed() -> None:
    made = await make_order()
    assert made.order is not None
    contract = await Contract.get(id=made.order.contract_id)
    with pytest.raises(filings.AlreadyFiled, match=contract.number):
        await filings.file_deal(deal(contract_digest=contract.digest), by=await firm())


async def test_both_sides_of_one_deal_look_alike_to_the_bureau() -> None:
    seller = await firm()
    mine = await Organisation.get(id=seller.organisation_id)
    buyer = await actor(await make_organisation(kind="demand", uscc=OTHER))
    one = await filings.file_deal(deal(), by=seller)
    scanned = hashlib.sha256(b"another scan").hexdigest()
    two = await filings.file_deal(
        deal(side="buyer", counterparty_uscc=mine.uscc, contract_digest=scanned), by=buyer
    )
    assert one.fingerprint == two.fingerprint
    assert await filings.lookalikes(two) == [one.number]
    await filings.withdraw_filing(one, by=seller)
    assert await filings.lookalikes(two) == []


async def test_one_deal_is_accepted_once_whichever_side_filed_it() -> None:
    seller, authority = await firm(), await bureau()
    mine = await Organisation.get(id=seller.organisation_id)
    buyer = await actor(await make_organisation(kind="demand", uscc=OTHER))
    one = await filings.file_deal(deal(), by=seller)
    scanned = hashlib.sha256(b"another scan").hexdigest()
    two = await filings.file_deal(
        deal(side="buyer", counterparty_uscc=mine.uscc, contract_digest=scanned), by=buyer
    )
    await filings.answer_filing(one, AnswerInput(accept=True), by=authority)
    with pytest.raises(filings.DuplicateDeal, match=one.number):
        await filings.answer_filing(two, AnswerInput(accept=True), by=authority)
    with pytest.raises(InvalidInput):
        await filings.answer_filing(two, AnswerInput(accept=True, is_distinct=True), by=authority)
    assert (await Filing.get(id=two.id)).status == FilingStatus.SUBMITTED
    why = AnswerInput(accept=True, is_distinct=True, reasons="同日两份合同，编号不同。")
    done = await filings.answer_filing(two, why, by=authority)
    assert done.status == FilingStatus.ACCEPTED


async def test_anybody_checks_a_certificate(client: httpx.AsyncClient) -> None:
    made = await make_order()
    assert made.order is not None
    kept = await register_contract(made.order.contract_id)
    page = await client.get(f"/documents/{kept.digest[:16]}")
    assert (page.status_code, kept.number in page.text, kept.digest in page.text) == (
        200,
        True,
        True,
    )
    assert kept.content["object"] not in page.text, "nothing of the content"
    assert (await client.get("/documents/" + "0" * 16)).status_code == 404


async def test_the_bureau_of_the_region_answers() -> None:
    seller, stranger = await firm(), await bureau("320000")
    filing = await filings.file_deal(deal(), by=seller)
    with pytest.raises(NotFound):
        await access.filing_to_read(stranger, filing.number)
    with pytest.raises(NotPermitted):
        await filings.answer_filing(filing, AnswerInput(accept=True), by=seller)
    authority = await bureau()
    with pytest.raises(InvalidInput) as refused:
        await filings.answer_filing(filing, AnswerInput(), by=authority)
    assert set(refused.value.fields) == {"reasons"}
    assert (await Filing.get(id=filing.id)).status == FilingStatus.SUBMITTED
    await filings.answer_filing(filing, AnswerInput(reasons="金额与合同不符"), by=authority)
    returned = await Filing.get(id=filing.id)
    assert (returned.status, returned.reasons) == (FilingStatus.RETURNED, "金额与合同不符")
    sent = await filings.correct_filing(returned, deal(amount_fen="35万"), by=seller)
    done = await filings.answer_filing(sent, AnswerInput(accept=True), by=authority)
    assert (done.status, done.amount_fen) == (FilingStatus.ACCEPTED, 35_000_000)
    with pytest.raises(Conflict):
        await filings.withdraw_filing(done, by=seller)


@pytest.mark.parametrize(
    ("field", "value"),
    [("counterparty_uscc", "91370100MA3TEST00"), ("industry", "炼金术"), ("modality", "意念"),
     ("contract_digest", "abc"), ("signed_on", "2999-01-01"), ("amount_fen", "0")],
)  # fmt: skip
def test_wrong_facts_are_named(field: str, value: str) -> None:
    with pytest.raises(ValueError, match=field):
        deal(**{field: value})


async def test_a_deal_with_oneself_is_refused() -> None:
    seller = await firm()
    own = await Organisation.get(id=seller.organisation_id)
    with pytest.raises(InvalidInput) as refused:
        await filings.file_deal(deal(counterparty_uscc=own.uscc), by=seller)
    assert set(refused.value.fields) == {"counterparty_uscc"}


async def test_of_the_uploaded_contract_only_the_digest_is_kept(client: httpx.AsyncClient) -> None:
    seller = await firm()
    await signed_in_client(client, seller.person_id)
    content = b"%PDF-1.7 signed contract"
    fields = {
        name: str(value)
        for name, value in deal().model_dump(mode="json").items()
        if name not in ("contract_digest", "amount_fen")
    }
    answer = await client.post(
        "/filings/new",
        data={**fields, "amount_fen": "36万"},
        files={"contract": ("合同.pdf", content)},
    )
    assert answer.status_code == 303, answer.text
    filing = await Filing.get(filer_id=seller.organisation_id)
    assert filing.contract_digest == hashlib.sha256(content).hexdigest()
    page = await client.get(f"/filings/{filing.number}")
    assert "激光雷达连续帧标注" in page.text
    refused = await client.post("/filings/new", data=fields)
    assert refused.status_code == 422
    listed = await client.get("/filings?format=csv")
    assert filing.number in listed.text


async def test_the_certificate_prints(client: httpx.AsyncClient) -> None:
    made = await make_order()
    assert made.order is not None
    row = await register_contract(made.order.contract_id)
    await signed_in_client(client, made.buyer.person_id)
    page = await client.get(f"/registrations/{row.number}")
    assert row.digest in page.text
    assert "登记证书" in page.text
    assert row.number in (await client.get("/registrations")).text
    checked = await client.get(f"/documents/{row.digest[:16]}")
    assert row.number in checked.text
    assert clock.today().isoformat()[:4] in checked.text
