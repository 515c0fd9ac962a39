"""Pages and API of complaints and reports: drafted, filed, decided, shown to each what is theirs."""

import httpx

from market.accounts.models import Organisation
from market.complaints import violations
from market.complaints.models import Complaint, ComplaintEvidence, ViolationReport
from market.complaints.states import ComplaintStatus, ViolationStatus
from market.kit import clock
from tests.factories import actor, make_organisation, signed_in_client, tendering
from tests.factories.complaints import (
    STATEMENT,
    decide,
    make_complaint,
    make_report,
    measure_input,
)
from tests.factories.mail import address_of, deliver_mail
from tests.journeys.bearers import bearer

TYPED = {"ground": "brand_named", "statement": STATEMENT, "demand": "删除指定品牌的条款"}


async def test_a_supplier_contests_documents_from_the_job_page(client: httpx.AsyncClient) -> None:
    job = await tendering.published_job()
    firm = await tendering.make_supplier()
    await signed_in_client(client, firm.person_id)

    page = await client.get(f"/jobs/{job.number}")
    part = await client.get(f"/jobs/{job.number}/complaints")
    form = await client.get(f"/jobs/{job.number}/complaints/new")
    refused = await client.post(f"/jobs/{job.number}/complaints/new", data={**TYPED, "ground": ""})
    saved = await client.post(f"/jobs/{job.number}/complaints/new", data=TYPED)
    row = await Complaint.get(job=job)
    added = await client.post(
        f"/complaints/{row.number}/evidence", files={"file": ("截图.txt", "证据".encode())}
    )
    filed = await client.post(f"/complaints/{row.number}/file")
    shown = await client.get(f"/complaints/{row.number}")

    assert f"/jobs/{job.number}/complaints" in page.text
    assert "对采购文件提出质疑" in part.text
    assert "指定品牌、工具或供应商" in form.text
    assert refused.status_code == 422
    assert STATEMENT in refused.text
    assert saved.headers["location"] == f"/complaints/{row.number}"
    assert (added.status_code, filed.status_code) == (303, 303)
    assert (await Complaint.get(id=row.id)).status == ComplaintStatus.PENDING
    assert "截图.txt" in shown.text
    assert "此事处理完毕之前不开标" in shown.text


async def test_the_public_reads_the_decision_and_not_who_complained(
    client: httpx.AsyncClient,
) -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner)
    firm = await tendering.make_supplier(name="晋云标注有限公司")
    row = await make_complaint(job, by=firm)
    hidden = await client.get(f"/complaints/{row.number}")
    await decide(row, "no_breach", by=owner)
    file = await ComplaintEvidence.filter(complaint=row).first()
    listed = await client.get("/complaints", params={"job": job.number})
    shown = await client.get(f"/complaints/{row.number}")
    paper = await client.get(f"/complaints/{row.number}/print")
    sheet = await client.get("/complaints", params={"format": "csv"})
    notices = await client.get("/notices")

    assert hidden.status_code == 404
    assert file is None
    for page in (listed, shown, paper, sheet):
        assert page.status_code == 200
        assert "晋云标注" not in page.text
        assert STATEMENT not in page.text
        assert "不成立：未发现违法违规" in page.text
    assert "质疑投诉处理结果" in notices.text
    await signed_in_client(client, owner.person_id)
    assert "晋云标注有限公司" in (await client.get(f"/complaints/{row.number}")).text


async def test_the_owner_answers_and_the_firm_goes_to_the_bureau(client: httpx.AsyncClient) -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner)
    firm = await tendering.make_supplier()
    row = await make_complaint(job, by=firm)
    await signed_in_client(client, owner.person_id)
    form = await client.get(f"/complaints/{row.number}/decision")
    answered = await client.post(
        f"/complaints/{row.number}/decision",
        data={"ruling": "no_breach", "reasons": "第三条仅要求文件格式，未限定品牌。"},
    )
    await signed_in_client(client, firm.person_id)
    not_theirs = await client.get(f"/complaints/{row.number}/decision")
    shown = await client.get(f"/complaints/{row.number}")
    target = {"objection": row.number}
    draft = await client.get(f"/jobs/{job.number}/complaints/new", params=target)
    saved = await client.post(f"/jobs/{job.number}/complaints/new", data={**TYPED, **target})

    assert "成立：修改采购文件" in form.text
    assert "成立：撤销中标结果" not in form.text
    assert answered.status_code == 303
    assert not_theirs.status_code == 404
    assert "向主管部门投诉" in shown.text
    assert row.number in draft.text
    assert saved.status_code == 303
    assert await Complaint.filter(objection_id=row.id, level="complaint").count() == 1


async def test_mail_goes_to_who_decides_then_to_the_parties(client: httpx.AsyncClient) -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner)
    firm = await tendering.make_supplier()
    await deliver_mail()

    row = await make_complaint(job, by=firm)
    (asked,) = await deliver_mail()
    await decide(row, "no_breach", by=owner)
    decided = await deliver_mail()

    assert (asked.recipient, asked.subject) == (
        await address_of(owner), f"待答复质疑 {row.number}"
    )  # fmt: skip
    assert {mail.recipient for mail in decided} == {await address_of(owner), await address_of(firm)}


