"""Counts the bureau's figures again from an export of facts: `python recount.py facts.csv figures.json`.

Needs nothing but Python 3.11 and shares no code with the platform. `facts.csv` holds one row for each
fact of a region and below, `figures.json` what the pages show of it; both are downloads of the
bureau's overview (`/bureau/recount`). Prints a line for every figure that the facts do not give, to
the fen, and ends with 1 when there is one.

A region's parts are found by their codes: 370102 lies in 370100, in 370000, in 100000; where there is
no such city (a municipality's district) in the province. Shares and changes are basis points rounded
half up. Unit prices have a script and an export of their own, `recount_prices.py`.
"""

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Table = dict[str, list[Any]]
COUNTRY = "100000"
NUMBERS = ("is_change", "amount_fen", "hits", "base_fen")
KINDS = ("contracted", "accepted", "settled", "refunded")


class Facts:
    """The facts as cells: what is asked of them is filtered once for each question."""

    def __init__(self, rows: Iterable[Row], regions: Iterable[str]) -> None:
        self.regions = set(regions)
        self.rows: list[Row] = [row | {name: int(row[name]) for name in NUMBERS} for row in rows]
        self.kept: dict[Any, list[Row]] = {}

    def parent(self, code: str) -> str:
        """The next region up."""
        if code.endswith("0000"):
            return COUNTRY
        city, province = code[:4] + "00", code[:2] + "0000"
        if city != code and city in self.regions:
            return city
        return province if province in self.regions else COUNTRY

    def lies_in(self, code: str, area: str) -> bool:
        """Whether a region is an area or lies in it."""
        while code != area:
            if code == COUNTRY:
                return False
            code = self.parent(code)
        return True

    def part_below(self, code: str, area: str) -> str:
        """The region one level below `area` that `code` lies in; the area itself for its own code."""
        if code == area or (area == COUNTRY and code not in self.regions):
            return area
        while self.parent(code) != area:
            code = self.parent(code)
        return code

    def select(self, table: str, query: Row, span: Sequence[str], side: str) -> list[Row]:
        """The facts of a table within region, months and filters, counted on a side."""
        key = (table, query["region"], query["industry"], query["modality"], tuple(span), side)
        if key not in self.kept:
            own = "supplier_region" if side == "supply" else "region"
            self.kept[key] = [
                row
                for row in self.rows
                if row["table"] == table
                and span[0] <= row["month"] <= span[1]
                and self.lies_in(row[own], query["region"])
                and query["industry"] in ("", row["industry"])
                and query["modality"] in ("", row["modality"])
            ]
        return self.kept[key]


def share(part: int, whole: int) -> int | None:
    """Basis points, rounded half up; None of nothing."""
    return (2 * 10000 * part + whole) // (2 * whole) if whole else None


def change(now: int, before: int) -> int | None:
    """The change in basis points; None when there was nothing."""
    found = share(now, before)
    return None if found is None else found - 10000


def volume(rows: Sequence[Row]) -> list[int]:
    """Contracts, and the amount of each kind."""
    deals = sum(1 - row["is_change"] for row in rows if row["kind"] == "contracted")
    return [deals, *(sum(r["amount_fen"] for r in rows if r["kind"] == kind) for kind in KINDS)]


def grouped(rows: Sequence[Row], name: Callable[[Row], str]) -> dict[str, list[Row]]:
    """The rows by what `name` says of each."""
    found = defaultdict(list)
    for row in rows:
        found[name(row)].append(row)
    return found


def cell_of(facts: Facts, query: Row, table: str) -> Callable[[Row], str]:
    """Which line of a table a fact belongs to."""
    own = "supplier_region" if query["side"] == "supply" else "region"
    if table in ("regions", "cities"):  # a province's published parts are its cities
        return lambda row: facts.part_below(row[own], query["region"])
    name = {"months": "month", "industries": "industry", "modalities": "modality"}[table]
    return lambda row: str(row[name])


def volumes(facts: Facts, query: Row, table: str, keys: Sequence[str]) -> tuple[Table, Table]:
    """Tables of the overview: months, regions, industries, modalities."""
    span = query["months"] if table == "months" else query["span"]
    found = grouped(facts.select("trade", query, span, query["side"]), cell_of(facts, query, table))
    return {key: volume(found.pop(key, [])) for key in keys}, found


