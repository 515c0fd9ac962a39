"""JSON operations of disputes and readings."""

from typing import Any

from market.disputes import access, disputes, measurements, mediation, resolutions
from market.disputes.forms import (
    AgreementInput,
    AnswerInput,
    AppointmentInput,
    ClaimInput,
    DecisionInput,
    DeclarationInput,
    MarksInput,
    OwnSecretInput,
    ProposalInput,
    ReferralInput,
)
from market.disputes.schemas import DisputeOut, DisputeSummary, ReadingOut
from market.kit import paging
from market.kit.api import Call, Nothing, operation
from market.kit.paging import CursorPage, CursorQuery

READ, WRITE, TAG = "orders:read", "orders:write", "disputes"


async def _out(call: Call[Any, Any], number: str) -> DisputeOut:
    return await DisputeOut.read(await access.dispute_to_see(call.actor, number), call.actor)


@operation("GET", "/disputes", summary="Disputes", tag=TAG, query=CursorQuery,
           returns=CursorPage[DisputeSummary], scope=READ)  # fmt: skip
async def list_disputes(call: Call[Nothing, CursorQuery]) -> CursorPage[DisputeSummary]:
    """The organisation's; the operator's and a bureau's see those they oversee."""
    query = access.disputes_of(call.actor).select_related(*access.RELATED)
    rows, after = await paging.cursor_page(query, call.query)
    return CursorPage(items=[DisputeSummary.of(row, call.actor) for row in rows], next=after)


@operation("GET", "/disputes/{number}", summary="A dispute", tag=TAG, returns=DisputeOut,
           scope=READ)  # fmt: skip
async def show_dispute(call: Call[Nothing, Nothing]) -> DisputeOut:
    """With everything needed to repeat the draw of its sub-sample."""
    return await _out(call, call.path("number"))


@operation("POST", "/batches/{number}/dispute", summary="Dispute a batch", tag=TAG,
           body=ClaimInput, returns=DisputeOut, status=201, scope=WRITE)  # fmt: skip
async def open_dispute(call: Call[ClaimInput, Nothing]) -> DisputeOut:
    """Naming the amount of its price one accepts (fen); its money is held from now on."""
    batch = await access.batch_to_dispute(call.actor, call.path("number"))
    made = await disputes.open_dispute(batch, call.body, by=call.actor)
    return await _out(call, made.number)


@operation("POST", "/disputes/{number}/answer", summary="Answer a dispute", tag=TAG,
           body=AnswerInput, returns=DisputeOut, scope=WRITE)  # fmt: skip
async def answer_dispute(call: Call[AnswerInput, Nothing]) -> DisputeOut:
    """Amounts that meet or cross settle at their middle."""
    dispute = await access.own_dispute(call.actor, call.path("number"))
    await disputes.answer_dispute(dispute, call.body, by=call.actor)
    return await _out(call, dispute.number)


@operation("POST", "/disputes/{number}/withdraw", summary="Withdraw a dispute", tag=TAG,
           returns=DisputeOut, scope=WRITE)  # fmt: skip
async def withdraw_dispute(call: Call[Nothing, Nothing]) -> DisputeOut:
    """Before mediation; the verdict stands again."""
    dispute = await access.own_dispute(call.actor, call.path("number"))
    await disputes.withdraw_dispute(dispute, by=call.actor)
    return await _out(call, dispute.number)


@operation("POST", "/disputes/{number}/seed", summary="Commit to a secret of one's own", tag=TAG,
           body=OwnSecretInput, returns=DisputeOut, scope=WRITE)  # fmt: skip
async def commit_own_seed(call: Call[OwnSecretInput, Nothing]) -> DisputeOut:
    """Until the sub-sample is drawn."""
    dispute = await access.own_dispute(call.actor, call.path("number"))
    await disputes.commit_own_seed(dispute, secret=call.body.secret, by=call.actor)
    return await _out(call, dispute.number)


@operation("POST", "/disputes/{number}/agree", summary="Accept the proposal", tag=TAG,
           body=AgreementInput, returns=DisputeOut, scope=WRITE)  # fmt: skip
async def agree_to_proposal(call: Call[AgreementInput, Nothing]) -> DisputeOut:
    """When both sides have, it is the amount."""
    dispute = await access.own_dispute(call.actor, call.path("number"))
    await mediation.agree_to_proposal(dispute, amount_fen=call.body.amount_fen, by=call.actor)
    return await _out(call, dispute.number)


@operation("POST", "/disputes/{number}/measure", summary="Have the batch measured", tag=TAG,
           returns=DisputeOut, scope=WRITE)  # fmt: skip
async def order_measurement(call: Call[Nothing, Nothing]) -> DisputeOut:
    """By the mediator, or by a party that was proposed an amount."""
    dispute = await access.dispute_to_see(call.actor, call.path("number"))
    await mediation.order_measurement(dispute, by=call.actor)
    return await _out(call, dispute.number)


@operation("POST", "/disputes/{number}/refer", summary="Refer to the bureau", tag=TAG,
           body=ReferralInput, returns=DisputeOut, scope=WRITE)  # fmt: skip
