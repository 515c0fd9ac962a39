"""Mail about money, to the finance people of the party it concerns."""

from billing import deposit_words, review_steps
from billing.deposit_models import Holding
from billing.deposit_states import HoldingPurpose
from billing.models import Payment, Payout, Refund, Settlement, VoucherRedemption
from billing.voucher_models import VoucherApplication, VoucherObjection
from market.accounts.models import Organisation, Person
from market.accounts.states import OrganisationKind, OrganisationStatus, Role
from market.kit import outbox
from market.notifications.mailing import tell
from market.notifications.recipients import members


async def tell_of_payment(message: outbox.Message) -> None:
    """payment.received: a receipt to the buyer, and to the supplier that the stage is in custody."""
    payment = await Payment.get(id=message.payload["payment"]).select_related("order")
    for party in (payment.order.buyer_id, payment.order.supplier_id):
        await tell(
            message, await members(party, Role.FINANCE), payment=payment, order=payment.order,
            is_buyer=party == payment.order.buyer_id,
        )  # fmt: skip


async def tell_of_settlement(message: outbox.Message) -> None:
    """order.settled: to the supplier, what was released and what the platform kept."""
    settlement = await Settlement.get(id=message.payload["settlement"]).select_related("order")
    people = await members(settlement.supplier_id, Role.FINANCE)
    await tell(message, people, settlement=settlement, order=settlement.order)


async def tell_of_refund(message: outbox.Message) -> None:
    """order.refunded: to both parties."""
    refund = await Refund.get(id=message.payload["refund"]).select_related("order")
    for party in (refund.order.buyer_id, refund.order.supplier_id):
        people = await members(party, Role.FINANCE)
        await tell(message, people, refund=refund, order=refund.order)


async def tell_of_payout(message: outbox.Message) -> None:
    """payout.paid: to the supplier."""
    payout = await Payout.get(id=message.payload["payout"]).select_related("settlement__order")
    people = await members(payout.supplier_id, Role.FINANCE)
    settlement = payout.settlement
    await tell(message, people, payout=payout, settlement=settlement, order=settlement.order)


async def tell_of_voucher(message: outbox.Message) -> None:
    """voucher.decided: to who claimed it."""
    redemption = await VoucherRedemption.get(id=message.payload["redemption"]).select_related(
        "order", "programme"
    )
    people = await members(redemption.claimant_id, Role.FINANCE)
    await tell(message, people, redemption=redemption, order=redemption.order)


async def tell_of_application(message: outbox.Message) -> None:
    """voucher.application: to the claimant, where it stands and who has it."""
    row = await VoucherApplication.get(id=message.payload["application"]).select_related(
        "order", "programme"
    )
    people = await members(row.claimant_id, Role.FINANCE)
    await tell(message, people, application=row, step=row.step, steps=review_steps)


async def tell_of_holding(message: outbox.Message) -> None:
    """holding.changed: to its payer, where its deposit or fee stands."""
    holding = await Holding.get(id=message.payload["holding"]).select_related("job")
    is_sealed = holding.purpose == HoldingPurpose.BID_DEPOSIT and holding.job.opened_at is None
    people = await members(holding.payer_id, Role.FINANCE)
    await tell(
        message, people, confidential=is_sealed, holding=holding, words=deposit_words,
        what=deposit_words.happened(message.payload["what"]),
    )  # fmt: skip


async def tell_of_objection(message: outbox.Message) -> None:
    """voucher.objected: to the issuing bureau, which decides on it."""
    row = await VoucherObjection.get(id=message.payload["objection"]).select_related(
        "application__programme", "organisation"
    )
    application = row.application
    people = await reviewers_of(application.programme.region_code)
    await tell(message, people, objection=row, application=application)


async def reviewers_of(region_code: str) -> list[Person]:
    """The people of the bureaus that issue in a region: owners, quality and finance, each once."""
    bureaus = await Organisation.filter(
        kind=OrganisationKind.BUREAU, status=OrganisationStatus.ACTIVE, region_code=region_code
    ).order_by("id")
    found = {
        person.id: person
        for bureau in bureaus
        for person in await members(bureau.id, Role.QUALITY, Role.FINANCE)
    }
    return list(found.values())