def region_rows(facts: Facts, query: Row, keys: Sequence[str]) -> tuple[Table, Table]:
    """The page of regions: volumes, the share of the whole, the change."""
    now, left = volumes(facts, query, "regions", keys)
    before, _left = volumes(facts, {**query, "span": query["before"]}, "regions", keys)
    whole = sum(row[1] for row in now.values())
    return {
        key: [*row, share(row[1], whole), change(row[1], before[key][1])]
        for key, row in now.items()
    }, left


def flow_rows(facts: Facts, query: Row, keys: Sequence[str]) -> tuple[Table, Table]:
    """Contracted amounts from the buyer's region to the supplier's, provinces unless it is one's own."""

    def province(code: str) -> str:
        return code[:2] + "0000" if code[:2] + "0000" in facts.regions else code

    everything = {**query, "industry": "", "modality": ""}
    here = query["region"]
    sides = ("demand",) if here == COUNTRY else ("demand", "supply")
    sums: dict[str, list[int]] = {}
    for side in sides:
        found: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
        for row in facts.select("trade", everything, query["span"], side):
            if row["kind"] != "contracted":
                continue
            buyer, supplier = province(row["region"]), province(row["supplier_region"])
            if here == COUNTRY and row["region"] not in facts.regions:
                continue
            if here != COUNTRY:
                buyer, supplier = (here, supplier) if side == "demand" else (buyer, here)
            found[f"{buyer}>{supplier}"][0] += 1 - row["is_change"]
            found[f"{buyer}>{supplier}"][1] += row["amount_fen"]
        sums = {**found, **sums}
    whole = sum(amount for _deals, amount in sums.values())
    rows = {key: [*sums.pop(key, [0, 0])] for key in keys}
    left = {key: row for key, row in sums.items() if any(row)}
    return {key: [*row, share(row[1], whole)] for key, row in rows.items()}, left


def measure(
    facts: Facts, query: Row, name: str, span: Sequence[str], region: str | None = None
) -> Any:
    """An indicator's value from the facts; ... for one that is not counted from facts."""
    family, _colon, kind = name.partition(":")
    query = query | {"region": region or query["region"]}
    trade = facts.select("trade", query, span, query["side"])
    if family in ("trade", "deals"):
        rows = [row for row in trade if row["kind"] == kind]
        counted = "amount_fen" if family == "trade" else None
        return sum(row[counted] if counted else 1 - row["is_change"] for row in rows)
    if name == "cross":
        rows = [row for row in trade if row["kind"] == "contracted"]
        far = [row for row in rows if row["region"][:2] != row["supplier_region"][:2]]
        return share(sum(r["amount_fen"] for r in far), sum(r["amount_fen"] for r in rows))
    kind = "voucher_redeemed" if name == "leverage" else kind
    rows = [row for row in facts.select("activity", query, span, "demand") if row["kind"] == kind]
    count = len(rows)
    hits, amount = sum(r["hits"] for r in rows), sum(r["amount_fen"] for r in rows)
    base = sum(r["base_fen"] for r in rows)
    answers: dict[str, Callable[[], Any]] = {
        "amount": lambda: amount,
        "events": lambda: count,
        "share": lambda: share(hits, count),
        "missed": lambda: share(count - hits, count),
        "mean": lambda: (2 * hits + count) // (2 * count) if count else None,
        "ratio": lambda: (200 * hits + count) // (2 * count) if count else None,
        "leverage": lambda: (200 * base + amount) // (2 * amount) if amount else None,
    }
    return answers[family]() if family in answers else ...


def stock(facts: Facts, query: Row, name: str, span: Sequence[str]) -> int:
    """A measure of what there is: the sum of its rows of the region, counted once each."""
    rows = [
        row
        for row in facts.rows
        if row["table"] == "stock"
        and row["kind"] == name
        and facts.lies_in(row["region"], query["region"])
    ]
    dated = [row for row in rows if not row["month"] or span[0] <= row["month"] <= span[1]]
    counted = {row["unit"]: row["amount_fen"] for row in dated}
    total = int(sum(counted.values()))
    return total // 1000 if name == "data_tb" else total