async def refer_dispute(call: Call[ReferralInput, Nothing]) -> DisputeOut:
    """Once, from mediation on."""
    dispute = await access.own_dispute(call.actor, call.path("number"))
    await mediation.refer_dispute(dispute, call.body, by=call.actor)
    return await _out(call, dispute.number)


@operation("POST", "/disputes/{number}/take-up", summary="Mediate a dispute", tag=TAG,
           body=DeclarationInput, returns=DisputeOut, scope=WRITE)  # fmt: skip
async def take_up(call: Call[DeclarationInput, Nothing]) -> DisputeOut:
    """Operator or bureau, declaring to be related to neither side."""
    dispute = await access.mediated_dispute(call.actor, call.path("number"))
    await mediation.take_up(dispute, by=call.actor)
    return await _out(call, dispute.number)


@operation("POST", "/disputes/{number}/proposal", summary="Propose an amount", tag=TAG,
           body=ProposalInput, returns=DisputeOut, scope=WRITE)  # fmt: skip
async def propose(call: Call[ProposalInput, Nothing]) -> DisputeOut:
    """The mediator's; a new one asks both sides again."""
    dispute = await access.mediated_dispute(call.actor, call.path("number"))
    await mediation.propose(dispute, call.body, by=call.actor)
    return await _out(call, dispute.number)


@operation("POST", "/disputes/{number}/readers", summary="Ask a third reader", tag=TAG,
           body=AppointmentInput, returns=DisputeOut, scope=WRITE)  # fmt: skip
async def appoint_reader(call: Call[AppointmentInput, Nothing]) -> DisputeOut:
    """An organisation that is no party, by its number."""
    dispute = await access.mediated_dispute(call.actor, call.path("number"))
    await measurements.appoint_reader(dispute, call.body, by=call.actor)
    return await _out(call, dispute.number)


@operation("POST", "/disputes/{number}/decision", summary="Decide a dispute", tag=TAG,
           body=DecisionInput, returns=DisputeOut, scope=WRITE)  # fmt: skip
async def decide_dispute(call: Call[DecisionInput, Nothing]) -> DisputeOut:
    """The bureau, once a party has referred it."""
    dispute = await access.mediated_dispute(call.actor, call.path("number"))
    await resolutions.decide_dispute(dispute, call.body, by=call.actor)
    return await _out(call, dispute.number)


@operation("GET", "/readings", summary="Readings asked of us", tag=TAG, query=CursorQuery,
           returns=CursorPage[ReadingOut], scope=READ)  # fmt: skip
async def list_readings(call: Call[Nothing, CursorQuery]) -> CursorPage[ReadingOut]:
    """As a third organisation."""
    query = access.readings_of(call.actor)
    rows, after = await paging.cursor_page(query, call.query)
    full = [await access.reading_to_see(call.actor, row.number) for row in rows]
    return CursorPage(items=[ReadingOut.of(row) for row in full], next=after)


@operation("GET", "/readings/{number}", summary="A reading", tag=TAG, returns=ReadingOut,
           scope=READ)  # fmt: skip
async def show_reading(call: Call[Nothing, Nothing]) -> ReadingOut:
    """The items to mark."""
    return ReadingOut.of(await access.reading_to_see(call.actor, call.path("number")))


@operation("POST", "/readings/{number}/accept", summary="Take a reading on", tag=TAG,
           body=DeclarationInput, returns=ReadingOut, scope=WRITE)  # fmt: skip
async def accept_reading(call: Call[DeclarationInput, Nothing]) -> ReadingOut:
    """Declaring to be related to neither party."""
    reading = await access.reading_to_see(call.actor, call.path("number"))
    await measurements.accept_reading(reading, by=call.actor)
    return ReadingOut.of(await access.reading_to_see(call.actor, reading.number))


@operation("POST", "/readings/{number}/decline", summary="Decline a reading", tag=TAG,
           returns=ReadingOut, scope=WRITE)  # fmt: skip
async def decline_reading(call: Call[Nothing, Nothing]) -> ReadingOut:
    """Another reader is asked then."""
    reading = await access.reading_to_see(call.actor, call.path("number"))
    await measurements.decline_reading(reading, by=call.actor)
    return ReadingOut.of(await access.reading_to_see(call.actor, reading.number))


@operation("POST", "/readings/{number}/marks", summary="Record the marks", tag=TAG,
           body=MarksInput, returns=ReadingOut, scope=WRITE)  # fmt: skip
async def mark_items(call: Call[MarksInput, Nothing]) -> ReadingOut:
    """Every item that does not conform; the last reader's marks decide the dispute."""
    reading = await access.reading_to_see(call.actor, call.path("number"))
    await measurements.mark_items(reading, call.body.nonconforming, by=call.actor)
    return ReadingOut.of(await access.reading_to_see(call.actor, reading.number))


operations = [
    list_disputes, show_dispute, open_dispute, answer_dispute, withdraw_dispute, commit_own_seed,
    agree_to_proposal, order_measurement, refer_dispute, take_up, propose, appoint_reader,
    decide_dispute, list_readings, show_reading, accept_reading, decline_reading, mark_items,
]  # fmt: skip
