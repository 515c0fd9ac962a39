"""Open data: what the public statistics page shows, as one CSV file for programs."""

import csv
from collections.abc import Sequence
from pathlib import Path

from market.bureau.publication import all_editions, quarter_name, quarters
from market.bureau.suppression import MINIMUM
from market.kit import money

FILE_NAME = "trade-statistics.csv"
HEADER = ("quarter", "region", "table", "code", "label", "contracts", "amount_yuan")


async def export_public_facts(out: Path) -> str:
    """Write the published cells under `out`; a table below the minimum is left out whole.

    One row a cell, UTF-8, amounts in yuan with two decimals; small cells stand merged as `other`.
    """
    editions = await all_editions()
    rows = [
        (
            quarter_name(edition.period),
            edition.region.code,
            table.name,
            cell.code,
            cell.label,
            cell.contracts,
            money.format_yuan(cell.amount_fen).replace(",", ""),
        )
        for edition in editions
        for table in edition.tables
        for cell in table.cells
    ]
    path = _write(out, rows)
    return (
        f"{path}: {len(rows)} cells of {len(quarters())} quarters; "
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
