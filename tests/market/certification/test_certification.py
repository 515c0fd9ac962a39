"""Certification of bases: conditions at their edges, the way through the authorities, annex 5."""

import datetime as dt
import io
from typing import Any

import httpx
import openpyxl
import pytest

from market.certification import access, applications, conditions, reviews
from market.certification import forms as f
from market.certification.models import (
    Certification,
    CertificationFirm,
    CertificationObjection,
    CertificationRound,
)
from market.certification.states import CertificationStatus, MaterialKind
from market.kit import clock, documents, outbox
from market.kit.actor import Actor
from market.kit.errors import Conflict, InvalidInput, NotFound, NotPermitted
from market.kit.mail import SentMail
from market.worker import HANDLERS, PERIODIC
from tests.factories.accounts import actor, make_organisation, signed_in_client
from tests.factories.certification import (
    FORM,
    decision,
    fill_application,
    make_base,
    make_round,
    publicise,
    submit_application,
)

pytestmark = pytest.mark.usefixtures("rollback")
S = CertificationStatus


async def bureau(region: str) -> Actor:
    return await actor(await make_organisation(kind="bureau", region_code=region))


class Firm:
    def __init__(self, staff: int) -> None:
        self.staff = staff


@pytest.mark.parametrize(
    ("staff", "area", "unmet"),
    [
        ([40, 40, 20], 1000, []),
        ([50, 50], 1000, ["firms"]),
        ([40, 40, 19], 1000, ["staff"]),
        ([40, 40, 20], 999, ["area"]),
        ([99], 0, ["firms", "staff", "area"]),
    ],
)
def test_the_conditions_at_their_edges(staff: list[int], area: int, unmet: list[str]) -> None:
    form = f.BaseForm.model_validate(FORM | {"area": area})
    least = CertificationRound(firms_min=3, staff_min=100, area_min=1000)
    found = conditions.check(form, [Firm(count) for count in staff], set(MaterialKind), least)
    assert [finding.code for finding in found if not finding.is_met] == unmet
    assert len(found) == 12


@pytest.mark.parametrize(
    ("changes", "unmet"),
    [
        ({"clean_record": False}, "clean_record"), ({"platform": ""}, "platform"),
        ({"invested_fen": 0}, "invested"), ({"talent_service": ""}, "talent_service"),
        ({"market_service": ""}, "market_service"),
    ],
)  # fmt: skip
def test_what_must_be_stated(changes: dict[str, Any], unmet: str) -> None:
    least = CertificationRound(firms_min=1, staff_min=1, area_min=1)
    found = conditions.check(
        f.BaseForm.model_validate(FORM | changes), [Firm(9)], set(MaterialKind), least
    )
    assert [finding.code for finding in found if not finding.is_met] == [unmet]


async def test_from_application_to_certificate() -> None:
    city, province, by = await bureau("370100"), await bureau("370000"), await make_base()
    call = await make_round(province)
    row = await submit_application(call, by)
    assert all(kept["is_met"] for kept in row.findings)
    assert row.digest == documents.digest_of(await applications.content_of(row, row.pledge))
    row = await reviews.decide(row, decision("recommend"), by=city)
    with pytest.raises(NotPermitted):
        await reviews.decide(row, decision("publicise"), by=city)
    row = await reviews.decide(row, decision("visit"), by=province)
    row = await reviews.decide(row, decision("publicise"), by=province)
    assert row.public_until == clock.end_of_day(clock.add_working_days(clock.today(), 5))
    assert reviews.certify_due in [task for _seconds, task in PERIODIC]
    await reviews.certify_due()
    assert (await Certification.get(id=row.id)).status is S.PUBLICISED
    with clock.shifted_by(dt.timedelta(days=20)):
        await reviews.certify_due()
        await reviews.certify_due()
    row = await Certification.get(id=row.id)
    assert (row.status, row.certified_at is not None) == (S.CERTIFIED, True)
    await outbox.drain(HANDLERS)
    assert await SentMail.filter(subject__contains=row.number).count() >= 4


