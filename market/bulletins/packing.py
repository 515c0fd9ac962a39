"""Tables as a bulletin keeps them: plain JSON that gives back the same cells."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from market.bureau.sheets import Sheet
from market.kit.tables import Column

Packed = list[dict[str, Any]]
_DECIMAL = ("number", "unit_price")


def pack(sheets: Sequence[Sheet]) -> Packed:
    """Tables without their links, decimals as text."""
    return [
        {
            "name": sheet.name,
            "title": sheet.title,
            "note": sheet.note,
            "columns": [[column.title, column.kind] for column in sheet.columns],
            "rows": [[_plain(cell) for cell in row] for row in sheet.rows],
        }
        for sheet in sheets
    ]


def _plain(cell: Any) -> Any:
    return cell if cell is None or isinstance(cell, int | str) else str(cell)


def unpack(tables: Packed) -> list[Sheet]:
    """The tables as pages and files write them."""
    return [
        Sheet(
            table["name"],
            table["title"],
            columns := [Column(title, kind) for title, kind in table["columns"]],
            [
                [_typed(column, cell) for column, cell in zip(columns, row, strict=True)]
                for row in table["rows"]
            ],
            note=table["note"],
        )
        for table in tables
    ]


def _typed(column: Column, cell: Any) -> Any:
    return Decimal(cell) if column.kind in _DECIMAL and isinstance(cell, str) else cell
