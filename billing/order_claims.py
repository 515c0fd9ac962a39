"""An order as a voucher claim: the facts a programme's rule reads, from our own rows."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Literal
from uuid import UUID

from billing.models import BillingProfile, VoucherProgramme, VoucherRedemption
from billing.stages import Stage, stages_of
from billing.states import LIVE_REDEMPTIONS, TaxpayerKind
from billing.tax import rate_of, split_gross
from billing.vouchers.claims import Claim, read_claim
from billing.vouchers.combinations import level_of
from market.accounts.models import Organisation
from market.kit import clock, rows
from market.orders.models import Contract, Order, OrderLine
from market.vocabulary.regions import is_within

Claimant = Literal["buyer", "supplier"]
Past = tuple[UUID, dict[str, Any], int]
"""A voucher in force: its key, its claim and its grant in fen."""
# What an earlier claim says to a later one.
_KEPT = (
    "programme",
    "as_of",
    "subject",
    "counterparty",
    "claimant",
    "contract_id",
    "contract_signed_on",
    "lines",
)
# Our kinds of organisation in the words of the programmes; the others are the same word.
_ORG_TYPES = {
    "individual_business": "individual",
    "mass_organisation": "social_org",
    "social_group": "social_org",
    "private_non_enterprise": "social_org",
    "foundation": "social_org",
}


async def taxpayer_kind(organisation: Organisation) -> TaxpayerKind:
    """How an organisation is taxed (general when it has not said)."""
    profiles = await rows.select(BillingProfile, "organisation_id", [organisation.id])
    return profiles[0].taxpayer_kind if profiles else TaxpayerKind.GENERAL


@dataclass(frozen=True)
class Facts:
    """What an order says to every programme; of a locked order only `past_of` can read anything new."""

    order: Order
    contract_number: str
    signed_at: dt.datetime | None
    buyer: Organisation
    supplier: Organisation
    vat_bp: int
    lines: Sequence[OrderLine]
    stages: Sequence[Stage]
    live: Sequence[VoucherRedemption]  # the vouchers in force on it
    programmes: Mapping[UUID, VoucherProgramme]  # theirs


async def facts_of(order: Order) -> Facts:
    """The facts of an order, in a statement for each table."""
    [(number, signed_at)] = await rows.read(
        Contract, ("number", "activated_at"), "id", [order.contract_id]
    )
    parties = await rows.select(Organisation, "id", {order.buyer_id, order.supplier_id})
    by_id = {party.id: party for party in parties}
    supplier = by_id[order.supplier_id]
    live = await rows.select(
        VoucherRedemption, "order_id", [order.id], order_by="id", status=LIVE_REDEMPTIONS
    )
    ids = {row.programme_id for row in live}
    programmes = await rows.select(VoucherProgramme, "id", ids) if ids else []
    return Facts(
        order,
        number,
        signed_at,
        by_id[order.buyer_id],
        supplier,
        rate_of(await taxpayer_kind(supplier)),
        await rows.select(OrderLine, "order_id", [order.id], order_by="position"),
        await stages_of(order),
        live,
        {row.id: row for row in programmes},
    )


def claim_of(
    facts: Facts, programme: VoucherProgramme, past: Sequence[Past], *, claimant: Claimant
) -> Claim:
    """The claim one side of an order, with its past, makes under a programme, now.

    Measured bases stand at the contract's amounts: the order is accepted in full before any
    voucher is redeemed. A relation between the parties is not stated, the signed statement is.
    """
    order, signed_at, supplier = facts.order, facts.signed_at, facts.supplier
    subject, other = _sides(facts, claimant)
    return read_claim(
        {
            "id": f"{order.number}:{programme.code}",
            "programme": programme.code,
            "as_of": clock.now().isoformat(),
            "subject": _subject(subject),
            "counterparty": {
                "id": other.uscc or other.number,
                "listed_supplier": supplier.is_verified,
                "via_platform": True,
                "local_supplier": is_within(supplier.region_code, programme.region_code),
            },
            "claimant": claimant,
            "contract_id": facts.contract_number,
            "contract_signed_on": (
                clock.in_china(signed_at).date().isoformat() if signed_at else None
            ),
            "contract_signed": signed_at is not None,
            "paid": all(stage.is_paid for stage in facts.stages),
            "lines": [_line(line, facts.vat_bp) for line in facts.lines],
            "history": [_earlier(claim, grant_fen) for _id, claim, grant_fen in past],
            "other_grants": [
                {
                    "fen": row.grant_fen,
                    "level": level_of(facts.programmes[row.programme_id].region_code),
                }
                for row in facts.live
            ],
        }
    )


def _subject(organisation: Organisation) -> dict[str, Any]:
    return {
        "org_type": _ORG_TYPES.get(organisation.org_type, organisation.org_type),
        "region_code": organisation.region_code,
        "size": organisation.size or None,
        "tags": organisation.tags,
    }


def _line(line: OrderLine, vat_bp: int) -> dict[str, Any]:
    return {
        "category": line.spend_category,
        "amount_fen": line.amount_fen,
        "verified_fen": line.amount_fen,
        "invoiced_fen": line.amount_fen,
        "invoiced_net_fen": split_gross(line.amount_fen, vat_bp).net_fen,
    }


async def past_of(facts: Facts, claimant: Claimant) -> list[Past]:
    """The claimant's earlier grants, and this order's under any claimant, oldest first; without their
    traces, each of which holds the whole history before it."""
    subject, _other = _sides(facts, claimant)
    own = await rows.read(
        VoucherRedemption, ("id", "claim", "grant_fen"), "claimant_id", [subject.id],
        status=LIVE_REDEMPTIONS,
    )  # fmt: skip
    here = [(row.id, row.claim, row.grant_fen) for row in facts.live]
    return sorted({row[0]: row for row in (*own, *here)}.values(), key=itemgetter(0))


def _sides(facts: Facts, claimant: Claimant) -> tuple[Organisation, Organisation]:
    buyer, supplier = facts.buyer, facts.supplier
    return (buyer, supplier) if claimant == "buyer" else (supplier, buyer)


def _earlier(claim: Mapping[str, Any], grant_fen: int) -> dict[str, Any]:
    return {name: claim[name] for name in _KEPT} | {"granted_fen": grant_fen}