async def test_what_is_missing_is_named_and_nothing_is_handed_in() -> None:
    province, by = await bureau("370000"), await make_base()
    row = await fill_application(await make_round(province), by, area=999)
    firm = await CertificationFirm.filter(certification=row).first()
    assert firm is not None
    await applications.unlist_firm(row, firm.id, by=by)
    with pytest.raises(InvalidInput) as refusal:
        await applications.submit_application(
            row, f.PledgeInput(signer="李建国", is_true=True), by=by
        )
    for figure in ("999", "1000", "2", "3"):
        assert figure in refusal.value.message
    assert (await Certification.get(id=row.id)).status is S.DRAFT
    with pytest.raises(ValueError, match=r"pledge|承诺"):
        f.PledgeInput(signer="李建国")


async def test_an_upheld_objection_declines_a_dismissed_one_resumes() -> None:
    province, by = await bureau("370000"), await make_base()
    row = await publicise(by, province)
    rivals = [await actor(await make_organisation(kind="supplier")) for _ in range(2)]
    grounds = f.ObjectionInput(grounds="其中一家企业并未入驻该基地。")
    with pytest.raises(NotPermitted):
        await reviews.object_to(row, grounds, by=by)
    made = [await reviews.object_to(row, grounds, by=rival) for rival in rivals]
    with pytest.raises(Conflict):
        await reviews.object_to(row, grounds, by=rivals[0])
    with clock.shifted_by(dt.timedelta(days=20)):
        await reviews.certify_due()
    assert (await Certification.get(id=row.id)).status is S.OBJECTED, "an objection stands"
    no = f.ObjectionAnswer(answer="经核实，三家企业均在册并缴纳社保。")
    await reviews.answer_objection(made[0], no, by=province)
    assert (await Certification.get(id=row.id)).status is S.OBJECTED
    await reviews.answer_objection(made[1], no, by=province)
    assert (await Certification.get(id=row.id)).status is S.PUBLICISED
    third = await reviews.object_to(row, grounds, by=await bureau("320000"))
    yes = f.ObjectionAnswer(is_upheld=True, answer="经核实，企业乙确未入驻。")
    await reviews.answer_objection(third, yes, by=province)
    assert (await Certification.get(id=row.id)).status is S.DECLINED
    assert await CertificationObjection.filter(status="pending").count() == 0


async def test_only_whose_it_is() -> None:
    province, by, other = await bureau("370000"), await make_base(), await make_base("320500")
    city = await bureau("370100")
    with pytest.raises(NotPermitted):
        await make_round(city)
    call = await make_round(province)
    with pytest.raises(NotPermitted):
        await applications.begin_application(call, by=other)
    row = await submit_application(call, by)
    with pytest.raises(Conflict):
        await applications.keep_form(row, f.BaseForm.model_validate(FORM), by=by)
    for stranger in (other, await bureau("320000")):
        with pytest.raises(NotFound):
            await access.certification_to_read(stranger, row.number)
    with pytest.raises(NotPermitted):
        await reviews.decide(row, decision("recommend"), by=await bureau("320000"))
    returned = await reviews.decide(row, decision("return"), by=city)
    assert returned.status is S.RETURNED
    with clock.shifted_by(dt.timedelta(days=40_000)), pytest.raises(Conflict):
        await applications.submit_application(
            returned, f.PledgeInput(signer="李建国", is_true=True), by=by
        )


async def test_annex_5_is_a_sheet_with_eleven_typed_columns(client: httpx.AsyncClient) -> None:
    province, by = await bureau("370000"), await make_base()
    call = await make_round(province)
    await submit_application(call, by)
    await fill_application(call, await make_base("370200"))  # a draft: not on the sheet
    await signed_in_client(client, province.person_id)
    answer = await client.get(f"/certification-rounds/{call.number}?format=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    rows = [row for row in sheet.iter_rows(values_only=True) if row[0] == 1]
    assert len(rows) == 1
    assert rows[0][2:8] == ("2023-05", 1000, 80_000_000, "医疗健康、智能驾驶", 3, 100)
    assert str(rows[0][9]).lstrip("'").startswith("=王主任")
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)


