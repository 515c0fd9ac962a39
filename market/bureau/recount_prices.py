"""Counts the price index again from an export of unit prices: `python recount_prices.py prices.csv figures.json`.

Needs nothing but Python 3.11 and shares no code with the platform. `prices.csv` holds one row for each
contract of a region and below, `figures.json` what the pages show; both are downloads of the bureau's
overview. Prints a line for every figure that the contracts do not give, and ends with 1 when there is one.

Unit prices are ten-thousandths of a yuan, quantities hundredths, changes basis points. Regions lie in
each other by their codes, as in `recount.py`. The quality-adjusted index is solved from the normal
equations with 50 digits; a printed index or error may differ from it by its rounding to a basis point.
"""

import csv
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any, NamedTuple

Row = dict[str, Any]
Table = dict[str, list[Any]]
COUNTRY = "100000"
FEWEST, PER_PARAMETER, MOST, MINIMUM = 30, 3, 20_000, 5  # contracts
DIGITS = 50
NOTHING = Decimal("1e-9")  # what varies by less does not vary
DEPENDENT = Decimal("1e-20")
ROUNDING = Decimal("0.500001")  # of a basis point


class Deal(NamedTuple):
    """The price of a contract and what it depends on; numbers that are not stated are empty."""

    month: str
    region: str
    price: int
    quantity: Decimal
    quality: str
    days: str
    order: tuple[str, str]


def areas(code: str, regions: set[str]) -> list[str]:
    """A region and every one above it."""
    above = [code[:4] + "00", code[:2] + "0000"]
    return [*dict.fromkeys([code, *(one for one in above if one in regions), COUNTRY])]


class Prices:
    """Contracts by region and task, each under its own region and every one above."""

    def __init__(self, rows: Iterable[Row], regions: Iterable[str]) -> None:
        self.found: Any = defaultdict(lambda: defaultdict(list))
        known = set(regions)
        for row in rows:
            deal = Deal(
                row["month"], row["region"], int(row["unit_price"]), Decimal(row["quantity"]) / 100,
                row["quality_bp"], row["days"], (row["signed_at"], row["id"]),
            )  # fmt: skip
            for area in areas(row["region"], known):
                self.found[area, row["month"]][f"{row['task']}|{row['unit']}"].append(deal)

    def cells(self, region: str, month: str, least: int) -> Table:
        """Of each task and unit: count, first decile, median, ninth decile, outliers."""
        cells = {
            key: [deal.price for deal in deals]
            for key, deals in self.found.get((region, month), {}).items()
        }
        return {key: spread(prices) for key, prices in cells.items() if len(prices) >= least}

    def months_of(self, region: str, key: str, until: str) -> dict[str, list[Deal]]:
        """The contracts of a task in thirteen months; of very many the latest."""
        months = [shifted(until, -back) for back in range(13)]
        found = [
            deal for month in months for deal in self.found.get((region, month), {}).get(key, ())
        ]
        found.sort(key=lambda deal: deal.order[1])
        found.sort(key=lambda deal: deal.order[0], reverse=True)
        kept = defaultdict(list)
        for deal in found[:MOST]:
            kept[deal.month].append(deal)
        return dict(kept)


def shifted(month: str, by: int) -> str:
    """The month so many later."""
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 + by, 12)
    return f"{year:04d}-{number + 1:02d}"


def share(part: int, whole: int) -> int:
    """Basis points, rounded half up."""
    return (2 * 10000 * part + whole) // (2 * whole)


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


def adjusted(found: dict[str, list[Deal]]) -> dict[str, Any] | None:
    """The index by months with errors, controls and contracts; None where they do not carry it.

    ln(price) on a dummy for each month after the first and the characteristics that vary; months of
    fewer than five contracts are left out.
    """
    months = sorted(month for month, deals in found.items() if len(deals) >= MINIMUM)
    deals = [deal for month in months for deal in found[month]]
    if len(months) < 2 or len(deals) < FEWEST:
        return None
    columns = characteristics(deals)
    width = len(months) + len(columns)
    if len(deals) < PER_PARAMETER * width:
        return None
    rows = [
        {0: Decimal(1)}
        | ({months.index(deal.month): Decimal(1)} if deal.month != months[0] else {})
        | {place: column[number] for place, column in enumerate(columns.values(), len(months))}
        for number, deal in enumerate(deals)
    ]
    solved = least_squares(rows, [Decimal(deal.price).ln() for deal in deals], width)
    if solved is None:
        return None
    effects, errors = solved
    index = [
        effects[place].exp() * 10_000 if place else Decimal(10_000) for place in range(len(months))
    ]
    return {
        "n": len(deals),
        "controls": sorted({name.partition(":")[0] for name in columns}),
        "months": [
            (month, index[place], index[place] * errors[place] if place else Decimal(0))
            for place, month in enumerate(months)
        ],
    }