async def test_a_report_from_the_supplier_page_to_the_public_entry(
    client: httpx.AsyncClient,
) -> None:
    accused = await make_organisation(kind="supplier")
    owner = await actor(accused)
    reporter = await actor(await make_organisation(kind="demand", name="举报医院"))
    operator = await actor(await make_organisation(kind="operator"))
    await signed_in_client(client, reporter.person_id)
    number = {"organisation": accused.number}
    form = await client.get("/violations/new", params=number)
    await client.post(
        "/violations/new",
        data={
            **number,
            "kind": "data_leak",
            "statement": "其员工在公开群聊中多次转发了客户影像截图。",
        },
    )
    row = await ViolationReport.get(accused=accused)
    await client.post(f"/violations/{row.number}/file")

    await signed_in_client(client, owner.person_id)
    seen = await client.get(f"/violations/{row.number}")
    spoke = await client.post(
        f"/violations/{row.number}/view", data={"text": "情况属实，已处分涉事员工并通知客户。"}
    )
    await signed_in_client(client, operator.person_id)
    page = await client.get(f"/violations/{row.number}/decision")
    given = {"is_upheld": "1", "measure": "warning", "reasons": "违反数据安全约定，予以警告。"}
    decided = await client.post(f"/violations/{row.number}/decision", data=given)

    assert "数据泄露" in form.text
    assert "举报医院" not in seen.text
    assert reporter.name not in seen.text.replace(owner.name, "")
    assert spoke.status_code == 303
    assert "处理措施最轻为：警告" in page.text
    assert decided.status_code == 303
    row = await ViolationReport.get(id=row.id)
    assert row.status == ViolationStatus.UPHELD
    client.cookies.clear()
    before = await client.get(f"/organisations/{accused.number}/decisions")
    assert "予以警告" not in before.text
    assert row.final_at is not None
    with clock.frozen_at(row.final_at):
        after = await client.get(f"/organisations/{accused.number}/decisions")
        api = await client.get(f"/api/v1/organisations/{accused.number}/decisions")
    assert "予以警告" in after.text
    assert [item["measure"] for item in api.json()["items"]] == ["warning"]


async def test_api_drafts_files_and_decides(client: httpx.AsyncClient) -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner)
    firm = await tendering.make_supplier()
    of_firm, of_owner = await bearer(firm), await bearer(owner)

    drafted = await client.post(
        f"/api/v1/jobs/{job.number}/complaints", json=TYPED, headers=of_firm
    )
    number = drafted.json()["number"]
    early = await client.get(f"/api/v1/complaints/{number}", headers=of_owner)
    filed = await client.post(f"/api/v1/complaints/{number}/file", headers=of_firm)
    decided = await client.post(
        f"/api/v1/complaints/{number}/decision", headers=of_owner,
        json={"ruling": "no_breach", "reasons": "第三条仅要求文件格式，未限定品牌。"},
    )  # fmt: skip
    public = await client.get(f"/api/v1/complaints/{number}")

    assert (drafted.status_code, early.status_code) == (201, 404)
    assert filed.json()["status"] == "pending"
    assert decided.json()["complainant"] == firm.organisation_name
    assert (public.json()["complainant"], public.json()["statement"]) == ("", "")
    assert len(public.json()["decision_digest"]) == 64


async def test_another_firm_sees_neither_draft_nor_report(client: httpx.AsyncClient) -> None:
    job = await tendering.published_job()
    row = await make_complaint(job, by=await tendering.make_supplier(), filed=False)
    accused = await make_organisation(kind="supplier")
    report = await make_report(accused, by=await actor(await make_organisation()))
    stranger = await tendering.make_supplier()
    await signed_in_client(client, stranger.person_id)

    answers = [
        await client.get(f"/complaints/{row.number}"),
        await client.post(f"/complaints/{row.number}/file"),
        await client.get(f"/violations/{report.number}"),
        await client.post(
            f"/violations/{report.number}/view", data={"text": "我方的陈述意见如下。"}
        ),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 404]
    assert (await Complaint.get(id=row.id)).status == ComplaintStatus.DRAFT
    assert (await ViolationReport.get(id=report.id)).view == ""


async def test_a_suspended_firm_is_shown_and_its_standing_told(client: httpx.AsyncClient) -> None:
    accused = await make_organisation(kind="supplier")
    owner = await actor(accused)
    operator = await actor(await make_organisation(kind="operator"))
    row = await make_report(accused, by=await actor(await make_organisation()))
    await violations.give_view(row, "情况属实，已整改。请从轻处理。", by=owner)
    decision = measure_input(measure="suspension", days=7)
    await violations.decide_report(row, decision, by=operator)

    mails = [mail for mail in await deliver_mail() if mail.recipient == await address_of(owner)]

    assert any("暂停资格 7 天" in mail.text for mail in mails)
    assert (await Organisation.get(id=accused.id)).status == "suspended"
