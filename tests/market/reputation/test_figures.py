"""Observations make figures: every change keeps its cause, nothing is counted twice."""

import datetime as dt
from collections import Counter
from uuid import uuid4

import httpx
import pytest

from market.accounts.models import Organisation
from market.kit import clock
from market.kit.outbox import OutboxMessage
from market.reputation.explanations import explain, overall_bp
from market.reputation.figures import Case, observe, prior_of
from market.reputation.models import Figure, FigureChange, FittedPrior, Observation
from market.reputation.priors import refit_priors
from market.reputation.rates import Prior
from market.reputation.states import Measure
from tests.factories.accounts import make_organisation

database = pytest.mark.usefixtures("rollback")


def case(*, hit: bool = True, modality: str = "医学影像", number: int = 1) -> Case:
    return Case(
        source_id=uuid4(),
        is_hit=hit,
        order_number=f"PO-2026-{number:06d}",
        subject=f"DB-2026-{number:06d}",
        modality=modality,
        occurred_at=clock.now(),
    )


async def firm() -> Organisation:
    return await make_organisation(kind="supplier")


async def figure_of(organisation: Organisation, measure: Measure = Measure.ON_TIME) -> Figure:
    return await Figure.get(organisation=organisation, measure=measure)


@database
async def test_a_case_makes_the_figure_and_keeps_the_reason_of_the_change() -> None:
    organisation = await firm()
    assert await observe(organisation.id, Measure.ON_TIME, case())
    assert await observe(organisation.id, Measure.ON_TIME, case(hit=False, number=2))
    figure = await figure_of(organisation)
    assert (figure.hits, figure.total, figure.mean_bp) == (1, 2, 7857)  # (1 + 4.5) / 7
    changes = await FigureChange.all().order_by("id").select_related("observation")
    assert [(row.was_bp, row.mean_bp, row.observation.subject) for row in changes] == [
        (None, 9167, "DB-2026-000001"),
        (9167, 7857, "DB-2026-000002"),
    ]
    assert await OutboxMessage.filter(topic="supplier.changed").count() == 2


@database
async def test_the_same_case_counts_once_and_can_be_corrected() -> None:
    organisation, seen = await firm(), case(hit=False)
    await observe(organisation.id, Measure.FIRST_INSPECTION, seen)
    assert not await observe(organisation.id, Measure.FIRST_INSPECTION, seen)
    corrected = Case(
        seen.source_id, True, seen.order_number, seen.subject, seen.modality, clock.now()
    )
    assert await observe(organisation.id, Measure.FIRST_INSPECTION, corrected)
    figure = await figure_of(organisation, Measure.FIRST_INSPECTION)
    assert (figure.hits, figure.total) == (1, 1)
    assert await Observation.all().count() == 1
    assert await FigureChange.all().count() == 2


@database
async def test_a_buyer_s_figure_is_no_supplier_s_news() -> None:
    organisation = await make_organisation()
    await observe(organisation.id, Measure.PAYS_ON_TIME, case())
    assert await OutboxMessage.filter(topic="supplier.changed").count() == 0
    assert await overall_bp(organisation.id, "buyer") == 8750
    assert await overall_bp(organisation.id, "supplier") is None


@database
async def test_every_point_decomposes_into_the_orders_behind_it() -> None:
    organisation = await firm()
    for number, hit in enumerate((True, True, False), 1):
        await observe(organisation.id, Measure.ON_TIME, case(hit=hit, number=number))
    found = await explain(organisation, "supplier")
    (one,) = found.measures
    assert (one.observed_bp, one.figure.mean_bp) == (6667, 8125)
    by_subject = {row.subject: row.effect_bp for row in one.rows}
    assert by_subject == {
        "DB-2026-000001": 268, "DB-2026-000002": 268, "DB-2026-000003": -1161,
    }  # fmt: skip
    assert found.overall_bp == 8125


@database
async def test_enough_firms_make_the_prior_and_figures_follow_with_their_reason() -> None:
    firms = [await firm() for _ in range(10)]
    for organisation in firms:
        for number in range(4):
            await observe(organisation.id, Measure.ON_TIME, case(hit=number > 0, number=number))
    before = await figure_of(firms[0])
    assert await refit_priors() == 1
    fitted = await FittedPrior.filter(measure=Measure.ON_TIME).order_by("modality")
    assert [(row.modality, row.mean_bp, row.firms) for row in fitted] == [
        ("", 7500, 10), ("医学影像", 7500, 10),
    ]  # fmt: skip
    after = await figure_of(firms[0])
    assert (before.mean_bp, after.mean_bp) == (8333, 7500)
    assert after.prior_version == f"{clock.today()}"
    change = await FigureChange.filter(organisation=firms[0]).order_by("-id").first()
    assert change is not None
    assert (await change.observation, change.prior_version) == (None, f"{clock.today()}")
    with clock.frozen_at(clock.now() + dt.timedelta(days=1)):
        assert await refit_priors() == 0  # the same fit is no new version


@database
async def test_without_enough_firms_the_shipped_prior_holds() -> None:
    organisation = await firm()
    await observe(organisation.id, Measure.ON_TIME, case())
    assert await refit_priors() == 0
    assert await prior_of(Measure.ON_TIME, Counter()) == Prior(9000, 5, "2026-11-22")


@database
async def test_a_modality_has_its_own_prior_where_it_was_fitted() -> None:
    for modality, mean in (("", 9000), ("医学影像", 8000)):
        await FittedPrior.create(
            version="2026-12-01", measure=Measure.ON_TIME, modality=modality, mean_bp=mean,
            cases=10, firms=12,
        )  # fmt: skip
    mixed = await prior_of(Measure.ON_TIME, Counter({"医学影像": 3, "语音": 1}))
    assert mixed == Prior(8250, 10, "2026-12-01")


async def test_the_page_and_the_api_show_how_it_was_made(client: httpx.AsyncClient) -> None:
    organisation = await firm()
    await observe(organisation.id, Measure.ON_TIME, case(hit=False))
    page = await client.get(f"/organisations/{organisation.number}/reputation")
    assert page.status_code == 200
    assert "DB-2026-000001" in page.text
    assert "-15%" in page.text
    answer = await client.get(f"/api/v1/organisations/{organisation.number}/reputation")
    body = answer.json()
    assert (body["side"], body["overall_bp"]) == ("supplier", 7500)
    assert body["measures"][0]["cases"][0]["effect_bp"] == -1500
    bureau = await make_organisation(kind="bureau", region_code="370000")
    hidden = await client.get(f"/api/v1/organisations/{bureau.number}/reputation")
    assert hidden.status_code == 404
