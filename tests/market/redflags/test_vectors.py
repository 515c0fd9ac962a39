"""Vectors judged by hand from the published definitions: one release, or one beside calm ones."""

from typing import Any

import pytest

from tests.factories.redflags import Process, award, bid, both, flags, process, with_awards

D = "disqualified"
DAYS = {"startDate": "2026-03-01T00:00:00+08:00"}
CLOSED: Process = {"tenderPeriod": {"endDate": "2026-04-01T00:00:00Z"}}
EARLY: Process = {"date": "2026-03-01T00:00:00Z"}
LATE: Process = {"date": "2026-05-01T00:00:00Z"}


def x(*bids: Process, won_by: str = "", **tender: Any) -> Process:
    return process("x", *bids, won_by=won_by, **tender)


def until(end: Any, **tender: Any) -> Process:
    return x(tenderPeriod={**DAYS, "endDate": end}, **tender)


def one(count: Any, method: Any = "open", **tender: Any) -> Process:
    return x(numberOfTenderers=count, procurementMethod=method, **tender)


def usd(release: Process) -> Process:
    return {**release, "value": {**release["value"], "currency": "USD"}}


IN_LATE = x(bid("W", **LATE), **CLOSED)
REFUSED = x(bid("W"), bid("A", None, D))
LOWEST = x(bid("A", 5, D), bid("W", 6))

