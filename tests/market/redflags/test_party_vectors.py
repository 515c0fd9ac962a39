"""Vectors of parties over many processes, judged by hand from the published definitions."""

from typing import Any

import pytest

from tests.factories.redflags import Process, award, bid, both, flags, process, with_awards

D = "disqualified"


def tried(ocid: str, *refused: bool, who: str = "", **more: Any) -> Process:
    """A process of one buyer and its procuring entity: whether each of its bids was refused."""
    bids = [bid(f"{ocid}-{n}", None, D if is_ else "valid") for n, is_ in enumerate(refused)]
    found = process(ocid, *bids, procuringEntity={"id": f"P{who or ocid}"})
    return {**found, "buyer": {"id": f"B{who or ocid}"}, **more}


def tried_by(*bids: Process) -> Process:
    return {**tried("x"), "bids": {"details": list(bids)}}


CALM_BUYERS = [tried(f"c{number}", False, False, False) for number in range(5)]
N, Y = False, True
# the shares that beside five buyers without a refusal are too high, by buyer; two more odd ones, and
# the quartile of all seven is the odd value itself or nothing
REFUSALS: list[tuple[str, list[Process], dict[str, float]]] = [
    ("half", [tried("x", Y, N)], {"Bx": 0.5}),
    ("all", [tried("x", Y, Y)], {"Bx": 1.0}),
    ("none", [tried("x", N, N)], {}),
    ("one of three", [tried("x", Y, N, N)], {"Bx": 1 / 3}),
    ("one of ten", [tried("x", Y, *[N] * 9)], {"Bx": 0.1}),
    ("one bid only", [tried("x", Y)], {}),
    ("one bid in each of two", [tried("x", Y, who="z"), tried("y", N, who="z")], {"Bz": 0.5}),
    ("over two processes", [tried("x", Y, N, who="z"), tried("y", N, N, who="z")], {"Bz": 0.25}),
    ("cancelled", [tried("x", Y, Y, tender={"status": "cancelled"})], {}),
    ("one of them cancelled", [
        tried("x", Y, Y, who="z", tender={"status": "cancelled"}), tried("y", Y, N, who="z")], {"Bz": 0.5}),
    ("no bids", [tried("x")], {}),
    ("no buyer", [tried("x", Y, N, buyer=None)], {}),
    ("a buyer without id", [tried("x", Y, N, buyer={"name": "B"})], {}),
    ("a buyer by number", [tried("x", Y, N, buyer={"id": 7})], {}),
    ("withdrawn bids do not count", [tried_by(bid("A", None, D), bid("B", None, "withdrawn"))], {}),
    ("invitations do not count", [tried_by(bid("A", None, D), bid("B"), bid("C", None, "invited"))], {"Bx": 0.5}),
    ("pending bids count", [tried_by(bid("A", None, D), bid("B", None, "pending"))], {"Bx": 0.5}),
    ("bids without status do not", [tried_by(bid("A", None, D), bid("B"), {"tenderers": [{"id": "C"}]})], {"Bx": 0.5}),
    ("a bid of a nameless tenderer counts", [tried_by(bid("A", None, D), bid("B", tenderers=[]))], {"Bx": 0.5}),
    ("two buyers", [tried("x", Y, N), tried("y", Y, Y, N, N)], {}),
    ("two buyers, one without", [tried("x", Y, N), tried("y", N, N)], {}),
    ("prices do not matter", [tried("x", Y, N, tender={"procurementMethodDetails": "NPC"})], {"Bx": 0.5}),
    ("bids of another shape", [{**tried("x"), "bids": {"details": "none"}}], {}),
    ("an award changes nothing", [tried("x", Y, N, awards=[award("active", "A")])], {"Bx": 0.5}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("releases", "due"), [pytest.param(*row[1:], id=row[0]) for row in REFUSALS]
)
def test_the_refusals_of_a_buyer(releases: list[Process], due: dict[str, float]) -> None:
    assert flags("R038", *CALM_BUYERS, *releases).get("Buyer", {}) == {
        who: {"R038": share} for who, share in due.items()
    }


def sold(ocid: str, who: str, *codes: Any, status: str = "active") -> Process:
    """A process in which a supplier was awarded things of these classes."""
    items = [{"classification": {"id": code}} for code in codes]
    return with_awards(process(ocid), {**award(status, who), "items": items})


def shop(who: str, *codes: Any, times: int = 20, status: str = "active") -> list[Process]:
    """The same sale in so many processes."""
    return [sold(f"{who}{number}", who, *codes, status=status) for number in range(times)]


# one, two and three classes in pairs: with one more supplier the fence lies at 5.75
CALM_SHOPS = [
    sale
    for who, codes in {"A": "1", "B": "2", "C": "12", "D": "13", "E": "123", "F": "124"}.items()
    for sale in shop(who, *(f"8{code}11" for code in codes))
]
WIDE = ("10", "20", "30", "40", "50", "60")
SOLD = sold("", "", *WIDE)["awards"][0]["items"]
THREE, MORE = (sold("", "x", *codes)["awards"] for codes in (WIDE[:3], WIDE[3:]))


def twenty(*awards: Process) -> list[Process]:
    return [with_awards(process(f"x{n}"), *awards) for n in range(20)]


# how many classes one more supplier is flagged with, none where it is not
VARIETIES: list[tuple[str, list[Process], int | None]] = [
    ("six classes", shop("x", *WIDE), 6),
    ("five classes", shop("x", *WIDE[:5]), None),
    ("one class", shop("x", "8199"), None),
    ("seven", shop("x", *WIDE, "70"), 7),
    ("six in nineteen processes", shop("x", *WIDE, times=19), None),
    ("six in twenty-one", shop("x", *WIDE, times=21), 6),
    ("one process of the twenty is wide", [*shop("x", "10", times=19), sold("x", "x", *WIDE)], 6),
    ("the first two digits count", shop("x", *(f"10{code}" for code in WIDE)), None),
    ("longer codes", shop("x", *(f"{code}99" for code in WIDE)), 6),
    ("a short code is its own class", shop("x", "1", *WIDE[:5]), 6),
    ("an empty code is one, too", shop("x", "", *WIDE[:5]), 6),
    ("codes by number do not count", shop("x", *map(int, WIDE)), None),
    ("one of six by number", shop("x", *WIDE[:5], 60), None),
    ("letters", shop("x", *(f"{letter}{letter}1" for letter in "ABCDEF")), 6),
    ("Chinese", shop("x", "标注服务", "数据采集", "质检", "清洗", "分析", "加工"), 6),
    ("the same class over and over", shop("x", *["10"] * 9), None),
    ("no items", shop("x"), None),
    ("cancelled awards", shop("x", *WIDE, status="cancelled"), None),
    ("pending awards", shop("x", *WIDE, status="pending"), None),
    ("cancelled processes", [{**sale, "tender": {"status": "cancelled"}} for sale in shop("x", *WIDE)], None),
    ("two suppliers of an award", twenty({**award("active", "x", "y"), "items": SOLD}), None),
    ("a supplier without id", twenty({"status": "active", "suppliers": [{"name": "x"}], "items": SOLD}), None),
    ("two awards of a process", twenty(*THREE, *MORE), 6),
    ("two awards of a process are one process", twenty(*THREE, *MORE)[:10], None),
    ("one award in force, one cancelled", twenty(*THREE, {**MORE[0], "status": "cancelled"}), None),
    ("items of another shape", twenty({**award("active", "x"), "items": {"id": "10"}}), None),
    ("a class of another shape", twenty(
        {**award("active", "x"), "items": [{"classification": code} for code in WIDE]}), None),
    ("no awards", [process(f"x{n}") for n in range(20)], None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("releases", "classes"), [pytest.param(*row[1:], id=row[0]) for row in VARIETIES]
)
def test_the_classes_of_a_supplier(releases: list[Process], classes: int | None) -> None:
    due = {} if classes is None else {"Tenderer": {"x": {"R048": float(classes)}}}
    assert flags("R048", *CALM_SHOPS, *releases) == due


def rounds(*others: Process, won: int = 0, joined: int = 30, **more: Any) -> list[Process]:
    """Thirty processes of five firms that win in turn; `others` bid in the first ones, "x" wins some."""
    return [
        process(
            f"r{n}", bid(f"N{n % 5}"), bid(f"N{(n + 1) % 5}"), *(others if n < joined else ()),
            won_by="x" if n < won else f"N{n % 5}", **more,
        )
        for n in range(30)
    ]  # fmt: skip


def each(releases: list[Process], **more: Any) -> list[Process]:
    return [{**release, **more} for release in releases]


# the share of wins that "x" is flagged with
LOSERS: list[tuple[str, list[Process], float | None]] = [
    ("never wins", rounds(bid("x")), 0.0),
    ("wins one of thirty", rounds(bid("x"), won=1), 1 / 30),
    ("wins half", rounds(bid("x"), won=15), None),
    ("wins all", rounds(bid("x"), won=30), None),
    ("as often there as the others", rounds(bid("x"), joined=12), 0.0),
    ("less often there than the others", rounds(bid("x"), joined=11), None),
    ("there once", rounds(bid("x"), joined=1), None),
    ("two bids are one part", rounds(bid("x", 5), bid("x", 6), joined=6), None),
    ("withdrew", rounds(bid("x", None, "withdrawn")), None),
    ("was refused", rounds(bid("x", None, D)), None),
    ("is pending", rounds(bid("x", None, "pending")), None),
    ("refused, and valid with another bid", rounds(bid("x", None, D), bid("x")), 0.0),
    ("in a consortium", rounds(bid("", **both("x", "y"))), None),
    ("without id", rounds(bid("", tenderers=[{"name": "x"}])), None),
    ("prices do not matter", rounds(bid("x", 0)), 0.0),
    ("nor whether they are compared", rounds(bid("x"), procurementMethodDetails="NPC"), 0.0),
    ("cancelled processes", rounds(bid("x"), status="cancelled"), None),
    ("cancelled awards", each(rounds(bid("x")), awards=[award("cancelled", "N0")]), None),
    ("pending awards", each(rounds(bid("x")), awards=[award("active", "N0"), award("pending", "N1")]), None),
    ("two awards", each(rounds(bid("x")), awards=[award("active", "N0"), award("active", "N1")]), None),
    ("two suppliers", each(rounds(bid("x")), awards=[award("active", "N0", "N1")]), None),
    ("no awards", each(rounds(bid("x")), awards=None), None),
    ("no bids", each(rounds(bid("x")), bids=None), None),
    ("a quarter never wins", rounds(bid("x"), bid("y")), None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("releases", "share"), [pytest.param(*row[1:], id=row[0]) for row in LOSERS]
)
def test_the_wins_of_a_tenderer(releases: list[Process], share: float | None) -> None:
    found = flags("R025", *releases).get(
        "Tenderer", {}
    )  # where all win alike, all lie on the fence
    assert found.get("x") == (None if share is None else {"R025": share})
