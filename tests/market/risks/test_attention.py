"""Which contracts an authority should look at first, and with which reasons."""

from decimal import Decimal
from typing import Any

import pytest

from market.incidents.forms import IncidentInput
from market.incidents.incidents import report_incident
from market.kit import clock
from market.risks.attention import contracts_to_look_at
from market.risks.models import FlagCase
from market.risks.states import CaseStatus
from market.tendering.models import Job
from tests.factories.orders import Deal, make_contract, make_order

pytestmark = pytest.mark.usefixtures("rollback", "client")


async def raise_flag(code: str, **values: Any) -> FlagCase:
    number = f"F-{await FlagCase.all().count():04d}"
    return await FlagCase.create(
        **{
            "number": number, "code": code, "group": "OCID", "subject": number,
            "subject_name": "x", "region_code": "370100", "value": Decimal(1), "evidence": {},
            "evidence_digest": "0" * 64, "found_at": clock.now(), **values,
        }
    )  # fmt: skip


async def two_deals() -> tuple[Deal, Deal]:
    first = await make_contract()
    return first, await make_contract(buyer_name="青岛医院", supplier_name="青岛标注公司")


async def test_the_case_about_the_deal_weighs_more_than_the_one_about_a_party() -> None:
    first, second = await two_deals()
    about_deal = await raise_flag("R018", job_id=second.contract.job_id)
    await raise_flag("R025", organisation_id=first.supplier.organisation_id)
    found = await contracts_to_look_at("37")
    assert [one.number for one in found] == [second.contract.number, first.contract.number]
    assert [reason.text for reason in found[0].reasons] == ["只有一家投标"]
    assert found[0].reasons[0].link.endswith(f"/bureau/risks/{about_deal.number}")
    job = await Job.get(id=second.contract.job_id)
    assert found[0].link.endswith(f"/jobs/{job.number}")  # not signed: nothing is counted for it
    assert [reason.text for reason in found[1].reasons] == ["山东明眸数据标注有限公司：屡投不中"]
    assert [one.number for one in await contracts_to_look_at("3701", limit=1)] == [found[0].number]
    signed = await make_order(buyer_name="烟台医院", supplier_name="烟台标注公司")
    await raise_flag("R018", job_id=signed.contract.job_id, status=CaseStatus.CONFIRMED)
    [first_of_all] = await contracts_to_look_at("37", limit=1)
    assert first_of_all.link.endswith(f"/bureau/contracts/{signed.contract.number}")


async def test_dismissed_and_past_flags_are_no_reason_and_confirmed_ones_count_more() -> None:
    first, second = await two_deals()
    await raise_flag("R018", job_id=first.contract.job_id, status=CaseStatus.DISMISSED)
    await raise_flag("R018", job_id=first.contract.job_id, is_current=False)
    assert await contracts_to_look_at("") == []
    await raise_flag("R003", job_id=first.contract.job_id)
    await raise_flag("R003", job_id=second.contract.job_id, status=CaseStatus.CONFIRMED)
    found = await contracts_to_look_at("")
    assert [one.number for one in found] == [second.contract.number, first.contract.number]
    assert found[0].reasons[0].text == "投标期过短（已核实）"


async def test_another_region_sees_none() -> None:
    first, _second = await two_deals()
    await raise_flag("R018", job_id=first.contract.job_id)
    assert await contracts_to_look_at("32") == []


async def test_an_open_incident_is_a_reason() -> None:
    first, _second = await two_deals()
    details = {
        "title": "漏标率超过约定", "kind": "quality", "level": "serious",
        "discovered_at": clock.now(), "description": "抽检发现漏标率超过约定。",
        "contracts": [first.contract.number],
    }  # fmt: skip
    incident = await report_incident(IncidentInput.model_validate(details), by=first.supplier)
    found = await contracts_to_look_at("37")
    assert [one.number for one in found] == [first.contract.number]
    assert found[0].reasons[0].text == "未结事件：漏标率超过约定"
    assert found[0].reasons[0].link.endswith(f"/incidents/{incident.number}")