ALONE: dict[str, list[tuple[str, Process, bool]]] = {
    "R003": [
        ("a day", until("2026-03-02T00:00:00+08:00"), True),
        ("fourteen days", until("2026-03-15T00:00:00+08:00"), True),
        ("a second short of fifteen", until("2026-03-15T23:59:59+08:00"), True),
        ("fifteen to the second", until("2026-03-16T00:00:00+08:00"), False),
        ("fifteen by another offset", until("2026-03-15T16:00:00Z"), False),
        ("a second short by another offset", until("2026-03-15T15:59:59Z"), True),
        ("a year", until("2027-03-01T00:00:00+08:00"), False),
        ("no time at all", until("2026-03-01T00:00:00+08:00"), True),
        ("reversed by a day", until("2026-02-28T00:00:00+08:00"), True),
        ("reversed by a year", until("2025-03-01T00:00:00+08:00"), True),
        ("no end", x(tenderPeriod=DAYS), False),
        ("no start", x(tenderPeriod={"endDate": "2026-03-02T00:00:00Z"}), False),
        ("no period", x(), False),
        ("a period of another shape", x(tenderPeriod=["2026-03-01"]), False),
        ("an empty end", until(""), False),
        ("an end that is none", until(None), False),
        ("an end as a number", until(20260302), False),
        ("an end without offset", until("2026-03-02T00:00:00"), False),
        ("a day that does not exist", until("2026-02-30T00:00:00Z"), False),
        ("the 29th of February of a leap year", until("2028-02-29T00:00:00Z"), False),
        ("the 29th of February of no leap year", until("2026-02-29T00:00:00Z"), False),
        ("an hour that does not exist", until("2026-03-02T24:00:00Z"), False),
        ("fractions of a second", until("2026-03-02T00:00:00.123456+08:00"), True),
        ("small letters", until("2026-03-02t00:00:00z"), True),
        ("a space for the T", until("2026-03-02 00:00:00Z"), True),
        ("any method", until("2026-03-02T00:00:00Z", procurementMethod="direct"), True),
        ("an active tender", until("2026-03-02T00:00:00Z", status="active"), True),
        ("a cancelled tender", until("2026-03-02T00:00:00Z", status="cancelled"), False),
        ("an unsuccessful tender", until("2026-03-02T00:00:00Z", status="unsuccessful"), True),
        ("no tender", {"ocid": "x"}, False),
    ],
    "R018": [
        ("open", one(1), True),
        ("selective", one(1, "selective"), True),
        ("limited", one(1, "limited"), False),
        ("direct", one(1, "direct"), False),
        ("no method", x(numberOfTenderers=1), False),
        ("method in capitals", one(1, "OPEN"), False),
        ("method with a space", one(1, "open "), False),
        ("method as a list", one(1, ["open"]), False),
        ("none", one(0), False),
        ("two", one(2), False),
        ("minus one", one(-1), False),
        ("one as text", one("1"), False),
        ("one as a decimal", one(1.0), False),
        ("true", one(True), False),
        ("null", one(None), False),
        ("no count but one bid", x(bid("A", 5), procurementMethod="open"), False),
        ("one though three bids are listed", {**one(1), "bids": x(bid("A"), bid("B"), bid("C"))["bids"]}, True),
        ("three though one bid is listed", {**one(3), "bids": x(bid("A"))["bids"]}, False),
        ("awarded", {**one(1), "awards": [award("active", "A")]}, True),
        ("the award cancelled", {**one(1), "awards": [award("cancelled", "A")]}, True),
        ("complete", one(1, status="complete"), True),
        ("unsuccessful", one(1, status="unsuccessful"), True),
        ("withdrawn", one(1, status="withdrawn"), True),
        ("cancelled", one(1, status="cancelled"), False),
        ("a status of another shape", one(1, status=["cancelled"]), True),
        ("details say nothing", one(1, procurementMethodDetails="NPC"), True),
        ("two lots", one(1, lots=[{"id": "1"}, {"id": "2"}]), True),
        ("a tender of another shape", {"ocid": "x", "tender": [one(1)["tender"]]}, False),
        ("no ocid", {**one(1), "ocid": None}, False),
        ("a large count", one(10**30), False),
    ],
    "R028": [
        ("two the same", x(bid("A", 7), bid("B", 7)), True),
        ("whole and decimal", x(bid("A", 7), bid("B", 7.0)), True),
        ("a fen apart", x(bid("A", 7), bid("B", 7.01)), False),
        ("zero twice", x(bid("A", 0), bid("B", 0)), True),
        ("zero and minus zero", x(bid("A", 0.0), bid("B", -0.0)), True),
        ("negative twice", x(bid("A", -7), bid("B", -7)), True),
        ("seven and minus seven", x(bid("A", 7), bid("B", -7)), False),
        ("other currencies", x(bid("A", 7), usd(bid("B", 7))), False),
        ("both in dollars", x(usd(bid("A", 7)), usd(bid("B", 7))), True),
        ("no amounts", x(bid("A"), bid("B")), False),
        ("amounts as text", x(bid("A", "7"), bid("B", "7")), False),
        ("amounts that are null", x(bid("A", 7, value={"amount": None, "currency": "CNY"}), bid("B", 7)), False),
        ("no currency", x(bid("A", value={"amount": 7}), bid("B", value={"amount": 7})), False),
        ("the same tenderer", x(bid("A", 7), bid("A", 7)), False),
        ("the same and another", x(bid("A", 7), bid("A", 7), bid("B", 7)), True),
        ("one withdrawn", x(bid("A", 7), bid("B", 7, "withdrawn")), False),
        ("one invited", x(bid("A", 7), bid("B", 7, "invited")), False),
        ("one disqualified", x(bid("A", 7), bid("B", 7, D)), True),
        ("both disqualified", x(bid("A", 7, D), bid("B", 7, D)), True),
        ("both pending", x(bid("A", 7, "pending"), bid("B", 7, "pending")), True),
        ("without status", x(bid("A", 7), {**bid("B", 7), "status": None}), False),
        ("without tenderer", x(bid("A", 7), bid("B", 7, tenderers=[])), False),
        ("a tenderer without id", x(bid("A", 7), bid("B", 7, tenderers=[{"name": "B"}])), False),
        ("a consortium with the same", x(bid("A", 7), bid("B", 7, **both("A", "B"))), True),
        ("consortia in another order", x(bid("", 7, **both("A", "B")), bid("", 7, **both("B", "A"))), False),
        ("prices are not compared", x(bid("A", 7), bid("B", 7), procurementMethodDetails="NPC"), False),
        ("cancelled", x(bid("A", 7), bid("B", 7), status="cancelled"), False),
        ("one bid", x(bid("A", 7)), False),
        ("no bids", x(), False),
        ("not beside each other", x(bid("A", 7), bid("B", 8), bid("C", 7)), True),
        ("two pairs", x(bid("A", 7), bid("B", 8), bid("C", 7), bid("D", 8)), True),
    ],
    "R030": [
        ("a second late", x(bid("W", date="2026-04-01T00:00:01Z"), won_by="W", **CLOSED), True),
        ("a year late", x(bid("W", date="2027-04-01T00:00:00Z"), won_by="W", **CLOSED), True),
        ("to the second", x(bid("W", date="2026-04-01T00:00:00Z"), won_by="W", **CLOSED), False),
        ("a second early", x(bid("W", date="2026-03-31T23:59:59Z"), won_by="W", **CLOSED), False),
        ("late and lost", x(bid("L", **LATE), bid("W", **EARLY), won_by="W", **CLOSED), False),
        ("late, nobody won", x(bid("W", **LATE), **CLOSED), False),
        ("no date", x(bid("W"), won_by="W", **CLOSED), False),
        ("a date that is null", x(bid("W", date=None), won_by="W", **CLOSED), False),
        ("no deadline", x(bid("W", **LATE), won_by="W"), False),
        ("late but disqualified", x(bid("W", None, D, **LATE), won_by="W", **CLOSED), False),
        ("late but withdrawn", x(bid("W", None, "withdrawn", **LATE), won_by="W", **CLOSED), False),
        ("late and pending", x(bid("W", None, "pending", **LATE), won_by="W", **CLOSED), False),
        ("award cancelled", with_awards(IN_LATE, award("cancelled", "W")), False),
        ("award pending", with_awards(IN_LATE, award("pending", "W")), False),
        ("award unsuccessful", with_awards(IN_LATE, award("unsuccessful", "W")), False),
        ("one cancelled, one in force", with_awards(IN_LATE, award("cancelled", "V"), award("active", "W")), True),
        ("the second of two awards", with_awards(
            x(bid("V", **EARLY), bid("W", **LATE), **CLOSED), award("active", "V"), award("active", "W")), True),
        ("one of two suppliers", with_awards(IN_LATE, award("active", "V", "W")), True),
        ("one of a consortium", x(bid("", **LATE, **both("V", "W")), won_by="W", **CLOSED), True),
        ("an early and a late bid of the winner", x(bid("W", **EARLY), bid("W", **LATE), won_by="W", **CLOSED), True),
        ("a winner without bid", x(bid("L", **LATE), won_by="W", **CLOSED), False),
        ("a winner without id", with_awards(IN_LATE, {"status": "active", "suppliers": [{"name": "W"}]}), False),
        ("an award without suppliers", with_awards(IN_LATE, {"status": "active"}), False),
        ("cancelled tender", x(bid("W", **LATE), won_by="W", **CLOSED, status="cancelled"), False),
        ("no bids published", {**x(won_by="W", **CLOSED), "bids": {}}, False),
        ("bids of another shape", {**x(won_by="W", **CLOSED), "bids": {"details": {}}}, False),
        ("no awards", {"ocid": "x", "tender": CLOSED, "bids": {"details": [bid("W", **LATE)]}}, False),
        ("reversed period", x(
            bid("W", date="2026-04-02T00:00:00Z"), won_by="W",
            tenderPeriod={"startDate": "2026-06-01T00:00:00Z", "endDate": "2026-04-01T00:00:00Z"}), True),
        ("a deadline that is a number", x(bid("W", **LATE), won_by="W", tenderPeriod={"endDate": 5}), False),
        ("a status in capitals", x(bid("W", None, "VALID", **LATE), won_by="W", **CLOSED), False),
    ],
    "R035": [
        ("one other refused", x(bid("W"), bid("A", None, D), won_by="W"), True),
        ("three others refused", x(bid("W"), *(bid(who, None, D) for who in "ABC"), won_by="W"), True),
        ("another valid", x(bid("W"), bid("V"), bid("A", None, D), won_by="W"), False),
        ("nobody refused", x(bid("W"), won_by="W"), False),
        ("only the winner's own refused", x(bid("W"), bid("W", None, D), won_by="W"), False),
        ("the winner's own and another's", x(bid("W"), bid("W", None, D), bid("A", None, D), won_by="W"), True),
        ("a valid bid of one that was refused too", x(bid("W"), bid("A", None, D), bid("A"), won_by="W"), False),
        ("a refused one won", x(bid("A", None, D), bid("W"), won_by="A"), False),
        ("nobody won", x(bid("W"), bid("A", None, D)), False),
        ("award pending", with_awards(REFUSED, award("active", "W"), award("pending", "A")), False),
        ("award only pending", with_awards(REFUSED, award("pending", "W")), False),
        ("award cancelled", with_awards(REFUSED, award("cancelled", "W")), False),
        ("another award cancelled", with_awards(REFUSED, award("cancelled", "A"), award("active", "W")), True),
        ("another award unsuccessful", with_awards(REFUSED, award("unsuccessful"), award("active", "W")), True),
        ("two awards to one", with_awards(REFUSED, award("active", "W"), award("active", "W")), True),
        ("two winners", with_awards(
            x(bid("W"), bid("V"), bid("A", None, D)), award("active", "W"), award("active", "V")), False),
        ("a consortium won", with_awards(
            x(bid("", **both("V", "W")), bid("A", None, D)), award("active", "V", "W")), False),
        ("the other withdrew", x(bid("W"), bid("A", None, "withdrawn"), won_by="W"), False),
        ("the other is pending", x(bid("W"), bid("A", None, "pending"), won_by="W"), False),
        ("one refused, one pending", x(bid("W"), bid("A", None, D), bid("B", None, "pending"), won_by="W"), True),
        ("one refused, one withdrew", x(bid("W"), bid("A", None, D), bid("B", None, "withdrawn"), won_by="W"), True),
        ("refused twice", x(bid("W"), bid("A", None, D), bid("A", None, D), won_by="W"), True),
        ("a refused consortium", x(bid("W"), bid("", None, D, **both("A", "B")), won_by="W"), True),
        ("a refused one without id", x(bid("W"), bid("", None, D, tenderers=[{"name": "A"}]), won_by="W"), False),
        ("a winner whose bid is not listed", x(bid("A", None, D), won_by="W"), False),
        ("no bids published", {**x(won_by="W"), "bids": None}, False),
        ("no awards published", {"ocid": "x", "bids": x(bid("W"), bid("A", None, D))["bids"]}, False),
        ("cancelled", x(bid("W"), bid("A", None, D), won_by="W", status="cancelled"), False),
        ("prices are not compared", x(bid("W"), bid("A", None, D), won_by="W", procurementMethodDetails="NPC"), True),
        ("an award without status", with_awards(REFUSED, award("active", "W"), award(None, "A")), True),
        ("two valid bids of the winner", x(bid("W", 5), bid("W", 6), bid("A", None, D), won_by="W"), True),
    ],
    "R036": [
        ("the lowest refused", x(bid("A", 5, D), bid("W", 6), won_by="W"), True),
        ("a dearer one refused", x(bid("A", 7, D), bid("W", 6), won_by="W"), False),
        ("as dear, refused first", x(bid("A", 6, D), bid("W", 6), won_by="W"), True),
        ("as dear, refused last", x(bid("W", 6), bid("A", 6, D), won_by="W"), False),
        ("zero refused", x(bid("A", 0, D), bid("W", 6), won_by="W"), True),
        ("negative refused", x(bid("A", -5, D), bid("W", 6), won_by="W"), True),
        ("zero won", x(bid("A", 5, D), bid("W", 0), won_by="W"), False),
        ("both negative", x(bid("A", -5, D), bid("W", -6), won_by="W"), False),
        ("the refused without amount", x(bid("A", None, D), bid("W", 6), won_by="W"), False),
        ("the valid without amount", x(bid("A", 5, D), bid("W"), won_by="W"), False),
        ("the refused in dollars", x(bid("W", 6), usd(bid("A", 5, D)), won_by="W"), False),
        ("the first in dollars decides the currency", x(usd(bid("A", 5, D)), bid("W", 6), won_by="W"), False),
        ("all in dollars", x(usd(bid("A", 5, D)), usd(bid("W", 6)), won_by="W"), True),
        ("nobody won", x(bid("A", 5, D), bid("W", 6)), False),
        ("award pending", with_awards(LOWEST, award("pending", "W")), False),
        ("award cancelled", with_awards(LOWEST, award("cancelled", "W")), False),
        ("one award in force, one pending", with_awards(LOWEST, award("active", "W"), award("pending", "A")), True),
        ("all refused", x(bid("A", 5, D), bid("B", 6, D), won_by="W"), False),
        ("nobody refused", x(bid("A", 5), bid("W", 6), won_by="W"), False),
        ("the lowest withdrew", x(bid("A", 5, "withdrawn"), bid("W", 6), won_by="W"), False),
        ("the lowest is pending", x(bid("A", 5, "pending"), bid("B", 5.5, D), bid("W", 6), won_by="W"), False),
        ("a withdrawn below the refused", x(bid("B", 4, "withdrawn"), bid("A", 5, D), bid("W", 6), won_by="W"), True),
        ("a valid one that lost is lower", x(bid("V", 4), bid("A", 5, D), bid("W", 6), won_by="W"), False),
        ("the winner's own refused", x(bid("W", 5, D), bid("W", 6), won_by="W"), True),
        ("prices are not compared", x(bid("A", 5, D), bid("W", 6), won_by="W", procurementMethodDetails="NPC"), False),
        ("cancelled", x(bid("A", 5, D), bid("W", 6), won_by="W", status="cancelled"), False),
        ("text amounts", x(bid("A", "5", D), bid("W", 6), won_by="W"), False),
        ("a fen lower", x(bid("A", 5.99, D), bid("W", 6), won_by="W"), True),
        ("without tenderer", x(bid("A", 5, D, tenderers=[]), bid("W", 6), won_by="W"), True),
        ("an award without supplier", with_awards(LOWEST, {"status": "active"}), True),
        ("no bids", x(won_by="W"), False),
    ],
}  # fmt: skip


