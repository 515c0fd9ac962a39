"""Equal prices on two lots of a job are no flag; on one lot they are."""

from typing import Any

from market.redflags.settings import Settings
from market.risks.feeding import Feed

LOTS = ("1", "2")


def bid(firm: str, amount: int, lot: str = "") -> dict[str, Any]:
    placed = {"status": "valid", "value": {"amount": amount, "currency": "CNY"},
              "tenderers": [{"id": firm}]}  # fmt: skip
    return {**placed, "relatedLots": [lot]} if lot else placed


def release(*bids: dict[str, Any]) -> dict[str, Any]:
    return {"ocid": "x", "tender": {"procurementMethod": "open", "numberOfTenderers": 1},
            "bids": {"details": list(bids)}}  # fmt: skip


def found(*bids: dict[str, Any]) -> Any:
    feed = Feed(Settings.model_validate({"R028": {}, "R018": {}}))
    feed.read(release(*bids))
    return feed.finish()


def test_the_same_price_on_two_lots_is_no_flag() -> None:
    apart = found(bid("A", 7, LOTS[0]), bid("B", 8, LOTS[0]), bid("B", 7, LOTS[1]))
    assert apart == {"OCID": {"x": {"R018": 1.0}}}, "what looks at the whole process still does"


def test_the_same_price_on_one_lot_is_one() -> None:
    together = found(bid("A", 7, LOTS[0]), bid("A", 7, LOTS[1]), bid("B", 7, LOTS[1]))
    both = {"A": {"R028": 1.0}, "B": {"R028": 1.0}}
    assert together == {"OCID": {"x": {"R018": 1.0, "R028": 1.0}}, "Tenderer": both}
    assert found(bid("A", 7), bid("B", 7))["Tenderer"] == both, "a job without lots is one lot"
