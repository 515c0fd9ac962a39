"""An order as a voucher claim: the facts a programme's rule reads, from our own rows."""

from typing import Any, Literal

from billing.models import BillingProfile, VoucherProgramme, VoucherRedemption
from billing.stages import stages_of
from billing.states import LIVE_REDEMPTIONS, TaxpayerKind
from billing.tax import rate_of, split_gross
from billing.vouchers.claims import Claim, read_claim
from billing.vouchers.combinations import level_of
from market.accounts.models import Organisation
from market.kit import clock
from market.orders.models import Contract, Order, OrderLine
from market.vocabulary.regions import is_within

Claimant = Literal["buyer", "supplier"]
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
    profile = await BillingProfile.get_or_none(organisation_id=organisation.id)
    return profile.taxpayer_kind if profile else TaxpayerKind.GENERAL


async def claim_of(order: Order, programme: VoucherProgramme, *, claimant: Claimant) -> Claim:
    """The claim one side of an order makes under a programme, now.

    Measured bases stand at the contract's amounts: the order is accepted in full before any
    voucher is redeemed. A relation between the parties is not stated, the signed statement is.
    """
    contract = await Contract.get(id=order.contract_id)
    buyer = await Organisation.get(id=order.buyer_id)
    supplier = await Organisation.get(id=order.supplier_id)
    subject, other = (buyer, supplier) if claimant == "buyer" else (supplier, buyer)
    others = await VoucherRedemption.filter(
        order_id=order.id, status__in=LIVE_REDEMPTIONS
    ).select_related("programme")
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
            "contract_id": contract.number,
            "contract_signed_on": (
                clock.in_china(contract.activated_at).date().isoformat()
                if contract.activated_at
                else None
            ),
            "contract_signed": contract.activated_at is not None,
            "paid": all(stage.is_paid for stage in await stages_of(order)),
            "lines": await _lines(order, supplier),
            "history": await _history(order, subject),
            "other_grants": [
                {"fen": row.grant_fen, "level": level_of(row.programme.region_code)}
                for row in others
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


async def _lines(order: Order, supplier: Organisation) -> list[dict[str, Any]]:
    vat_bp = rate_of(await taxpayer_kind(supplier))
    return [
        {
            "category": line.spend_category,
            "amount_fen": line.amount_fen,
            "verified_fen": line.amount_fen,
            "invoiced_fen": line.amount_fen,
            "invoiced_net_fen": split_gross(line.amount_fen, vat_bp).net_fen,
        }
        for line in await OrderLine.filter(order_id=order.id).order_by("position")
    ]


async def _history(order: Order, subject: Organisation) -> list[dict[str, Any]]:
    """The subject's earlier grants, and this order's under any claimant, oldest first."""
    own = await VoucherRedemption.filter(claimant_id=subject.id, status__in=LIVE_REDEMPTIONS)
    here = await VoucherRedemption.filter(order_id=order.id, status__in=LIVE_REDEMPTIONS)
    rows = sorted({row.id: row for row in (*own, *here)}.values(), key=lambda row: row.id)
    wanted = (
        "programme",
        "as_of",
        "subject",
        "counterparty",
        "claimant",
        "contract_id",
        "contract_signed_on",
        "lines",
    )
    return [
        {name: row.claim[name] for name in wanted} | {"granted_fen": row.grant_fen} for row in rows
    ]
