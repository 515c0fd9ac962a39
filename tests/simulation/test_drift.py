"""Zero drift: every split of random orders sums exactly, clearing accounts end at nothing (P1, P5, T1)."""

import os

import pytest

from billing.chart import CUSTODY_BANK, credit, debit, order_held
from market.bench import drift

SCALE = int(os.environ.get("MARKET_TEST_SCALE", "1"))


def test_p1_p5_t1_no_fen_is_lost(capsys: pytest.CaptureFixture[str]) -> None:
    drift.run(orders=1000 * SCALE, seed=20261122, as_json=True)
    assert '"drift_fen": 0' in capsys.readouterr().out


def test_p5_a_split_that_loses_a_fen_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def lossy(total: int, weights: list[int]) -> list[int]:
        return [total * weight // sum(weights) for weight in weights]

    monkeypatch.setattr(drift, "allocate", lossy)
    with pytest.raises(drift.Drift):
        drift.run(orders=50, seed=1, as_json=True)


def test_l1_l3_the_books_refuse_what_the_ledger_refuses() -> None:
    books = drift.Books()
    with pytest.raises(drift.Drift, match="unbalanced by 1"):
        books.post(debit(CUSTODY_BANK, 2), credit(order_held("O"), 1))
    with pytest.raises(drift.Drift, match="is at -1"):
        books.post(debit(order_held("O"), 1), credit(CUSTODY_BANK, 1))
