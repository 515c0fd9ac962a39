"""The ladder of matching: certain or not at all, over narratives as people write them."""

import os
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.bank_matching import (
    Book,
    OpenItem,
    Receipt,
    Rung,
    Why,
    match,
    order_of_account,
    sub_account_of,
)
from billing.references import new_reference
from market.bench.bank import measure

SCALE = int(os.environ.get("MARKET_TEST_SCALE", "1"))
PAYER = "济南数据（集团）有限公司"
PREFIX = "95588"


def item(at: int, fen: int, payer: str = PAYER) -> OpenItem:
    """An open transfer."""
    return OpenItem(f"PAY-{at}", new_reference(UUID(int=at)), f"PO-2026-{at:06d}", payer, fen)


ONE, TWO, THREE = item(1, 10_000), item(2, 2_500), item(3, 700)
BOOK = Book([ONE, TWO, THREE, item(9, 2_500, "另一家公司")])


SUB = sub_account_of("PO-2026-000001", prefix=PREFIX)


def asked(
    fen: int, narrative: str = "", payer: str = PAYER, account: str = ""
) -> tuple[str, str, list[str]]:
    """Rung, reason and the payments applied to."""
    verdict = match(Receipt(fen, payer, narrative, account), BOOK, prefix=PREFIX)
    return verdict.rung.value, verdict.why.value, [f"{key}={part}" for key, part in verdict.parts]


@pytest.mark.parametrize(
    ("receipt", "answer"),
    [
        ((10_000, ONE.reference), ("code", "exact", ["PAY-1=10000"])),
        ((10_000, ONE.reference, "济南数据(集团) 有限公司"), ("code", "exact", ["PAY-1=10000"])),
        ((4_000, ONE.reference), ("code", "part", ["PAY-1=4000"])),
        ((10_001, ONE.reference), ("code", "overpaid", ["PAY-1=10000"])),
        ((12_500, f"{ONE.reference} {TWO.reference}"), ("code", "exact", ["PAY-1=10000", "PAY-2=2500"])),
        ((12_501, f"{ONE.reference} {TWO.reference}"), ("queue", "sums_differ", [])),
        ((2_500, ONE.reference), ("queue", "contradiction", [])),
        ((10_000, ONE.reference, "代付公司"), ("queue", "third_party", [])),
        ((10_000, new_reference(UUID(int=77))), ("queue", "code_not_open", [])),
        ((10_000, "标注款"), ("payer_amount", "unique_amount", ["PAY-1=10000"])),
        ((2_500, "订单PO-2026-000001"), ("queue", "contradiction", [])),
        ((10_700, "两笔"), ("subset", "unique_sum", ["PAY-1=10000", "PAY-3=700"])),
        ((10_000, "投标保证金"), ("queue", "other_purpose", [])),
        ((123, ""), ("queue", "no_sum", [])),
        ((10_000, "", "陌生公司"), ("queue", "unknown_payer", [])),
        ((10_000, "", PAYER, SUB), ("sub_account", "exact", ["PAY-1=10000"])),
        ((10_000, "", "代付公司", SUB), ("queue", "third_party", [])),
    ],
)  # fmt: skip
def test_each_rung(receipt: tuple[int, str], answer: tuple[str, str, list[str]]) -> None:
    assert asked(*receipt) == answer


def test_two_ways_to_make_the_amount_are_none() -> None:
    book = Book([item(1, 300), item(2, 200), item(3, 100)])
    assert match(Receipt(300, PAYER), book).why == Why.SEVERAL_SUMS
    many = Book([item(at, 10 ** (at % 9) + at) for at in range(1, 20)])
    assert match(Receipt(11, PAYER), many).why == Why.TOO_MANY


def test_a_sub_account_carries_check_digits() -> None:
    account = sub_account_of("PO-2026-000123", prefix=PREFIX)
    assert order_of_account(account, prefix=PREFIX) == "PO-2026-000123"
    assert order_of_account(account[:-1] + str((int(account[-1]) + 1) % 10), prefix=PREFIX) is None
    assert order_of_account(account, prefix="") is None


@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=8),
    st.integers(1, 200),
    st.sampled_from(["", "标注款", ONE.reference, f"{TWO.reference} {THREE.reference}"]),
    st.sampled_from([PAYER, "代付公司"]),
)
def test_b1_never_more_than_the_line_nor_than_is_awaited(
    amounts: list[int], fen: int, narrative: str, payer: str
) -> None:
    items = {f"PAY-{at}": item(at, due) for at, due in enumerate(amounts, 1)}
    verdict = match(Receipt(fen, payer, narrative), Book(items.values()))
    assert sum(part for _key, part in verdict.parts) <= fen
    assert all(0 < part <= items[key].due_fen for key, part in verdict.parts)
    assert (verdict.rung == Rung.QUEUE) == (not verdict.parts)
    if payer != PAYER:
        assert not verdict.parts


def test_nothing_of_a_dirty_statement_is_applied_wrongly() -> None:
    *_rest, score = measure(600 * SCALE)
    found = score.as_dict()
    assert (found["precision"], found["wrong"]) == ("1.000", [])
    assert float(str(found["recall"])) > 0.95
