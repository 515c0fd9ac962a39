"""JSON operations of panels, judging, requests to bidders and the explanation of results."""

from typing import Any

from market.kit.api import Call, Nothing, Operation, operation
from market.tendering import (
    access,
    awards,
    clarifications,
    evaluation,
    judging,
    panel,
    panel_access,
    reports,
)
from market.tendering.forms import ReasonInput
from market.tendering.judging_forms import (
    DeclarationInput,
    ExpertInput,
    ExplanationInput,
    JudgeInput,
    LowPriceInput,
    NoteInput,
    OverrideInput,
    SheetInput,
    VerdictInput,
)
from market.tendering.judging_schemas import (
    BidToJudgeOut,
    ClarificationOut,
    ClarificationsOut,
    ComputationOut,
    ComputedBidOut,
    ExpertOut,
    JudgeOut,
    JudgingOut,
    LetterOut,
    OpenSheetOut,
    OpenSheetsOut,
    PanelOut,
    SheetOut,
)
from market.tendering.models import Job, Judge
from market.tendering.procedures import config_of
from market.tendering.schemas import AwardOut
from market.tendering.states import JudgeStatus

PANEL, AWARDS = "judging", "awards"
SCOPE = "awards:write"


async def _panel(job: Job) -> PanelOut:
    job = await Job.get(id=job.id)
    seats = [JudgeOut.of(judge) for judge in await panel_access.seats_of(job)]
    return PanelOut(
        needed=config_of(job).judges_needed, due_at=job.judging_due_at, ranked_at=job.ranked_at,
        judges=seats,
    )  # fmt: skip


@operation("GET", "/jobs/{number}/panel", summary="Read a panel", tag=PANEL, returns=PanelOut,
           scope="jobs:read")  # fmt: skip
async def get_panel(call: Call[Nothing, Nothing]) -> PanelOut:
    """For who appoints it: the owner, or the bureau of the region."""
    return await _panel(await panel_access.panel_job(call.actor, call.path("number")))


@operation("POST", "/jobs/{number}/panel", summary="Appoint a judge", tag=PANEL, body=JudgeInput,
           returns=PanelOut, status=201, scope=SCOPE)  # fmt: skip
async def appoint_judge(call: Call[JudgeInput, Nothing]) -> PanelOut:
    """A member sits at once; anybody else is invited by e-mail."""
    job = await panel_access.panel_job(call.actor, call.path("number"))
    await panel.appoint_judge(job, call.body, by=call.actor)
    return await _panel(job)


@operation("POST", "/jobs/{number}/panel/draw", summary="Draw judges by lot", tag=PANEL,
           returns=PanelOut, scope=SCOPE)  # fmt: skip
async def draw_judges(call: Call[Nothing, Nothing]) -> PanelOut:
    """From the experts of the job's industry, for the empty seats."""
    job = await panel_access.panel_job(call.actor, call.path("number"))
    await panel.draw_judges(job, by=call.actor)
    return await _panel(job)


@operation("POST", "/judges/{id}/release", summary="Empty a seat", tag=PANEL, body=ReasonInput,
           returns=JudgeOut, scope=SCOPE)  # fmt: skip
async def release_judge(call: Call[ReasonInput, Nothing]) -> JudgeOut:
    """Before its judge has handed in."""
    judge = await panel_access.seat_to_release(call.actor, call.path("id"))
    return JudgeOut.of(await panel.release_judge(judge, call.body.reason, by=call.actor))


@operation("POST", "/judges/{id}/accept", summary="Take a seat", tag=PANEL, returns=JudgeOut)
async def accept_seat(call: Call[Nothing, Nothing]) -> JudgeOut:
    """The seat one's own address was invited to."""
    judge = await panel_access.own_invitation(call.actor, call.path("id"))
    return JudgeOut.of(await panel.accept_seat(judge, by=call.actor))


@operation("POST", "/judges/{id}/decline", summary="Leave a seat", tag=PANEL, returns=JudgeOut)
async def decline_seat(call: Call[Nothing, Nothing]) -> JudgeOut:
    """The seat goes to somebody else."""
    judge = await panel_access.own_invitation(call.actor, call.path("id"))
    return JudgeOut.of(await panel.decline_seat(judge, by=call.actor))


@operation("GET", "/expertise", summary="What you offer to judge", tag=PANEL, returns=ExpertOut)
async def get_expertise(call: Call[Nothing, Nothing]) -> ExpertOut:
    """The industries one may be drawn for; none, and not available, until one offers."""
    return ExpertOut.of(await panel_access.own_expertise(call.actor))


@operation("PUT", "/expertise", summary="Offer to judge", tag=PANEL, body=ExpertInput,
           returns=ExpertOut)  # fmt: skip
async def enrol_expert(call: Call[ExpertInput, Nothing]) -> ExpertOut:
    """Replaces one's offer; who is not available is not drawn."""
    return ExpertOut.of(await panel.enrol_expert(call.body, by=call.actor))


