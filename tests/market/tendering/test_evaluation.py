"""Points and why: the price, sheets with what is not applicable, requirements, ties, very low prices."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.accounts.models import Person
from market.directory.models import SupplierProfile
from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.errors import InvalidInput, NotFound, NotPermitted
from market.kit.outbox import OutboxMessage
from market.tendering import (
    awards,
    clarifications,
    deadlines,
    evaluation,
    explanations,
    judging,
    panel,
)
from market.tendering.judging_forms import (
    JudgeInput,
    LowPriceInput,
    OverrideInput,
    SheetInput,
    VerdictInput,
)
from market.tendering.models import Bid, Clarification, Job, ScoreSheet
from market.tendering.procedures import ProcedureConfig
from market.tendering.states import BidStatus, ClarificationStatus
from tests.factories import actor, make_organisation, tendering

CONFIG = ProcedureConfig()  # price 40, technical 35, quality 15, schedule 10
JUDGED = ("technical", "quality", "schedule")
half_marks = st.integers(0, 10).map(lambda half: str(Decimal(half) / 2))
marks = st.fixed_dictionaries({name: st.none() | half_marks for name in JUDGED}).filter(
    lambda sheet: any(mark is not None for mark in sheet.values())
)
RATIONALE = "综合得分最高，满足全部要求。"


async def opened(
    *prices: str, config: dict[str, Any] | None = None, **values: Any
) -> tuple[Actor, Job, list[Bid]]:
    """A job under evaluation with a bid at each price."""
    owner = await actor(await make_organisation(kind="demand"))
    rules = {"minimum_bids": 1, **(config or {})}
    job = await tendering.published_job(by=owner, procedure_config=rules, **values)
    placed = [await tendering.place_bid(job, unit_price=price) for price in prices]
    job = await tendering.open_bids(job)
    return owner, job, [await Bid.get(id=bid.id) for bid in placed]


def test_the_cheapest_gets_the_whole_weight() -> None:
    assert evaluation.price_points(100, 100, 40) == Decimal(40)
    assert evaluation.price_points(300, 100, 40) == Decimal("13.3333")


@given(st.integers(1, 10**12), st.integers(1, 10**12), st.integers(1, 100))
def test_price_points_stay_within_the_weight(total: int, other: int, weight: int) -> None:
    points = evaluation.price_points(total, min(total, other), weight)
    assert 0 <= points <= weight


def test_what_is_not_applicable_gives_its_weight_to_the_other_marks() -> None:
    weights = evaluation.weights_of_sheet(
        {"technical": "4", "quality": None, "schedule": "5"}, CONFIG
    )
    # 60 over technical 35 and schedule 10: 35 x 60/45 and 10 x 60/45.
    assert weights == {"technical": Decimal(2100) / 45, "schedule": Decimal(600) / 45}
    scores = evaluation.judged_scores(
        [{"technical": "4", "quality": None, "schedule": "5"},
         {"technical": "2", "quality": "3", "schedule": "5"}], CONFIG,
    )  # fmt: skip
    assert scores["technical"] == {
        "weight": 35, "judges": 2, "of": 2, "mean": "3.0000", "effective": "40.8333",
        "points": "25.6667",  # (4 x 46.6667 + 2 x 35) / 5 / 2
    }  # fmt: skip
    assert scores["quality"] == {
        "weight": 15, "judges": 1, "of": 2, "mean": "3.0000", "effective": "7.5000",
        "points": "4.5000",
    }  # fmt: skip


@given(st.lists(marks, min_size=1, max_size=9))
def test_every_sheet_weighs_as_much_whatever_is_not_applicable(
    sheets: list[dict[str, str | None]],
) -> None:
    for sheet in sheets:
        held = sum(evaluation.weights_of_sheet(sheet, CONFIG).values(), Decimal(0))
        assert abs(held - 60) < Decimal("1e-20")
    scores = evaluation.judged_scores(sheets, CONFIG)
    points = evaluation.total_points(scores)
    assert 0 <= points <= Decimal("60.0002")
    full = [{name: "5" if mark is not None else None for name, mark in s.items()} for s in sheets]
    best = evaluation.total_points(evaluation.judged_scores(full, CONFIG))
    assert abs(best - 60) <= Decimal("0.0002")


def test_a_pilot_counts_as_its_share_of_a_hundred() -> None:
    config = ProcedureConfig(
        two_envelopes=True, pilot={"metric": "f1"},
        weights={"price": 70, "pilot": 30},
    )  # fmt: skip
    bid = Bid(total_fen=100, pilot_points=Decimal("91.5"), pilot_result={"metric": "f1"})
    bid.scores = evaluation.scores_of(bid, 100, [], config)
    assert bid.scores["pilot"]["points"] == "27.4500"
    assert evaluation.total_points(bid.scores) == Decimal("97.45")
    assert "91.5" in explanations.explain(bid)[1]["why"]
    none = evaluation.scores_of(Bid(total_fen=100), 100, [], config)
    assert none["pilot"] == {"weight": 30, "measured": None, "points": "0.0000"}


@pytest.mark.parametrize(
    ("rule", "first"), [("earlier", "early"), ("faster", "fast"), ("draw", "drawn")]
)
def test_ties_go_by_total_then_by_the_rule(rule: str, first: str) -> None:
    at, points = dt.datetime(2026, 3, 1, tzinfo=dt.UTC), Decimal(80)
    same = {"total_fen": 100, "total_points": points, "digest": "b", "delivery_days": 9}
    rivals = [
        Bid(number="early", submitted_at=at, **same),
        Bid(number="fast", submitted_at=at + dt.timedelta(1), **{**same, "delivery_days": 5}),
        Bid(number="drawn", submitted_at=at + dt.timedelta(2), **{**same, "digest": "a"}),
        Bid(number="dear", submitted_at=at, **{**same, "total_fen": 101}),
    ]
    config = ProcedureConfig(tie_rule=rule)
    ranked = sorted(rivals, key=lambda bid: evaluation.order_key(bid, config))
    assert (ranked[0].number, ranked[-1].number) == (first, "dear")


@pytest.mark.usefixtures("rollback")
async def test_points_ranks_their_explanation_and_their_computation() -> None:
    owner, job, (dear, cheap) = await opened("80", "60")
    values = {"technical": "4", "quality": "3", "schedule": "5"}
    for bid in (dear, cheap):
        await tendering.score(bid, by=owner, **values)
    dear, cheap = await Bid.get(id=dear.id), await Bid.get(id=cheap.id)
    # 35 x 4/5 + 15 x 3/5 + 10 x 5/5 = 47 for both; 40 and 40 x 60/80 = 30 for the price.
    assert (cheap.total_points, cheap.rank) == (Decimal("87.0000"), 1)
    assert (dear.total_points, dear.rank) == (Decimal("77.0000"), 2)
    assert [row["points"] for row in explanations.explain(dear)] == [
        Decimal("30.00"), Decimal("28.00"), Decimal("9.00"), Decimal("10.00"),
    ]  # fmt: skip
    assert "600,000.00" in explanations.explain(dear)[0]["why"]
    job = await Job.get(id=job.id)
    computed = await evaluation.recompute(job)
    assert [(row["bid"], row["is_reproduced"]) for row in computed] == [
        (cheap.number, True), (dear.number, True),
    ]  # fmt: skip
    await ScoreSheet.filter(bid=cheap).update(scores={**values, "technical": "0"})
    assert [row["is_reproduced"] for row in await evaluation.recompute(job)] == [False, False]


@pytest.mark.usefixtures("rollback")
async def test_a_bid_that_fails_a_requirement_gets_no_points_and_sets_no_price() -> None:
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner, required_certs=["等保三级"])
    weak, strong = await tendering.make_supplier(), await tendering.make_supplier()
    await SupplierProfile.create(organisation_id=strong.organisation_id, certs=["等保四级"])
    cheap = await tendering.place_bid(job, by=weak, unit_price="20")
    good = await tendering.place_bid(job, by=strong, unit_price="80")
    job = await tendering.open_bids(job)
    with pytest.raises(NotFound):
        await tendering.score(cheap, by=owner)
    good = await tendering.score(good, by=owner)
    assert good.scores["price"]["points"] == "40.0000"
    assert (await Bid.get(id=cheap.id)).rank is None
    await awards.award_bid(good, RATIONALE, by=owner)
    cheap = await Bid.get(id=cheap.id)
    assert (cheap.status, cheap.reason_code) == (BidStatus.DISQUALIFIED, "requirements_not_met")


@pytest.mark.usefixtures("rollback")
async def test_only_the_chair_decides_otherwise_on_a_requirement_and_says_why() -> None:
    owner, job, (bid,) = await opened("80", required_certs=["等保三级"])
    finding = OverrideInput(met=True, reason="证书原件已当场核验。")
    with pytest.raises(NotPermitted):
        await evaluation.override_check(bid, 0, finding, by=owner)
    await tendering.sit(job, by=owner)
    with pytest.raises(InvalidInput):
        await evaluation.override_check(bid, 9, finding, by=owner)
    assert not evaluation.meets_requirements(await Bid.get(id=bid.id))
    bid = await evaluation.override_check(bid, 0, finding, by=owner)
    assert evaluation.meets_requirements(bid)
    assert bid.checks[0]["override"] == {"reason": finding.reason, "met": False}
    (entry,) = [e for e in await audit.history(bid) if e.action == "check 0 decided"]
    assert (entry.before, entry.reason) == ({"met": False}, finding.reason)
    await tendering.score(bid, by=owner)
    with pytest.raises(evaluation.NotUnderEvaluation):  # the sheets are open
        await evaluation.override_check(bid, 0, OverrideInput(reason="改判无效。"), by=owner)


@pytest.mark.usefixtures("rollback")
async def test_where_the_price_alone_decides_the_ranks_exist_from_the_opening() -> None:
    _owner, job, (dear, cheap) = await opened("80", "60", config={"weights": {"price": 100}})
    assert [(b.rank, b.status) for b in (cheap, dear)] == [
        (1, BidStatus.EVALUATED), (2, BidStatus.EVALUATED),
    ]  # fmt: skip
    assert job.ranked_at is None


def test_a_very_low_price_is_below_a_share_of_the_rivals_mean() -> None:
    def bid(n: int, total: int, **values: Any) -> Bid:
        return Bid(number=str(n), total_fen=total, status=BidStatus.OPENED, checks=[], **values)

    low, *rest = [bid(n, total) for n, total in enumerate((4999, 10000, 10000))]
    assert clarifications.low_prices([low, *rest], 50) == {
        low.id: {"total_fen": 4999, "mean_fen": 10000, "percent": 50, "share": "50.0"}
    }
    assert clarifications.low_prices([bid(0, 5000), *rest], 50) == {}
    assert clarifications.low_prices([low], 50) == {}
    rest[0].checks = rest[1].checks = [{"met": False}]
    assert clarifications.low_prices([low, *rest], 50) == {}


async def low_bid() -> tuple[Actor, Job, Bid, Actor]:
    """A ranked job whose best bid is very low, and its bidder."""
    owner = await actor(await make_organisation(kind="demand"))
    job = await tendering.published_job(by=owner)
    bidder = await tendering.make_supplier()
    low = await tendering.place_bid(job, by=bidder, unit_price="30")
    await tendering.place_bid(job, unit_price="80")
    job = await tendering.open_bids(job)
    for bid in await Bid.filter(job=job):
        await tendering.score(bid, by=owner)
    return owner, job, await Bid.get(id=low.id), bidder


def request() -> LowPriceInput:
    return LowPriceInput(question="请说明报价构成。", due_at=clock.now() + dt.timedelta(days=2))


@pytest.mark.usefixtures("rollback")
async def test_a_very_low_price_is_explained_before_it_wins() -> None:
    owner, job, low, bidder = await low_bid()
    with pytest.raises(awards.NotAwardable):
        await awards.award_bid(low, RATIONALE, by=owner)
    dear = await Bid.get(job=job, rank=2)
    with pytest.raises(InvalidInput):
        await clarifications.ask_about_price(dear, request(), by=owner)
    asked = await clarifications.ask_about_price(low, request(), by=owner)
    with pytest.raises(clarifications.AlreadyAsked):
        await clarifications.ask_about_price(low, request(), by=owner)
    with pytest.raises(NotFound):
        await clarifications.answer_request(asked, "自有平台。", by=await tendering.make_supplier())
    await clarifications.answer_request(asked, "自有平台，人工减半。", by=bidder)
    verdict = VerdictInput(is_accepted=True, decision="成本构成清楚。")
    await clarifications.judge_answer(asked, verdict, by=owner)
    assert (await awards.award_bid(low, RATIONALE, by=owner)).bid_id == low.id


@pytest.mark.usefixtures("rollback")
async def test_a_refused_explanation_refuses_the_bid() -> None:
    owner, job, low, bidder = await low_bid()
    asked = await clarifications.ask_about_price(low, request(), by=owner)
    await clarifications.answer_request(asked, "薄利多销。", by=bidder)
    await clarifications.judge_answer(asked, VerdictInput(decision="没有依据。"), by=owner)
    low = await Bid.get(id=low.id)
    assert (low.status, low.reason_code) == (BidStatus.DISQUALIFIED, "low_price_unexplained")
    left = await Bid.get(job=job, status=BidStatus.EVALUATED)
    assert (left.rank, left.scores["price"]["points"]) == (1, "40.0000")


@pytest.mark.usefixtures("rollback")
async def test_the_clock_refuses_what_was_not_explained_in_time() -> None:
    owner, _job, low, bidder = await low_bid()
    asked = await clarifications.ask_about_price(low, request(), by=owner)
    assert await deadlines.settle_due_clarifications() == 0
    with clock.frozen_at(asked.due_at):
        with pytest.raises(clarifications.AnswerClosed):
            await clarifications.answer_request(asked, "来不及了。", by=bidder)
        assert await deadlines.settle_due_clarifications() == 1
        assert await deadlines.settle_due_clarifications() == 0
    assert (await Clarification.get(id=asked.id)).status == ClarificationStatus.LAPSED
    assert (await Bid.get(id=low.id)).status == BidStatus.DISQUALIFIED
    assert await OutboxMessage.filter(topic="clarification.asked").count() == 1


@pytest.mark.usefixtures("rollback")
async def test_marks_far_apart_need_the_panels_note() -> None:
    rules = {"judges_needed": 3, "minimum_bids": 1}
    owner, job, (bid,) = await opened("80", config=rules)
    hospital = await job.owner
    judges = [owner, *[await actor(hospital, "quality") for _ in range(2)]]
    for n, (judge, mark) in enumerate(zip(judges, ("5", "2", "4"), strict=True)):
        if n:
            person = await Person.get(id=judge.person_id)
            seat = JudgeInput(email=person.email)
            await panel.appoint_judge(job, seat, by=owner)
        await tendering.sit(job, by=judge)
        await judging.save_sheet(bid, tendering.sheet("4", technical=mark), by=judge)
        await judging.finish_judging(job, by=judge)
    bid = await Bid.get(id=bid.id)
    sheets = (await evaluation.sheets_of(job))[bid.id]
    assert evaluation.spread(sheets) == {"technical": Decimal(3)}
    with pytest.raises(awards.NotAwardable):
        await awards.award_bid(bid, RATIONALE, by=owner)
    with pytest.raises(NotFound):
        await judging.note_spread(bid, "分歧在试用期安排。", by=judges[1])
    await judging.note_spread(bid, "分歧在质检人数，讨论后维持。", by=owner)
    assert (await awards.award_bid(bid, RATIONALE, by=owner)).bid_id == bid.id


def test_a_sheet_needs_reasons_at_its_ends() -> None:
    sheet = SheetInput.model_validate({"technical": "1.5", "quality": "n/a", "schedule": 4.5})
    assert set(judging.problems_of(sheet, JUDGED)) == {"technical_comment"}
    full = SheetInput.model_validate({"technical": "5", "technical_comment": "最优", "quality": 2})
    assert set(judging.problems_of(full, JUDGED)) == {"schedule"}
    nothing = SheetInput.model_validate(dict.fromkeys(JUDGED, "n/a"))
    assert set(judging.problems_of(nothing, JUDGED)) == {"technical"}


@pytest.mark.parametrize("wrong", ["5.5", "-1", "4.2", "好", "NaN"])
def test_marks_are_halves_from_nought_to_five(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"0|5"):
        SheetInput.model_validate({"technical": wrong})
