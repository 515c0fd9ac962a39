"""Our own flags in pure code: shared text, splits, circles and paths, each at its edges."""

import datetime as dt

import pytest

from market.risks.devices import fingerprint
from market.risks.passages import shared_texts
from market.risks.patterns import Deal, circular_orders, split_contracts
from market.risks.relations import MANY, Holding, Tie, in_common, neighbours, shortest_path, ties

START = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
WINDOW = dt.timedelta(days=180)
COPIED = (
    "本公司拟派项目经理一名、标注员三十名，分三班作业，每日提交质量日报并由组长复核后归档备查。"
)
OTHER = "团队由放射科退休医师带队，先做五十例校准，再按难度分流，疑难病例集中会诊，逐周复盘一致性。"
GIVEN = "须院内驻场作业，按国家标准抽样验收，一次验收通过率不低于百分之九十五，返工不另计价，数据不得离院。"


def shared(*texts: str, given: str = "") -> dict[tuple[int, int], tuple[str, ...]]:
    found = shared_texts(dict(enumerate(texts)), given, least_similarity=0.3, least_shingles=20)
    return {pair: one.passages for pair, one in found.items()}


def test_a_copied_passage_is_shown_as_it_was_written() -> None:
    assert shared(f"甲：{COPIED}", f"乙。{COPIED}", OTHER) == {(0, 1): (COPIED.rstrip("。"),)}


def test_spaces_and_punctuation_do_not_hide_a_copy() -> None:
    spaced = " ".join(COPIED.replace("，", "；"))
    assert list(shared(COPIED, spaced)) == [(0, 1)]


def test_what_the_job_says_itself_counts_for_nothing() -> None:
    assert shared(GIVEN, GIVEN, given=GIVEN) == {}
    assert list(shared(GIVEN + COPIED, GIVEN + COPIED, given=GIVEN)) == [(0, 1)]


def test_different_texts_and_short_ones_are_no_copy() -> None:
    assert shared(COPIED, OTHER) == {}
    assert shared("按期交付。", "按期交付。", "") == {}


def deal(number: str, pair: str, fen: int, day: int = 0) -> Deal:
    return Deal(number, pair[0], pair[1], fen, START + dt.timedelta(days=day))


def splits(*deals: Deal) -> list[list[str]]:
    found = split_contracts(deals, threshold_fen=1000, near_percent=80, window=WINDOW)
    return [[deal.number for deal in run] for run in found]


@pytest.mark.parametrize(
    ("first", "second", "day", "is_split"),
    [(800, 800, 180, True), (1000, 800, 0, True), (799, 1000, 0, False), (1001, 900, 0, False),
     (900, 900, 181, False)],
)  # fmt: skip
def test_contracts_just_below_the_threshold(
    first: int, second: int, day: int, is_split: bool
) -> None:
    found = splits(deal("1", "AB", first), deal("2", "AB", second, day))
    assert found == ([["1", "2"]] if is_split else [])


def test_a_split_is_of_one_buyer_with_one_supplier() -> None:
    assert splits(deal("1", "AB", 900), deal("2", "AC", 900), deal("3", "DB", 900)) == []


def circles(*deals: Deal) -> list[list[str]]:
    return [[one.number for one in run] for run in circular_orders(deals, window=WINDOW)]


def test_two_and_three_parties_in_a_circle_are_found_once() -> None:
    assert circles(deal("1", "AB", 5), deal("2", "BA", 5, 180), deal("3", "AB", 5, 9)) == [
        ["1", "2"]
    ]
    assert circles(deal("1", "AB", 5), deal("2", "BC", 5, 3), deal("3", "CA", 5, 6)) == [
        ["1", "2", "3"]
    ]


def test_a_chain_a_late_return_and_a_deal_with_oneself_are_no_circle() -> None:
    assert circles(deal("1", "AB", 5), deal("2", "BC", 5), deal("3", "AC", 5)) == []
    assert circles(deal("1", "AB", 5), deal("2", "BA", 5, 181)) == []
    assert circles(deal("1", "AA", 5)) == []


def tied(*declared: tuple[str, str, str]) -> list[Tie]:
    return ties(in_common(Holding(*row, shown="") for row in declared))


def test_paths_of_at_most_three_ties() -> None:
    known = neighbours(
        tied(
            *[("A", "phone", "0531-8888 0001"), ("B", "phone", "+86 053188880001"),
             ("B", "address", "济南市历下区经十路1号"), ("C", "address", "济南市 历下区经十路1号"),
             ("C", "person", "li@firm.example"), ("D", "person", "LI@firm.example"),
             ("D", "phone", "13800000009"), ("E", "phone", "13800000009"),
             ("X", "phone", "110"), ("Y", "phone", "110"), ("X", "address", ""), ("Y", "address", "")]
        )
    )  # fmt: skip
    path = shortest_path(known, "A", "D")
    assert path is not None
    assert [(tie.first, tie.second, tie.what) for tie in path] == [
        ("A", "B", "phone"), ("B", "C", "address"), ("C", "D", "person"),
    ]  # fmt: skip
    assert shortest_path(known, "A", "E") is None, "four ties away"
    assert "X" not in known, "too short or empty to tell anything"


def test_what_a_whole_park_shares_ties_nobody() -> None:
    park = [(f"F{number}", "address", "数据标注产业园A座") for number in range(MANY + 1)]
    assert tied(*park) == []
    assert len(tied(*park[:-1])) == MANY * (MANY - 1) // 2


def test_a_device_is_comparable_and_unreadable() -> None:
    one = fingerprint("8.8.8.8", "Firefox")
    assert one == fingerprint("8.8.8.8", "Firefox")
    assert one != fingerprint("8.8.4.4", "Firefox")
    assert "8.8" not in one
    for inner in ("10.0.0.1", "127.0.0.1", "testclient", ""):
        assert fingerprint(inner, "Firefox") == ""
    assert fingerprint("8.8.8.8", "") == ""
