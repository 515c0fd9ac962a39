"""Verbs of the contract: draft, settle the draft, sign, refuse."""

from market.accounts.states import Role
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.orders.change_models import ContractVersion
from market.orders.contract_forms import DraftInput, IsolationInput
from market.orders.models import Contract, Signature
from market.orders.orders import place_order
from market.orders.parties import require_party, require_side
from market.orders.signatures import are_both_signed, sign_text
from market.orders.states import ContractStatus
from market.orders.terms import build_terms, digest_of
from market.tendering.awards import cancel_award
from market.tendering.models import Award, Job
from market.tendering.states import AwardStatus


class AwardNotInForce(Conflict):
    """A contract is drafted only from an award in force."""

    title = "The award is not in force"


class ContractNotOpen(Conflict):
    """Signing or refusing needs a contract that awaits signatures."""

    title = "The contract does not await signatures"


class DraftFixed(Conflict):
    """A draft changes only before its first signature."""

    title = "The draft is being signed"


@atomic()
async def draft_contract(award: Award, *, by: Actor) -> Contract:
    """The contract of an award in force, from job and bid; the same one when drafted before.

    Raises AwardNotInForce.
    """
    award = await lock(award)
    if drafted := await Contract.get_or_none(award_id=award.id):
        return drafted
    if award.status != AwardStatus.ACTIVE:
        raise AwardNotInForce(_("The award is not in force"))
    full = await Award.get(id=award.id).select_related("job__owner", "bid__bidder", "lot")
    job, bid = full.job, full.bid
    number = await next_number("C")
    terms = build_terms(number, full, job=job, bid=bid, buyer=job.owner, supplier=bid.bidder)
    contract = await Contract.create(
        number=number,
        job=job,
        award=award,
        buyer=job.owner,
        supplier=bid.bidder,
        terms=terms,
        digest=digest_of(terms),
        total_fen=terms["total_fen"],
    )
    await audit.record(contract, "drafted", by=by, after={"digest": contract.digest})
    await outbox.record("contract.drafted", contract=contract.id)
    return contract


@atomic()
async def settle_draft(contract: Contract, draft: DraftInput, *, by: Actor) -> Contract:
    """Write the buyer's payment stages, acceptance rules, floors, training and isolation into the
    draft, before anybody signs; the text and its digest are new then. Without isolation rules those
    of the draft stay.

    Raises ContractNotOpen, DraftFixed, NotPermitted.
    """
    require_side(by, contract.buyer_id, Role.BUYER)
    await lock_id(Job, contract.job_id)
    contract = await lock(contract)
    _require_pending(contract)
    if await Signature.exists(contract_id=contract.id):
        raise DraftFixed(_("One side has signed; refuse to sign to begin again"))
    award = await Award.get(id=contract.award_id).select_related("job__owner", "bid__bidder", "lot")
    before = contract.digest
    rules = draft.isolation or IsolationInput.model_validate(contract.terms["isolation"])
    draft = draft.model_copy(update={"isolation": rules})
    contract.terms = build_terms(
        contract.number, award, job=award.job, bid=award.bid, buyer=award.job.owner,
        supplier=award.bid.bidder, draft=draft,
    )  # fmt: skip
    contract.digest = digest_of(contract.terms)
    await contract.save(update_fields=["terms", "digest"])
    settled = draft.model_dump(mode="json")
    await audit.record(
        contract, "draft_settled", by=by, before={"digest": before},
        after={"digest": contract.digest, **settled},
    )  # fmt: skip
    await outbox.record("contract.drafted", contract=contract.id)
    return contract


@atomic()
async def sign_contract(contract: Contract, *, digest: str, by: Actor) -> Contract:
    """Sign for one side, an owner's act, over the digest that was read; the second brings it in force.

    Raises ContractNotOpen, AwardNotInForce, DigestMismatch, AlreadySigned, NotPermitted.
    电子签名法 第三条.
    """
    await lock_id(Job, contract.job_id)
    contract = await lock(contract)
    require_party(by, contract.buyer_id, contract.supplier_id)
    _require_pending(contract)
    if not await Award.exists(id=contract.award_id, status=AwardStatus.ACTIVE, suspended_at=None):
        raise AwardNotInForce(_("The award is not in force, or suspended by a complaint"))
    signature = await sign_text(
        contract, contract.terms, on_file=contract.digest, digest=digest, by=by
    )
    await audit.record(contract, "signed", by=by, after=signature)
    await outbox.record("contract.signed", contract=contract.id)
    if await are_both_signed(contract, digest):
        await _bring_in_force(contract, by=by)
    return contract


async def _bring_in_force(contract: Contract, *, by: Actor) -> None:
    await contract.move_to(ContractStatus.ACTIVE, by=by, activated_at=clock.now())
    await ContractVersion.create(
        contract=contract,
        number=contract.version,
        terms=contract.terms,
        digest=contract.digest,
        total_fen=contract.total_fen,
        in_force_from=clock.now(),
    )
    await outbox.record("contract.activated", contract=contract.id)
    await place_order(contract, by=by)


@atomic()
async def refuse_contract(contract: Contract, *, reason: str, by: Actor) -> Contract:
    """Refuse to sign, an owner's act with its reason; the award falls with the contract, so that the
    next bid may be awarded.

    Raises ContractNotOpen, NotPermitted.
    """
    await lock_id(Job, contract.job_id)
    contract = await lock(contract)
    require_party(by, contract.buyer_id, contract.supplier_id)
    _require_pending(contract)
    await contract.move_to(ContractStatus.CANCELLED, by=by, reason=reason)
    await outbox.record("contract.cancelled", contract=contract.id)
    award = await Award.get(id=contract.award_id)
    told = f"{by.organisation_name}: {reason}"
    await cancel_award(award, told, by=Actor.system("contracts"))
    return contract


@atomic()
async def void_contract(award: Award, *, by: Actor) -> None:
    """End the unsigned contract of an award that was taken back; anything else stays as it is."""
    contract = await Contract.select_for_update().get_or_none(award_id=award.id)
    if contract is None or contract.status != ContractStatus.PENDING:
        return
    await contract.move_to(ContractStatus.CANCELLED, by=by, reason=award.closing_reason)
    await outbox.record("contract.cancelled", contract=contract.id)


def _require_pending(contract: Contract) -> None:
    if contract.status != ContractStatus.PENDING:
        raise ContractNotOpen(_("The contract does not await signatures any more"))
