"""What a refund does to a grant: the rule applied again to what is left, never a proportion."""

from collections.abc import Mapping
from dataclasses import dataclass

from billing.vouchers.claims import Claim, InvalidClaim
from billing.vouchers.evaluation import quote
from billing.vouchers.rules import Programme
from billing.vouchers.traces import Quote


class PinnedVersionDiffers(ValueError):
    """The decision was made under another version of the programme."""


@dataclass(frozen=True)
class Clawback:
    """The claim and the decision after a refund, and the fen the funders get back."""

    claim: Claim
    decided: Quote
    clawback_fen: int


def recompute_after_refund(
    programme: Programme, claim: Claim, decided: Quote, *, refunds: Mapping[int, int]
) -> Clawback:
    """Decide the claim again with `refunds` (line number from 0 -> fen) taken off its lines.

    Limits stand as they stood before the first decision. Feed the result to the next refund: any
    order ends at the same grant. Raises PinnedVersionDiffers, InvalidClaim for a refund above
    what is left of its line.
    """
    if decided.trace["programme"]["sha256"] != programme.digest():
        raise PinnedVersionDiffers(programme.reference)
    reduced = _reduced(claim, refunds)
    again = quote(programme, reduced, remaining=decided.trace["inputs"]["remaining"])
    return Clawback(reduced, again, max(0, decided.grant_fen - again.grant_fen))


def _reduced(claim: Claim, refunds: Mapping[int, int]) -> Claim:
    lines = list(claim.lines)
    for index, fen in refunds.items():
        if not 0 <= index < len(lines):
            raise InvalidClaim({f"refunds[{index}]": "the claim has no such line"})
        line = lines[index]
        if not 0 <= fen <= (line.amount_fen or 0) - line.refunded_fen:
            raise InvalidClaim({f"refunds[{index}]": "exceeds what is left of the line"})
        lines[index] = line.model_copy(update={"refunded_fen": line.refunded_fen + fen})
    return claim.model_copy(update={"lines": tuple(lines)})