def margin(ocid: str, percent: float, **tender: Any) -> Process:
    """The winner at 100 and the next so many percent above."""
    return process(ocid, bid(f"W{ocid}", 100), bid(f"L{ocid}", 100 + percent), won_by=f"W{ocid}", **tender)  # fmt: skip


# twenty margins from 20 to 29.5 percent: one more leaves the fences near 14 and 35
CALM = [margin(str(number), 20 + number / 2) for number in range(20)]


def odd(*bids: Process, won_by: str = "W", **tender: Any) -> Process:
    return x(*bids, won_by=won_by, **tender)


CLOSE = odd(bid("W", 100), bid("L", 101))

# what a twenty-first process gives R024 (close) and R058 (discount), None for neither
MARGINS: list[tuple[str, Process, str | None]] = [
    ("one percent", odd(bid("W", 100), bid("L", 101)), "R024"),
    ("no distance", odd(bid("W", 100), bid("L", 100)), "R024"),
    ("within", odd(bid("W", 100), bid("L", 120)), None),
    ("twice as dear", odd(bid("W", 100), bid("L", 200)), "R058"),
    ("a thousand times", odd(bid("W", 1), bid("L", 1000)), "R058"),
    ("the nearest of several", odd(bid("W", 100), bid("L", 200), bid("M", 101), bid("N", 150)), "R024"),
    ("the nearest far away", odd(bid("W", 100), bid("L", 200), bid("M", 180)), "R058"),
    ("the winner's own second bid does not count", odd(bid("W", 100), bid("W", 101), bid("L", 120)), None),
    ("the winner's lowest bid counts", odd(bid("W", 119), bid("W", 100), bid("L", 120)), None),
    ("a refused one between", odd(bid("W", 100), bid("M", 101, D), bid("L", 120)), None),
    ("a withdrawn one between", odd(bid("W", 100), bid("M", 101, "withdrawn"), bid("L", 120)), None),
    ("a pending one between", odd(bid("W", 100), bid("M", 101, "pending"), bid("L", 120)), None),
    ("only the winner", odd(bid("W", 100)), None),
    ("a lower one lost", odd(bid("W", 100), bid("L", 99)), None),
    ("a winning price of zero", odd(bid("W", 0), bid("L", 100)), None),
    ("both zero", odd(bid("W", 0), bid("L", 0)), None),
    ("no price of the winner", odd(bid("W"), bid("L", 101)), None),
    ("no price of the other", odd(bid("W", 100), bid("L")), None),
    ("the other in dollars", odd(bid("W", 100), usd(bid("L", 101))), None),
    ("the winner in dollars", odd(usd(bid("W", 100)), bid("L", 101)), None),
    ("dollars between", odd(bid("W", 100), usd(bid("M", 101)), bid("L", 120)), None),
    ("text", odd(bid("W", "100"), bid("L", "101")), None),
    ("nobody won", odd(bid("W", 100), bid("L", 101), won_by=""), None),
    ("award pending", with_awards(CLOSE, award("pending", "W")), None),
    ("award cancelled", with_awards(CLOSE, award("cancelled", "W")), None),
    ("one cancelled, one in force", with_awards(CLOSE, award("cancelled", "L"), award("active", "W")), "R024"),
    ("two awards in force", with_awards(CLOSE, award("active", "W"), award("active", "W")), None),
    ("two suppliers", with_awards(CLOSE, award("active", "W", "V")), None),
    ("a consortium next", odd(bid("W", 100), bid("", 101, **both("L", "M")), bid("N", 120)), None),
    ("prices are not compared", odd(bid("W", 100), bid("L", 101), procurementMethodDetails="NPC"), None),
    ("cancelled", odd(bid("W", 100), bid("L", 101), status="cancelled"), None),
    ("no bids published", {"ocid": "x", "awards": [award("active", "W")]}, None),
    ("negative prices: a hundredth below nothing", odd(bid("W", -100), bid("L", -99)), "R024"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "release", "is_flagged"),
    [
        pytest.param(code, release, flagged, id=f"{code} {name}")
        for code, rows in ALONE.items()
        for name, release, flagged in rows
    ],
)
def test_one_process_alone(code: str, release: Process, is_flagged: bool) -> None:
    found = flags(code, release)
    assert bool(found) is is_flagged, found
    assert set(found.get("OCID", {})) <= {"x"}


@pytest.mark.parametrize(
    ("release", "code"), [pytest.param(*row[1:], id=row[0]) for row in MARGINS]
)
def test_a_margin_beside_calm_ones(release: Process, code: str | None) -> None:
    found = {name: flags(name, *CALM, release).get("OCID", {}) for name in ("R024", "R058")}
    assert {name: set(ids) for name, ids in found.items()} == {
        name: {"x"} if name == code else set() for name in found
    }