async def test_annex_5_is_of_ones_own_region_and_numbered_there(client: httpx.AsyncClient) -> None:
    province, first, second = await bureau("370000"), await make_base("370200"), await make_base()
    call = await make_round(province)
    shown = await submit_application(call, first)
    await reviews.decide(shown, decision("recommend"), by=province)
    await reviews.decide(shown, decision("publicise"), by=province)
    await submit_application(call, second)
    address = f"/certification-rounds/{call.number}?format=json"
    for reader, wanted in (
        (province, [(1, first), (2, second)]),
        (await bureau("370100"), [(1, second)]),
    ):
        await signed_in_client(client, reader.person_id)
        rows = (await client.get(address)).json()["rows"]
        found = [(row["序号"], row["基地"]) for row in rows]
        assert found == [(position, base.organisation_name) for position, base in wanted]
    await signed_in_client(client, (await bureau("320000")).person_id)
    page = await client.get(address)
    assert page.headers["content-type"].startswith("text/html"), "no summary of another province"
    assert shown.number in page.text
    assert "0531-88000000" not in page.text


async def test_a_returned_application_says_what_is_missing_now(client: httpx.AsyncClient) -> None:
    province, by = await bureau("370000"), await make_base()
    row = await submit_application(await make_round(province), by)
    row = await reviews.decide(row, decision("return"), by=await bureau("370100"))
    await applications.keep_form(row, f.BaseForm.model_validate(FORM | {"area": 999}), by=by)
    await signed_in_client(client, by.person_id)
    page = (await client.get(f"/certifications/{row.number}")).text
    assert "办公场地面积（m²）：999，要求 ≥ 1000" in page
    assert page.count(decision("return").opinion) == 2, "above the page, and in the history"
    printed = (await client.get(f"/certifications/{row.number}/print")).text
    assert "尚未签署" in printed, "what changed was not pledged"
    assert row.digest not in printed


async def test_the_pages_from_form_to_print(client: httpx.AsyncClient) -> None:
    province, by = await bureau("370000"), await make_base()
    call = await make_round(province)
    await signed_in_client(client, by.person_id)
    begun = await client.post(f"/certification-rounds/{call.number}/apply")
    assert begun.status_code == 303
    row = await Certification.get(base_id=by.organisation_id)
    assert begun.headers["location"].endswith(f"/certifications/{row.number}/form")
    typed = {**FORM, "clean_record": "1", "area": "很大"}
    wrong = await client.post(f"/certifications/{row.number}/form", data=typed)
    assert wrong.status_code == 422
    assert "泉城标注平台" in wrong.text, "what was typed is kept"
    right = await client.post(f"/certifications/{row.number}/form", data=typed | {"area": "1000"})
    assert right.status_code == 303
    row = await fill_application(call, by)
    refused = await client.post(f"/certifications/{row.number}/submit", data={"signer": "李建国"})
    assert refused.status_code == 422
    sent = await client.post(
        f"/certifications/{row.number}/submit", data={"signer": "李建国", "is_true": "1"}
    )
    assert sent.status_code == 303
    row = await Certification.get(id=row.id)
    printed = await client.get(f"/certifications/{row.number}/print")
    assert row.digest in printed.text
    assert f"承诺人：李建国，{clock.today()}" in printed.text
    assert "8,000" in printed.text, "annex 2 is in 10,000 yuan"
    await signed_in_client(client, (await actor(await make_organisation(kind="demand"))).person_id)
    for page in ("", "/print"):
        hidden = await client.get(f"/certifications/{row.number}{page}")
        assert hidden.status_code == 404