def indicator_rows(facts: Facts, query: Row, names: dict[str, Any]) -> Table:
    """Value and both changes of every computed indicator."""
    found = {}
    for code, (name, is_flow) in names.items():
        spans = (query["span"], query["before"], query["year_before"])
        now, before, year = (measure(facts, query, name, span) for span in spans)
        if now is ...:
            now, before, year = (stock(facts, query, name, span) for span in spans)
        changes = [
            change(now, past) if is_flow and now is not None and past is not None else None
            for past in (before, year)
        ]
        found[code] = [now, *changes]
    return found


def check(facts: Facts, board: Row, say: Callable[[str], object]) -> None:
    """Every table of one board against the facts."""
    query = board["query"]
    for name, table in board["tables"].items():
        stated = dict(zip(table["keys"], table["rows"], strict=True))
        kind, _colon, code = name.partition(":")
        if kind == "volume":
            due, left = volumes(facts, query, code, table["keys"])
        elif kind == "places":
            due, left = region_rows(facts, query, table["keys"])
        elif kind == "flows":
            due, left = flow_rows(facts, query, table["keys"])
        elif kind == "indicators":
            due, left = indicator_rows(facts, query, table["names"]), {}
        elif kind == "by_month":
            due, left = {key: [measure(facts, query, code, [key, key])] for key in stated}, {}
        else:  # by_region
            span = query["span"]
            due, left = {key: [measure(facts, query, code, span, key)] for key in stated}, {}
        where = f"{query['region']} {query['side']} {query['span'][0]}..{query['span'][1]} {name}"
        for key, row in stated.items():
            if row != due[key]:
                say(f"{where} {key}: the page has {row}, the facts give {due[key]}")
        for key in left:
            say(f"{where} {key}: the page has no row of it, the facts have")


def public_cells(counts: dict[str, tuple[int, int]], minimum: int) -> Table:
    """Cells that may stand alone and those that are merged, by the rule the public page states."""
    filled = {key: n for key, (n, _fen) in counts.items() if n}
    if sum(filled.values()) < minimum:
        return {}
    order = sorted(filled, key=lambda key: (-filled[key], key))
    alone = [key for key in order if filled[key] >= minimum]
    rest = [key for key in order if filled[key] < minimum]
    while rest and sum(filled[key] for key in rest) < minimum:
        rest.append(alone.pop())
    changed_only = [key for key, (n, fen) in counts.items() if fen and not n]
    if changed_only and alone:
        rest = [*(rest or [alone.pop()]), *changed_only]
    cells = {key: list(counts[key]) for key in alone}
    if rest:
        cells["other"] = [sum(counts[key][n] for key in rest) for n in (0, 1)]
    return cells


def check_public(facts: Facts, public: Row, say: Callable[[str], object]) -> None:
    """The published tables against the facts of the country, small cells merged."""
    query = {"region": public["region"], "industry": "", "modality": "", "side": "demand"}
    for name, stated in public["tables"].items():
        rows = [
            row
            for row in facts.select("trade", query, public["span"], "demand")
            if row["kind"] == "contracted"
        ]
        cells = grouped(rows, cell_of(facts, query, name))
        counts = {key: (volume(part)[0], volume(part)[1]) for key, part in cells.items()}
        due = public_cells(counts, public["minimum"])
        if stated != due:
            say(f"public {public['region']} {public['span']} {name}: shows {stated}, due {due}")


def recount(facts_file: str, figures_file: str) -> list[str]:
    """The differences, one line each."""
    figures = json.loads(Path(figures_file).read_text("utf-8"))
    with Path(facts_file).open(encoding="utf-8", newline="") as file:
        facts = Facts(csv.DictReader(file), figures["regions"])
    problems: list[str] = []
    for board in figures["boards"]:
        check(facts, board, problems.append)
        facts.kept.clear()
    for public in figures.get("public", []):
        check_public(facts, public, problems.append)
    return problems


if __name__ == "__main__":
    found = recount(*sys.argv[1:3])
    print("\n".join(found) or "Every figure is what the facts give.")
    sys.exit(1 if found else 0)
