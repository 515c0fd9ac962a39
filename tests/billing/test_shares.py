"""How a reduction and a claw-back are spread over stages: never below nothing, never over what is there."""

from hypothesis import given
from hypothesis import strategies as st

from billing.shares import Part, Slot, cash_shares, clawback_shares, take_off, voucher_parts

PARTS = st.lists(
    st.builds(
        Part,
        st.integers(0, 10**8),
        st.integers(0, 10**8),
        st.none() | st.integers(0, 10**8),
    ),
    min_size=1,
    max_size=4,
)


@given(PARTS, st.integers(0, 5 * 10**8))
def test_a_voucher_decided_again_never_exceeds_a_stage_nor_charges_a_paid_one_again(
    parts: list[Part], grant: int
) -> None:
    kept = voucher_parts(grant, parts)
    for part, fen in zip(parts, kept, strict=True):
        assert 0 <= fen <= min(part.voucher_fen, part.price_fen)
        if part.cash_fen is not None:
            assert part.price_fen - fen <= max(part.cash_fen, part.price_fen - part.voucher_fen)
    if all(part.cash_fen is None for part in parts):
        assert sum(kept) == min(grant, sum(min(p.voucher_fen, p.price_fen) for p in parts))


SLOTS = st.lists(
    st.tuples(st.integers(0, 10**8), st.integers(0, 10**8), st.booleans()), min_size=1, max_size=4
)


@given(SLOTS, st.integers(0, 5 * 10**8), st.integers(0, 5 * 10**8))
def test_no_share_overdraws_a_stage_or_charges_a_paid_one_again(
    rows: list[tuple[int, int, bool]], reduction: int, clawback: int
) -> None:
    slots = [Slot(due, voucher, taken) for due, voucher, taken in rows]
    cash = cash_shares(reduction, [slot.due_fen for slot in slots])
    spare = reduction - sum(cash)
    first, second = clawback_shares(clawback, spare, slots, cash)
    assert sum(cash) + sum(first) <= reduction
    assert sum(first) + sum(second) <= clawback
    for slot, off, in_price, in_place in zip(slots, cash, first, second, strict=True):
        due = slot.due_fen - off + in_place
        assert due >= 0
        assert 0 <= in_price + in_place <= slot.voucher_fen
        if slot.is_taken:
            assert due <= slot.due_fen
    if reduction >= sum(slot.due_fen + slot.voucher_fen for slot in slots):
        assert sum(first) == min(clawback, sum(slot.voucher_fen for slot in slots))


def test_a_reduction_is_taken_off_one_line_after_the_other() -> None:
    assert take_off([100, 50], 30) == [70, 50]
    assert take_off([100, 50], 120) == [0, 30]
    assert take_off([100, 50], 500) == [0, 0]