async def _judging(judge: Judge) -> JudgingOut:
    bids = await judging.bids_to_judge(judge) if judge.status in panel.SITTING else []
    sheets = await panel_access.own_sheets(judge)
    items = [BidToJudgeOut.of(bid, sheets.get(bid.id)) for bid in bids]
    job = await Job.get(id=judge.job_id)
    return JudgingOut(judge=JudgeOut.of(judge), due_at=job.judging_due_at, bids=items)


@operation("GET", "/jobs/{number}/judging", summary="Read the bids one judges", tag=PANEL,
           returns=JudgingOut)  # fmt: skip
async def get_judging(call: Call[Nothing, Nothing]) -> JudgingOut:
    """One's own seat; no bid before interests are declared."""
    return await _judging(await panel_access.own_seat(call.actor, call.path("number")))


@operation("POST", "/jobs/{number}/judging/alone", summary="Judge a small procedure alone",
           tag=PANEL, returns=JudgingOut, scope=SCOPE)  # fmt: skip
async def judge_alone(call: Call[Nothing, Nothing]) -> JudgingOut:
    """The owner's buyer, where the procedure needs one judge."""
    job = await access.own_job(call.actor, call.path("number"))
    return await _judging(await judging.judge_alone(job, by=call.actor))


@operation("POST", "/jobs/{number}/judging/declaration", summary="Declare interests", tag=PANEL,
           body=DeclarationInput, returns=JudgingOut)  # fmt: skip
async def declare_interests(call: Call[DeclarationInput, Nothing]) -> JudgingOut:
    """Work for a bidder is found by itself and empties the seat."""
    judge = await panel_access.own_seat(call.actor, call.path("number"))
    return await _judging(await panel.declare_interests(judge, call.body, by=call.actor))


@operation("GET", "/bids/{number}/sheet", summary="Read one's own sheet", tag=PANEL,
           returns=SheetOut)  # fmt: skip
async def get_sheet(call: Call[Nothing, Nothing]) -> SheetOut:
    """Nobody reads another judge's sheet before all are handed in."""
    _judge, bid = await panel_access.bid_to_judge(call.actor, call.path("number"))
    return SheetOut.of(bid, await panel_access.own_sheet(call.actor, bid))


@operation("PUT", "/bids/{number}/sheet", summary="Save one's own sheet", tag=PANEL,
           body=SheetInput, returns=SheetOut)  # fmt: skip
async def save_sheet(call: Call[SheetInput, Nothing]) -> SheetOut:
    """Marks are 0 to 5 in halves or "n/a"; a draft may leave some out."""
    _judge, bid = await panel_access.bid_to_judge(call.actor, call.path("number"))
    return SheetOut.of(bid, await judging.save_sheet(bid, call.body, by=call.actor))


@operation("POST", "/jobs/{number}/judging/finish", summary="Hand in one's sheets", tag=PANEL,
           returns=JudgingOut)  # fmt: skip
async def finish_judging(call: Call[Nothing, Nothing]) -> JudgingOut:
    """For good; the last judge to do so opens every sheet, and the bids are ranked."""
    judge = await panel_access.own_seat(call.actor, call.path("number"))
    return await _judging(await judging.finish_judging(judge.job, by=call.actor))


@operation("GET", "/jobs/{number}/sheets", summary="Read every sheet", tag=PANEL,
           returns=OpenSheetsOut)  # fmt: skip
async def list_sheets(call: Call[Nothing, Nothing]) -> OpenSheetsOut:
    """For panel and owner, once all are handed in; 404 before."""
    job = await panel_access.judged_job(call.actor, call.path("number"))
    away = await panel_access.unread_bidders(call.actor, job)
    names = {j.person_id: j.name for j in await Judge.filter(job=job, status=JudgeStatus.FINISHED)}
    bids = {bid.id: bid for bid in await access.opened_bids(job)}
    return OpenSheetsOut(
        items=[
            OpenSheetOut(judge=names[sheet.judge_id], sheet=SheetOut.of(bids[bid_id], sheet))
            for bid_id, sheets in (await evaluation.sheets_of(job)).items()
            if away is not None and bids[bid_id].bidder_id not in away
            for sheet in sheets
        ]
    )


@operation("GET", "/jobs/{number}/computation", summary="Verify a ranking", tag=PANEL,
           returns=ComputationOut)  # fmt: skip
async def get_computation(call: Call[Nothing, Nothing]) -> ComputationOut:
    """Every figure, computed again from the sheets and the offers."""
    job = await panel_access.judged_job(call.actor, call.path("number"))
    rows = [ComputedBidOut.model_validate(row) for row in await evaluation.recompute(job)]
    config = config_of(job)
    return ComputationOut(
        weights=config.weights, tie_rule=reports.tie_rule(config.tie_rule), rules=reports.rules(),
        is_reproduced=all(row.is_reproduced for row in rows), bids=rows,
    )  # fmt: skip


