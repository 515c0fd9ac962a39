"""What holders and owners send at an opening: the passphrase, the shortlist."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from market.kit.errors import InvalidInput
from market.kit.i18n import gettext as _
from market.tendering import terms
from market.tendering.models import Bid
from market.tendering.states import DISQUALIFYING, RefusalReason

PASS = "pass"  # noqa: S105 - a decision, not a secret
LONGEST = 1000


class ReleaseInput(BaseModel):
    """The passphrase of the holder's opening key; or its recovery file is attached."""

    passphrase: str = Field(default="", max_length=200)


class ReleaseBody(BaseModel):
    """The passphrase, or the text of the recovery file."""

    passphrase: str = Field(default="", max_length=200)
    recovery_file: str = Field(default="", max_length=10_000)


class Refusal(BaseModel):
    """Why a bid is not shortlisted; its bidder reads it."""

    bid: str
    code: RefusalReason
    explanation: str = Field(min_length=5, max_length=LONGEST)


class ShortlistInput(BaseModel):
    """Every opened bid once: passed by its number, or refused with a reason."""

    passed: list[str] = Field(max_length=1000)
    refused: list[Refusal] = Field(default=[], max_length=1000)


class ShortlistForm(BaseModel):
    """The same as typed: `decision-<number>` is pass or a reason's code, `why-<number>` a sentence."""

    @staticmethod
    def reasons() -> list[tuple[str, str]]:
        """What can be decided about a bid."""
        refusals = [(code.value, terms.reason_label(code)) for code in DISQUALIFYING]
        return [(PASS, _("goes on")), *refusals]

    @staticmethod
    def decisions(
        typed: Mapping[str, Any], bids: Sequence[Bid]
    ) -> tuple[list[Bid], dict[UUID, tuple[RefusalReason, str]]]:
        """Who goes on and who is refused why; InvalidInput names each field that is still open."""
        problems, passed, refused = {}, [], {}
        for bid in bids:
            decision = typed.get(f"decision-{bid.number}", "")
            why = str(typed.get(f"why-{bid.number}", ""))
            if decision == PASS:
                passed.append(bid)
            elif decision not in DISQUALIFYING:
                problems[f"decision-{bid.number}"] = _("Decide about every bid")
            elif not 5 <= len(why) <= LONGEST:
                problems[f"why-{bid.number}"] = _(
                    "Give the reason in a sentence; the bidder reads it"
                )
            else:
                refused[bid.id] = (RefusalReason(decision), why)
        if problems:
            raise InvalidInput(fields=problems)
        return passed, refused
