"""Counts the bureau's figures again from an export of facts: `python recount.py facts.csv figures.json`.

Needs nothing but Python 3.11 and shares no code with the platform. `facts.csv` holds one row for each
fact of a region and below, `figures.json` what the pages show of it; both are downloads of the
bureau's overview (`/bureau/recount`). Prints a line for every figure that the facts do not give, to
the fen, and ends with 1 when there is one.

A region's parts are found by their codes: 370102 lies in 370100, in 370000, in 100000; where there is
no such city (a municipality's district) in the province. Shares and changes are basis points rounded
half up. Unit prices are ten-thousandths of a yuan; the quality-adjusted index is not counted again.
"""

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
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
    if table == "regions":
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


class Prices:
    """Unit prices by region and month, each under its own region and every one above."""

    def __init__(self, facts: Facts) -> None:
        self.found: Any = defaultdict(lambda: defaultdict(list))
        for row in facts.rows:
            area, key = row["region"], f"{row['kind']}|{row['unit']}"
            while row["table"] == "price":
                self.found[area, row["month"]][key].append(row["amount_fen"])
                if area == COUNTRY:
                    break
                area = facts.parent(area)

    def cells(self, region: str, month: str, least: int) -> Table:
        """Of each task and unit: count, first decile, median, ninth decile, outliers."""
        cells = self.found[region, month]
        return {key: spread(prices) for key, prices in cells.items() if len(prices) >= least}


def spread(prices: list[int]) -> list[int]:
    """Count, deciles linear between neighbours and rounded half up, and outliers."""
    ordered = sorted(prices)
    deciles = []
    for tenths in (1, 5, 9):
        below, rest = divmod((len(ordered) - 1) * tenths, 10)
        low, high = ordered[below], ordered[min(below + 1, len(ordered) - 1)]
        deciles.append((low * (10 - rest) + high * rest + 5) // 10)
    return [len(ordered), *deciles, outliers(ordered)]


def outliers(prices: Sequence[int]) -> int:
    """How many of at least five prices lie more than 3.5 robust deviations off on a logarithmic scale.

    A deviation is the median one divided by 0.6745, or where that is nothing 1.253314 times the mean
    one; the score counts with two places, so that 3.505 is the first beyond.
    """

    def middle(ordered: Sequence[Decimal]) -> Decimal:
        return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2

    logs = [Decimal(price).ln() for price in sorted(prices)]
    away = sorted(abs(value - middle(logs)) for value in logs)
    if len(logs) < 5 or not any(away):
        return 0
    unit = middle(away) / Decimal("0.6745") or Decimal("1.253314") * sum(away) / len(away)
    return sum(one / unit >= Decimal("3.505") for one in away)


def price_change(now: list[int], before: list[int] | None) -> int | None:
    """The change of a median in basis points, halves away from zero; None when there was none."""
    points = share(abs(now[2] - before[2]), before[2]) if before else None
    return -points if points and before and now[2] < before[2] else points


def rose_most(now: Table, before: Table) -> str:
    """The task and unit whose median rose most, five contracts in both months going before others."""
    found = {key: price_change(row, before.get(key)) or 0 for key, row in now.items()}
    rises = {key: points for key, points in found.items() if points > 0}
    sound = [key for key in rises if now[key][0] >= 5 and before[key][0] >= 5]
    return min(sound or rises, key=lambda key: (-rises[key], key.split("|")), default="")


def check_prices(prices: Prices, page: Row, say: Callable[[str], object]) -> None:
    """The lines of a page of the price index, what rose most, and the provinces published beside."""
    region, month, least = page["region"], page["months"][0], page["least"]
    now, before, year = (prices.cells(region, one, least) for one in page["months"])
    due = {
        key: [*row, *(price_change(row, past.get(key)) for past in (before, year))]
        for key, row in now.items()
    }
    where, stated = f"{region} {month} prices", dict(zip(page["keys"], page["rows"], strict=True))
    for key in sorted({*stated, *due}):
        if stated.get(key) != due.get(key):
            say(f"{where} {key}: the page has {stated.get(key)}, the facts give {due.get(key)}")
    if page["rose_most"] != (top := rose_most(now, before)):
        say(f"{where}: not {page['rose_most']!r} rose most, {top!r} did")
    for key, parts in page.get("parts", {}).items():
        provinces = {
            area: cells[key]
            for (area, when), cells in prices.found.items()
            if when == month and area.endswith("0000") and area != region and key in cells
        }
        if parts != published_parts(provinces, now[key][0], least):
            say(f"{where} {key}: shows {parts} beside the whole")


def published_parts(found: dict[str, list[int]], whole: int, least: int) -> Table:
    """The parts that may stand beside a published whole: no rest of one to four can be subtracted."""
    order = sorted(found, key=lambda area: (-len(found[area]), area))
    shown = [area for area in order if len(found[area]) >= least]
    while shown and 0 < whole - sum(len(found[area]) for area in shown) < least:
        shown.pop()
    return {area: spread(found[area]) for area in shown}


def recount(facts_file: str, figures_file: str) -> list[str]:
    """The differences, one line each."""
    figures = json.loads(Path(figures_file).read_text("utf-8"))
    with Path(facts_file).open(encoding="utf-8", newline="") as file:
        facts = Facts(csv.DictReader(file), figures["regions"])
    problems: list[str] = []
    for board in figures["boards"]:
        check(facts, board, problems.append)
        facts.kept.clear()
    prices = Prices(facts)
    for page in (*figures["prices"], *figures.get("published_prices", [])):
        check_prices(prices, page, problems.append)
    for public in figures.get("public", []):
        check_public(facts, public, problems.append)
    return problems


if __name__ == "__main__":
    found = recount(*sys.argv[1:3])
    print("\n".join(found) or "Every figure is what the facts give.")
    sys.exit(1 if found else 0)
