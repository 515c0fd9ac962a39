"""Open data: what the public statistics page shows, as one CSV file for programs."""

import csv
from collections.abc import Sequence
from pathlib import Path

from market.bureau.periods import complete_period
from market.bureau.publication import public_tables
from market.bureau.suppression import MINIMUM
from market.kit import money

FILE_NAME = "trade-statistics.csv"
HEADER = ("first_month", "last_month", "table", "code", "label", "contracts", "amount_yuan")


async def export_public_facts(out: Path) -> str:
    """Write the published cells under `out`; a table below the minimum is left out whole.

    One row a cell, UTF-8, amounts in yuan with two decimals; small cells stand merged as `other`.
    """
    period = complete_period()
    rows = [
        (
            period.first,
            period.last,
            table.name,
            cell.code,
            cell.label,
            cell.contracts,
            money.format_yuan(cell.amount_fen).replace(",", ""),
        )
        for table in await public_tables()
        for cell in table.cells
    ]
    path = _write(out, rows)
    return (
        f"{path}: {len(rows)} cells of {period.first} to {period.last}; "
        f"cells of fewer than {MINIMUM} contracts are merged."
    )


def _write(out: Path, rows: Sequence[Sequence[object]]) -> Path:
    out.mkdir(parents=True, exist_ok=True)
    path = out / FILE_NAME
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(rows)
    return path