@operation("POST", "/bids/{number}/note", summary="Note why marks lie apart", tag=PANEL,
           body=NoteInput)  # fmt: skip
async def note_spread(call: Call[NoteInput, Nothing]) -> None:
    """The chair, for marks more than two apart."""
    bid = await panel_access.bid_of_judged_job(call.actor, call.path("number"))
    await judging.note_spread(bid, call.body.note, by=call.actor)


@operation("PUT", "/bids/{number}/checks/{position}", summary="Decide on a requirement", tag=PANEL,
           body=OverrideInput)  # fmt: skip
async def override_check(call: Call[OverrideInput, Nothing]) -> None:
    """The chair, with a reason, before the sheets are open; positions count from 0."""
    bid = await panel_access.bid_with_checks(call.actor, call.path("number"))
    position = call.path("position")
    place = int(position) if position.isdecimal() and len(position) < 4 else -1
    await evaluation.override_check(bid, place, call.body, by=call.actor)


@operation("GET", "/bids/{number}/clarifications", summary="List requests to a bidder", tag=AWARDS,
           returns=ClarificationsOut)  # fmt: skip
async def list_clarifications(call: Call[Nothing, Nothing]) -> ClarificationsOut:
    """For the bidder and the owner of the job."""
    bid = await panel_access.bid_with_requests(call.actor, call.path("number"))
    rows = await panel_access.requests_about(bid)
    return ClarificationsOut(items=[ClarificationOut.of(row) for row in rows])


@operation("POST", "/bids/{number}/clarifications", summary="Have a very low price explained",
           tag=AWARDS, body=LowPriceInput, returns=ClarificationOut, status=201, scope=SCOPE)  # fmt: skip
async def ask_about_price(call: Call[LowPriceInput, Nothing]) -> ClarificationOut:
    """Only below the share of the rivals' mean that the procedure names."""
    bid = await access.opened_bid(call.actor, call.path("number"))
    asked = await clarifications.ask_about_price(bid, call.body, by=call.actor)
    return ClarificationOut.of(asked)


@operation("POST", "/clarifications/{id}/answer", summary="Explain a price", tag=AWARDS,
           body=ExplanationInput, returns=ClarificationOut, scope="bids:write")  # fmt: skip
async def answer_request(call: Call[ExplanationInput, Nothing]) -> ClarificationOut:
    """Before the deadline."""
    asked = await panel_access.request_to(call.actor, call.path("id"))
    return ClarificationOut.of(
        await clarifications.answer_request(asked, call.body.answer, by=call.actor)
    )


@operation("POST", "/clarifications/{id}/verdict", summary="Accept or refuse an explanation",
           tag=AWARDS, body=VerdictInput, returns=ClarificationOut, scope=SCOPE)  # fmt: skip
async def judge_answer(call: Call[VerdictInput, Nothing]) -> ClarificationOut:
    """A refused explanation refuses the bid."""
    asked = await panel_access.request_of(call.actor, call.path("id"))
    return ClarificationOut.of(await clarifications.judge_answer(asked, call.body, by=call.actor))


@operation("POST", "/awards/{number}/refusal", summary="Give an award up", tag=AWARDS,
           body=ReasonInput, returns=AwardOut, scope="bids:write")  # fmt: skip
async def refuse_award(call: Call[ReasonInput, Nothing]) -> AwardOut:
    """The winner, before its contract is signed."""
    award = await panel_access.won_award(call.actor, call.path("number"))
    await awards.refuse_award(award, call.body.reason, by=call.actor)
    return AwardOut.of(await access.public_award(award.number))


@operation("GET", "/bids/{number}/letter", summary="Read the result of a bid", tag=AWARDS,
           returns=LetterOut)  # fmt: skip
async def get_letter(call: Call[Nothing, Nothing]) -> LetterOut:
    """For its bidder and the owner of the job, once it is decided."""
    bid = await panel_access.told_bid(call.actor, call.path("number"))
    found: dict[str, Any] = await reports.letter(bid)
    winner = found["winner"]
    return LetterOut(
        bid=bid.number, status=bid.status.value, points=bid.total_points, rank=bid.rank,
        scores=found["scores"], judges=found["reasons"], advantages=found["advantages"],
        winner=winner.bid.bidder.name if winner else "", reason_code=bid.reason_code,
        reason=bid.reason, digest=found["digest"],
    )  # fmt: skip


operations: list[Operation] = [
    get_panel, appoint_judge, draw_judges, release_judge, accept_seat, decline_seat,
    get_expertise, enrol_expert, get_judging,
    judge_alone,
    declare_interests, get_sheet, save_sheet, finish_judging, list_sheets, get_computation,
    note_spread, override_check, list_clarifications, ask_about_price, answer_request,
    judge_answer, refuse_award, get_letter,
]  # fmt: skip
