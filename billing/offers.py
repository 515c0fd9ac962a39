"""What voucher programmes answer for an order: grants, and reasons why not."""

from collections.abc import Mapping
from dataclasses import dataclass

from billing.models import VoucherProgramme, VoucherRedemption
from billing.order_claims import Claimant, Facts, claim_of, facts_of, past_of
from billing.programmes import remaining_of, rule_of
from billing.states import ProgrammeStatus
from billing.vouchers import sentences
from billing.vouchers.claims import Claim
from billing.vouchers.evaluation import quote
from billing.vouchers.rules import Programme
from billing.vouchers.traces import Quote
from market.kit.actor import Actor
from market.kit.i18n import gettext as _
from market.orders.models import Order


@dataclass(frozen=True)
class Offer:
    """What a programme answers for an order: the quote, its reasons, and a voucher in force."""

    programme: VoucherProgramme
    rule: Programme
    claim: Claim
    quote: Quote
    redemption: VoucherRedemption | None

    @property
    def is_usable(self) -> bool:
        """Whether it grants anything now."""
        return self.quote.eligible and self.quote.grant_fen > 0 and self.redemption is None

    @property
    def reasons(self) -> list[str]:
        """Why, in sentences of the reader's language."""
        return [sentences.render(reason, _) for reason in self.quote.reasons]


def side_of(order: Order, by: Actor) -> Claimant:
    """Which side of the order acts."""
    return "supplier" if by.organisation_id == order.supplier_id else "buyer"


async def offers_for(order: Order, *, claimant: Claimant) -> list[Offer]:
    """Every open programme's answer for one side of an order, the usable ones first."""
    found = await VoucherProgramme.filter(status=ProgrammeStatus.OPEN).order_by("code")
    facts = await facts_of(order)
    offers = [await offer_for(facts, one, claimant=claimant) for one in found]
    return sorted(offers, key=lambda one: (one.redemption is None, -one.quote.grant_fen))


async def offer_for(
    facts: Facts,
    programme: VoucherProgramme,
    *,
    claimant: Claimant,
    remaining: Mapping[str, int] | None = None,
) -> Offer:
    """One programme's answer for one side of an order, on what is left of its budget now
    (`remaining`, where the caller has it)."""
    rule = rule_of(programme)
    claim = claim_of(facts, programme, await past_of(facts, claimant), claimant=claimant)
    if remaining is None:
        remaining = await remaining_of(programme, rule)
    decided = quote(rule, claim, remaining=remaining)
    live = next((row for row in facts.live if row.programme_id == programme.id), None)
    return Offer(programme, rule, claim, decided, live)
