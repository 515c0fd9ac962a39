"""VAT, fees, allocation and lateness to the fen."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing import late_payment, tax
from billing.batch_releases import net_by_source
from billing.fees import fee_of, rule_on
from billing.late_payment import late_interest, payment_clock
from billing.states import TaxpayerKind
from market.kit import clock
from market.kit.money import allocate, apply_bp

AMOUNTS = st.integers(min_value=0, max_value=10**13)
RATES = st.sampled_from([0, 100, 300, 600])


@pytest.mark.parametrize(
    ("gross", "net", "vat"),
    [(106000, 100000, 6000), (10000, 9434, 566), (9999, 9433, 566), (0, 0, 0), (1, 1, 0)],
)
def test_vat_vectors(gross: int, net: int, vat: int) -> None:
    assert tax.split_gross(gross, 600) == tax.Vat(net, vat, 600)


@given(AMOUNTS, RATES)
def test_net_and_tax_make_the_price(gross: int, vat_bp: int) -> None:
    vat = tax.split_gross(gross, vat_bp)
    assert vat.gross_fen == gross
    assert 0 <= vat.vat_fen <= gross
    assert abs(vat.net_fen * (10000 + vat_bp) - gross * 10000) * 2 <= 10000 + vat_bp


@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=8), st.data(), RATES)
def test_t1_line_tax_is_invoice_tax(lines: list[int], data: st.DataObject, vat_bp: int) -> None:
    part = data.draw(st.integers(0, sum(lines)))
    shares = tax.share_of_lines(part, lines)
    split = tax.split_lines(shares, vat_bp)
    assert sum(shares) == part
    assert sum(vat.net_fen for vat in split) + sum(vat.vat_fen for vat in split) == part


def test_rates_by_taxpayer() -> None:
    assert [tax.rate_of(kind) for kind in TaxpayerKind] == [600, 100, 0]


@given(AMOUNTS, AMOUNTS)
def test_fee_is_at_most_the_rate_and_the_cash(gross: int, other: int) -> None:
    cash = min(gross, other)
    rule = rule_on(dt.date(2026, 11, 21))
    fee = fee_of(gross, cash, rule=rule)
    assert fee.gross_fen == min(apply_bp(gross, 100), cash)


def test_fee_rule_before_the_first_is_the_first() -> None:
    assert rule_on(dt.date(2020, 1, 1)).id == "standard"


@given(AMOUNTS, st.lists(st.integers(0, 10**12), min_size=1, max_size=9).filter(any))
def test_p5_an_allocation_sums_exactly(total: int, weights: list[int]) -> None:
    parts = allocate(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    assert all(
        abs(part * whole - total * weight) < whole
        for part, weight in zip(parts, weights, strict=True)
    )


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [(100, [100, 200], [33, 67]), (750, [300, 1200], [150, 600]), (10, [1, 1, 1], [4, 3, 3])],
)
def test_p5_vectors(total: int, weights: list[int], parts: list[int]) -> None:
    assert allocate(total, weights) == parts


def test_nothing_to_share_without_cash() -> None:
    assert net_by_source({}, 0) == {}


def test_late_interest_vector() -> None:
    assert late_interest(100_000_000, 45) == 2_250_000
    assert late_interest(100_000_000, 0) == 0


REACHED = dt.datetime(2026, 1, 5, 4, tzinfo=dt.UTC)


def test_without_a_term_thirty_days_after_acceptance() -> None:
    made = payment_clock(100_000_000, reached_at=REACHED, agreed_due_at=None, until=REACHED)
    assert made.due_at == clock.end_of_day(dt.date(2026, 2, 4))
    assert (made.days_late, made.is_overdue, made.is_capped) == (0, False, False)


def test_a_longer_term_is_cut_to_sixty_days() -> None:
    agreed = REACHED + dt.timedelta(days=90)
    until = clock.end_of_day(dt.date(2026, 3, 6)) + dt.timedelta(days=45)
    made = payment_clock(100_000_000, reached_at=REACHED, agreed_due_at=agreed, until=until)
    assert made == late_payment.Clock(
        clock.end_of_day(dt.date(2026, 3, 6)), 45, 2_250_000, is_capped=True
    )


def test_a_retention_keeps_its_own_term() -> None:
    agreed = REACHED + dt.timedelta(days=90)
    made = payment_clock(
        1, reached_at=REACHED, agreed_due_at=agreed, until=agreed, is_retention=True
    )
    assert (made.due_at, made.is_capped, made.is_overdue) == (agreed, False, False)


def test_paid_on_the_last_day_is_in_time() -> None:
    due = clock.end_of_day(dt.date(2026, 2, 4))
    assert payment_clock(1, reached_at=REACHED, agreed_due_at=None, until=due).days_late == 0
    late = payment_clock(
        100, reached_at=REACHED, agreed_due_at=None, until=due + dt.timedelta(seconds=1)
    )
    assert late.days_late == 1
