"""Incidents: the clocks of law and of the platform, steps in order, who sees and who acts, overdue notices."""

import datetime as dt
from typing import Any

import httpx
import pytest

from market.incidents import access, incidents
from market.incidents.clocks import all_clocks, clock_of
from market.incidents.forms import GradeInput, IncidentInput, StepInput
from market.incidents.models import Incident, IncidentStepRow
from market.incidents.states import IncidentKind, IncidentLevel, IncidentStep, OperatorClass
from market.incidents.totals import totals
from market.kit import clock, outbox
from market.kit.actor import Actor
from market.kit.errors import InvalidInput, NotFound, NotPermitted
from market.notifications.models import InboxNotice
from market.worker import HANDLERS, PERIODIC
from tests.factories.accounts import actor, make_organisation, signed_in_client
from tests.factories.orders import make_contract

NOW = dt.datetime(2026, 3, 2, 2, tzinfo=dt.UTC)
TODAY = dt.date(2026, 3, 2)
Step = IncidentStep


def details(**values: Any) -> IncidentInput:
    return IncidentInput.model_validate(
        {
            "title": "标注平台被入侵", "kind": "network", "level": "serious",
            "discovered_at": (NOW - dt.timedelta(hours=1)).isoformat(),
            "description": "一台标注服务器被植入木马，已断网。", **values,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("operator", "hours"),
    [(OperatorClass.CRITICAL, 1), (OperatorClass.CENTRAL, 2), (OperatorClass.OTHER, 4)],
)
def test_the_measures_of_2025_set_the_hours_by_operator(
    operator: OperatorClass, hours: int
) -> None:
    for level in (IncidentLevel.SERIOUS, IncidentLevel.MAJOR, IncidentLevel.EXTRAORDINARY):
        found = clock_of(Step.NOTIFIED, IncidentKind.NETWORK, level, operator, TODAY)
        assert found is not None
        assert (found.hours, found.is_statutory, "第四条" in found.source) == (hours, True, True)
    general = IncidentLevel.GENERAL
    assert clock_of(Step.NOTIFIED, IncidentKind.NETWORK, general, operator, TODAY) is None
    before = dt.date(2025, 10, 31)
    serious = IncidentLevel.SERIOUS
    assert clock_of(Step.NOTIFIED, IncidentKind.NETWORK, serious, operator, before) is None


def test_hours_the_law_does_not_name_are_said_to_be_ours() -> None:
    for found in all_clocks():
        assert found.is_statutory or "平台设定" in found.source
    personal = clock_of(
        Step.NOTIFIED, IncidentKind.PERSONAL_INFORMATION, IncidentLevel.GENERAL,
        OperatorClass.OTHER, TODAY,
    )  # fmt: skip
    assert personal is not None
    assert "第五十七条" in personal.source


async def reported(by: Actor, **values: Any) -> Incident:
    with clock.frozen_at(NOW):
        return await incidents.report_incident(details(**values), by=by)


async def finish(incident: Incident, step: IncidentStep, by: Actor) -> Incident:
    return await incidents.finish_step(incident, StepInput(step=step, note="已完成处置"), by=by)


async def step_of(incident: Incident, step: IncidentStep) -> IncidentStepRow:
    return await IncidentStepRow.get(incident_id=incident.id, step=step)


@pytest.mark.usefixtures("rollback")
class TestIncidents:
    async def test_the_clock_runs_from_the_discovery(self) -> None:
        firm = await actor(await make_organisation(kind="supplier"))
        incident = await reported(firm)
        assert (await step_of(incident, Step.NOTIFIED)).due_at == NOW + dt.timedelta(hours=3)
        assert (await step_of(incident, Step.REVIEWED)).due_at is None
        with pytest.raises(InvalidInput):
            await reported(firm, discovered_at=(NOW + dt.timedelta(seconds=1)).isoformat())

    async def test_steps_in_their_order_and_the_review_a_month_after_the_end(self) -> None:
        firm = await actor(await make_organisation(kind="supplier"))
        incident = await reported(firm)
        with clock.frozen_at(NOW):
            with pytest.raises(incidents.StepNotPossible):
                await finish(incident, Step.RESOLVED, firm)
            for step in (Step.NOTIFIED, Step.CONTAINED, Step.RESOLVED):
                incident = await finish(incident, step, firm)
            assert incident.status == "resolved"
            with pytest.raises(incidents.StepNotPossible):
                await finish(incident, Step.CONTAINED, firm)
        review = await step_of(incident, Step.REVIEWED)
        assert review.due_at == NOW + dt.timedelta(days=30)
        assert (await finish(incident, Step.REVIEWED, firm)).status == "closed"

    async def test_an_overdue_step_is_told_once_to_reporter_and_bureau(self) -> None:
        firm = await actor(await make_organisation(kind="supplier", region_code="370100"))
        bureau = await actor(await make_organisation(kind="bureau", region_code="370100"))
        incident = await reported(firm)
        with clock.frozen_at(NOW + dt.timedelta(hours=3, seconds=-1)):
            assert await incidents.note_overdue() == 0
        with clock.frozen_at(NOW + dt.timedelta(hours=3)):
            assert await incidents.note_overdue() == 1
            assert await incidents.note_overdue() == 0
            await outbox.drain(HANDLERS)
            assert (await totals("3701")).overdue == 1
        for who in (firm, bureau):
            notices = await InboxNotice.filter(person_id=who.person_id, topic="incident.overdue")
            assert [incident.number in notice.title for notice in notices] == [True]
        assert incidents.note_overdue in [task for _seconds, task in PERIODIC]

    async def test_another_level_sets_other_clocks(self) -> None:
        firm = await actor(await make_organisation(kind="supplier", region_code="370100"))
        bureau = await actor(await make_organisation(kind="bureau", region_code="370000"))
        incident = await reported(firm, level="general")
        assert (await step_of(incident, Step.NOTIFIED)).due_at is None
        grade = GradeInput(level=IncidentLevel.MAJOR, reason="影响三家医院")
        incident = await incidents.grade_incident(incident, grade, by=bureau)
        assert (await step_of(incident, Step.NOTIFIED)).due_at == NOW + dt.timedelta(hours=3)

    async def test_who_sees_and_who_acts(self) -> None:
        deal = await make_contract()
        incident = await reported(deal.supplier, contracts=f"{deal.contract.number}，")
        near = await actor(await make_organisation(kind="bureau", region_code="370100"))
        far = await actor(await make_organisation(kind="bureau", region_code="320000"))
        stranger = await actor(await make_organisation(kind="supplier"))
        for who in (deal.supplier, deal.buyer, near):
            assert (await access.incident_to_see(incident.number, who)).id == incident.id
        for who in (far, stranger):
            with pytest.raises(NotFound):
                await access.incident_to_see(incident.number, who)
        for who in (deal.buyer, near):
            with pytest.raises(NotPermitted):
                await finish(incident, Step.CONTAINED, who)
        assert (await step_of(incident, Step.CONTAINED)).done_at is None
        with pytest.raises(InvalidInput):
            await reported(stranger, contracts=[deal.contract.number])
        figures = await totals("37")
        assert (figures.all, figures.open, figures.by_level[IncidentLevel.SERIOUS]) == (1, 1, 1)
        assert (await totals("32")).all == 0

    async def test_on_the_pages(self, client: httpx.AsyncClient) -> None:
        firm = await actor(await make_organisation(kind="supplier"))
        await signed_in_client(client, firm.person_id)
        values = details().model_dump(mode="json") | {"contracts": ""}
        answer = await client.post("/incidents/new", data=values)
        assert answer.status_code == 303
        incident = await Incident.get(reporter_id=firm.organisation_id)
        page = await client.get(f"/incidents/{incident.number}")
        assert "最迟不得超过4小时" in page.text
        done = {"step": "contained", "note": "断网隔离完毕"}
        assert (await client.post(f"/incidents/{incident.number}", data=done)).status_code == 303
        assert "断网隔离完毕" in (await client.get(f"/incidents/{incident.number}")).text
        assert incident.title in (await client.get("/incidents?status=open")).text
        assert incident.title not in (await client.get("/incidents?status=closed")).text
