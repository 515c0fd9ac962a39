"""How a price reduction falls on the stages of an order, exact in fen.

A stage is what the buyer still owes or has paid in cash (`due`) and what a voucher pays of it. The
reduction comes off the cash; what a voucher loses by it (the clawback) goes back onto the cash, but
never so that a stage already paid would have to be paid again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from market.kit.money import allocate


@dataclass(frozen=True, slots=True)
class Slot:
    """A stage not yet released: its cash, what one voucher pays of it, whether its cash is paid."""

    due_fen: int
    voucher_fen: int
    is_taken: bool


def cash_shares(reduction_fen: int, due: Sequence[int]) -> list[int]:
    """The reduction over the stages by what is due in cash, at most all of it."""
    covered = min(reduction_fen, sum(due))
    return allocate(covered, due) if covered else [0] * len(due)


def clawback_shares(
    clawback_fen: int, spare_fen: int, slots: Sequence[Slot], cash: Sequence[int]
) -> tuple[list[int], list[int]]:
    """What a voucher loses on each stage: first what lowers the price itself, then what the buyer
    pays in its place.

    `spare_fen` is the part of the reduction the cash did not cover. The second part fits a paid
    stage only up to the cash (`cash`) the reduction just freed there.
    """
    vouchers = [slot.voucher_fen for slot in slots]
    first = _up_to(min(clawback_fen, spare_fen), vouchers)
    room = [
        min(left, freed) if slot.is_taken else left
        for slot, left, freed in zip(
            slots, (v - f for v, f in zip(vouchers, first, strict=True)), cash, strict=True
        )
    ]
    return first, _up_to(clawback_fen - sum(first), room)


@dataclass(frozen=True, slots=True)
class Part:
    """A voucher's part of a stage whose price fell: the price other vouchers leave, what the voucher
    paid of it, what the buyer has paid of it in cash (None: nothing yet)."""

    price_fen: int
    voucher_fen: int
    cash_fen: int | None


def voucher_parts(grant_fen: int, parts: Sequence[Part]) -> list[int]:
    """What a voucher granted again pays of each stage: no more than it did nor than the stage costs,
    not so little that a paid stage must be paid again, else as near the grant as can be."""
    most = [max(0, min(part.voucher_fen, part.price_fen)) for part in parts]
    least = [
        min(room, max(0, part.price_fen - part.cash_fen)) if part.cash_fen is not None else 0
        for part, room in zip(parts, most, strict=True)
    ]
    wanted = max(0, grant_fen - sum(least))
    free = _up_to(wanted, [high - low for high, low in zip(most, least, strict=True)])
    return [low + more for low, more in zip(least, free, strict=True)]


def _up_to(total: int, room: Sequence[int]) -> list[int]:
    """`total`, or all the room there is, over the room."""
    total = min(total, sum(room))
    return allocate(total, room) if total else [0] * len(room)


def take_off(amounts: Sequence[int], reduction_fen: int) -> list[int]:
    """The amounts lowered one after the other until the reduction is used up."""
    lowered = []
    for amount in amounts:
        part = min(amount, reduction_fen)
        reduction_fen -= part
        lowered.append(amount - part)
    return lowered