def characteristics(deals: Sequence[Deal]) -> dict[str, list[Decimal]]:
    """What is held equal, of each contract: centred, 0 where it is not stated; provinces as dummies."""
    stated: dict[str, list[Decimal | None]] = {
        "quality": [Decimal(deal.quality) / 10_000 if deal.quality else None for deal in deals],
        "volume": [deal.quantity.ln() if deal.quantity > 0 else None for deal in deals],
        "urgency": [
            Decimal(deal.days).ln() if deal.days not in ("", "0") else None for deal in deals
        ],
    }
    columns = {}
    for name, values in stated.items():
        known = [value for value in values if value is not None]
        mean = sum(known, Decimal(0)) / max(len(known), 1)
        columns[name] = [Decimal(0) if value is None else value - mean for value in values]
    count = Counter(deal.region[:2] for deal in deals)
    _most, *others = sorted(count, key=lambda code: (-count[code], code))
    for code in sorted(code for code in others if count[code] >= MINIMUM):
        columns[f"region:{code}"] = [Decimal(deal.region[:2] == code) for deal in deals]
    return {name: column for name, column in columns.items() if max(column) - min(column) > NOTHING}


def least_squares(
    rows: Sequence[dict[int, Decimal]], values: Sequence[Decimal], width: int
) -> tuple[list[Decimal], list[Decimal]] | None:
    """Coefficients and their standard errors; None when a column is a sum of others."""
    products = [[Decimal(0)] * width for _column in range(width)]
    right = [Decimal(0)] * width
    for row, value in zip(rows, values, strict=True):
        for one, first in row.items():
            right[one] += first * value
            for other, second in row.items():
                products[one][other] += first * second
    inverse = inverted(products)
    if inverse is None:
        return None
    effects = [
        sum((one * value for one, value in zip(line, right, strict=True)), Decimal(0))
        for line in inverse
    ]
    rest = Decimal(0)
    for row, value in zip(rows, values, strict=True):
        off = value - sum((effects[one] * first for one, first in row.items()), Decimal(0))
        rest += off * off
    variance = rest / (len(rows) - width)
    return effects, [(inverse[one][one] * variance).sqrt() for one in range(width)]


def inverted(matrix: Sequence[Sequence[Decimal]]) -> list[list[Decimal]] | None:
    """The inverse of sums of products by elimination; None when what is left of a column is nothing."""
    size = len(matrix)
    work = [
        [*row, *(Decimal(one == place) for one in range(size))] for place, row in enumerate(matrix)
    ]
    for place in range(size):
        if work[place][place] <= DEPENDENT * matrix[place][place]:
            return None
        work[place] = [value / work[place][place] for value in work[place]]
        for other in range(size):
            if other != place and (factor := work[other][place]):
                work[other] = [
                    value - factor * pivot
                    for value, pivot in zip(work[other], work[place], strict=True)
                ]
    return [row[size:] for row in work]


def wrong_index(
    stated: dict[str, Any] | None, prices: Prices, region: str, month: str, key: str
) -> str:
    """What a page's quality-adjusted index of a task has wrong; nothing where it is right."""
    months = prices.months_of(region, key, month)
    due = adjusted(months)
    if stated is None or due is None:
        return "" if stated is due else f"the page has {stated}, the contracts give {due}"
    if (stated["n"], stated["controls"]) != (due["n"], due["controls"]):
        return f"of {stated['n']} {stated['controls']}, due {due['n']} {due['controls']}"
    if [row[0] for row in stated["rows"]] != [row[0] for row in due["months"]]:
        return f"of the months {[row[0] for row in stated['rows']]}"
    base = prices.cells(region, due["months"][0][0], 1)[key]
    for (name, raw, index, error, n), (_month, exact, deviation) in zip(
        stated["rows"], due["months"], strict=True
    ):
        change = price_change(prices.cells(region, name, 1)[key], base) or 0
        near = abs(index - exact) <= ROUNDING and abs(error - deviation) <= ROUNDING
        if not near or (raw, n) != (10_000 + change, len(months[name])):
            return (
                f"{name}: the page has {[raw, index, error, n]}, the contracts give "
                f"{[10_000 + change, f'{exact:.2f}', f'{deviation:.2f}', len(months[name])]}"
            )
    return ""


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
    for key in now if "adjusted" in page else ():
        if wrong := wrong_index(page["adjusted"].get(key), prices, region, month, key):
            say(f"{where} {key} adjusted: {wrong}")
    for key, parts in page.get("parts", {}).items():
        provinces = {
            area: [deal.price for deal in cells[key]]
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


def recount(prices_file: str, figures_file: str) -> list[str]:
    """The differences, one line each."""
    figures = json.loads(Path(figures_file).read_text("utf-8"))
    with Path(prices_file).open(encoding="utf-8", newline="") as file:
        prices = Prices(csv.DictReader(file), figures["regions"])
    problems: list[str] = []
    with localcontext(prec=DIGITS):
        for page in (*figures["prices"], *figures.get("published_prices", [])):
            check_prices(prices, page, problems.append)
    return problems


if __name__ == "__main__":
    found = recount(*sys.argv[1:3])
    print("\n".join(found) or "Every price is what the contracts give.")
    sys.exit(1 if found else 0)
