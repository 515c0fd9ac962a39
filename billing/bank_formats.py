"""Bank statements as the banks export them: CSV (UTF-8, GB 18030) and XLSX, whatever their columns."""

import csv
import datetime as dt
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.money import MAX_FEN

LOOKED_AT = 40  # rows above the titles: account, holder, period
# field -> the titles banks give it; "narrative" is every such column, joined
TITLES: Mapping[str, tuple[str, ...]] = {
    "booked_on": ("交易日期", "记账日期", "入账日期", "交易时间", "记账时间", "交易日", "日期"),
    "bank_reference": (
        "交易流水号", "核心流水号", "银行流水号", "流水号", "交易流水", "唯一标识号", "业务编号",
        "交易序号", "凭证号", "凭证号码",
    ),
    "other_name": (
        "对方户名", "对方账户名称", "对方单位名称", "对方单位", "对方名称", "对方账号名称",
        "付款人名称", "付款方户名", "付款人户名", "收(付)方名称", "交易对手名称",
    ),
    "other_account": ("对方账号", "对方账户", "付款人账号", "付款方账号", "收(付)方账号", "交易对手账号"),
    "credit": (
        "贷方发生额", "贷方金额", "收入金额", "收入", "转入金额", "存入金额", "贷方发生额(收入)",
        "贷方发生额/元(收入)",
    ),
    "debit": (
        "借方发生额", "借方金额", "支出金额", "支出", "转出金额", "支取金额", "借方发生额(支取)",
        "借方发生额/元(支取)",
    ),
    "amount": ("交易金额", "发生额", "金额", "交易额"),
    "direction": ("借贷标志", "借贷方向", "收支方向", "借/贷", "收/支", "交易方向", "借贷", "收付标志"),
    "narrative": ("附言", "摘要", "用途", "备注", "交易附言", "交易摘要", "交易用途", "个性化信息"),
    "balance": ("余额", "账户余额", "交易余额", "本次余额"),
    "account": ("本方账号", "收款账号", "收款人账号", "子账号", "子账户", "记账簿号", "虚拟账号", "入账账号"),
}  # fmt: skip
LABELS: Mapping[str, str] = {
    "booked_on": N_("Booked on"), "bank_reference": N_("Bank's reference"),
    "other_name": N_("Other party"), "other_account": N_("Other party's account"),
    "credit": N_("Money in"), "debit": N_("Money out"), "amount": N_("Amount"),
    "direction": N_("In or out"), "narrative": N_("Narrative"), "balance": N_("Balance"),
    "account": N_("Credited account"),
}  # fmt: skip
_IN, _OUT = ("贷", "收", "入", "C", "CR", "+"), ("借", "支", "付", "出", "D", "DR", "-")
_TOTALS = ("合计", "总计", "小计", "总笔数", "本页", "期初", "期末", "借方笔数", "贷方笔数")


class UnreadableFile(ValueError):
    """The file as a whole cannot be read; the text is a sentence for the reader."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A statement's rows below its titles, with their numbers in the file."""

    titles: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    @property
    def signature(self) -> str:
        """What tells one bank's layout from another's."""
        return hashlib.sha256("\x1f".join(self.titles).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement on the account; `amount_fen` above zero came in, below zero went out."""

    row: int
    bank_reference: str
    booked_on: dt.date
    other_name: str
    other_account: str
    amount_fen: int
    narrative: str
    balance_fen: int | None
    account: str


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be read, and why."""

    row: int
    why: str


def read_sheet(filename: str, content: bytes) -> Sheet:
    """The titles and rows of a statement file. Raises UnreadableFile."""
    rows = _workbook(content) if filename.lower().endswith(".xlsx") else _text(content)
    numbered = [(number, tuple(_clean(cell) for cell in row)) for number, row in enumerate(rows, 1)]
    for at, (_number, cells) in enumerate(numbered[:LOOKED_AT]):
        if len(_known(cells)) >= 3:
            return Sheet(cells, tuple(row for row in numbered[at + 1 :] if any(row[1])))
    widest = max(numbered[:LOOKED_AT], default=(0, ()), key=lambda row: sum(map(bool, row[1])))
    if sum(map(bool, widest[1])) < 3:
        raise UnreadableFile(_("The file has no table of movements"))
    below = (row for row in numbered[widest[0] :] if any(row[1]))
    return Sheet(widest[1], tuple(below))


def guess_columns(sheet: Sheet) -> dict[str, list[str]]:
    """Which titles mean what, by the names banks use."""
    return _known(sheet.titles)


def missing_fields(columns: Mapping[str, Sequence[str]]) -> list[str]:
    """What must still be named before a statement can be read."""
    missing = [name for name in ("booked_on", "other_name") if not columns.get(name)]
    has_amount = columns.get("credit") or (columns.get("amount"))
    return missing if has_amount else [*missing, "credit"]


def read_entries(
    sheet: Sheet, columns: Mapping[str, Sequence[str]], *, account: str
) -> Iterator[Entry | BadRow]:
    """Every movement of a statement; a row that cannot be read is named and loses no other.

    Without the bank's own reference one is derived from the row's content, so that the same row is
    the same line in another file; equal rows of one file are counted.
    """
    where = {
        name: [sheet.titles.index(title) for title in titles if title in sheet.titles]
        for name, titles in columns.items()
    }
    seen: dict[str, int] = {}
    for number, cells in sheet.rows:
        found = {name: _joined(cells, places) for name, places in where.items()}
        if any(cell.startswith(_TOTALS) for cell in cells[:2]):
            continue
        try:
            yield _entry(number, found, account=account, seen=seen)
        except ValueError as exc:
            yield BadRow(number, str(exc))


def _entry(number: int, found: Mapping[str, str], *, account: str, seen: dict[str, int]) -> Entry:
    amount = _signed(found)
    booked_on = _date(found.get("booked_on", ""))
    name, narrative = found.get("other_name", ""), found.get("narrative", "")
    if not name and amount > 0:
        raise ValueError(_("The payer's name is missing"))
    balance = found.get("balance", "")
    content = [account, booked_on, amount, name, found.get("other_account", ""), narrative, balance]
    reference = re.sub(r"[^0-9A-Za-z_-]", "", found.get("bank_reference", ""))
    if len(reference) < 4:
        digest = hashlib.sha256("\x1f".join(map(str, content)).encode()).hexdigest()[:24]
        seen[digest] = seen.get(digest, 0) + 1
        reference = f"D{digest}-{seen[digest]}"
    return Entry(
        number, reference[:64], booked_on, name[:120],
        re.sub(r"[^0-9 -]", "", found.get("other_account", ""))[:40], amount, narrative[:300],
        _fen(balance) if balance else None, re.sub(r"\D", "", found.get("account", ""))[:40],
    )  # fmt: skip


def _signed(found: Mapping[str, str]) -> int:
    credit, debit = _fen(found.get("credit", "")), _fen(found.get("debit", ""))
    if credit or debit:
        if credit and debit:
            raise ValueError(_("The row has money in and money out"))
        return credit - debit
    amount, direction = _fen(found.get("amount", "")), found.get("direction", "").upper()
    if direction:
        if direction.startswith(_OUT):
            return -abs(amount) or _no_amount()
        if not direction.startswith(_IN):
            raise ValueError(_("“%(text)s” is neither in nor out", text=direction))
        return abs(amount) or _no_amount()
    return amount or _no_amount()


def _no_amount() -> int:
    raise ValueError(_("The row has no amount"))


def _fen(text: str) -> int:
    """Fen of a cell: "1,234.50", "￥1234.5", "-", empty."""
    bare = text.replace(",", "").lstrip("¥￥+").strip()
    if bare in ("", "-", "--"):
        return 0
    try:
        fen = Decimal(bare) * 100
    except InvalidOperation:
        raise ValueError(_("“%(text)s” is not an amount", text=text)) from None
    if not fen.is_finite() or fen != fen.to_integral_value() or abs(fen) > MAX_FEN:
        raise ValueError(_("“%(text)s” is not an amount in yuan and fen", text=text))
    return int(fen)


def _date(text: str) -> dt.date:
    digits = re.match(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})", text)
    try:
        return dt.date(*(int(part) for part in digits.groups())) if digits else _no_date(text)
    except ValueError:
        return _no_date(text)


def _no_date(text: str) -> dt.date:
    raise ValueError(_("“%(text)s” is not a date", text=text))


def _joined(cells: Sequence[str], places: Sequence[int]) -> str:
    found = [cells[at] for at in places if at < len(cells) and cells[at]]
    return " ".join(dict.fromkeys(found))


def _known(cells: Sequence[str]) -> dict[str, list[str]]:
    bare = {_bare(cell): cell for cell in reversed(cells) if cell}
    found: dict[str, list[str]] = {}
    for name, titles in TITLES.items():
        named = [bare[_bare(title)] for title in titles if _bare(title) in bare]
        if named:
            found[name] = named if name == "narrative" else named[:1]
    return found


def _bare(title: str) -> str:
    return re.sub(r"[\s*:]", "", unicodedata.normalize("NFKC", title)).removesuffix("(元)")


def _clean(cell: Any) -> str:
    if isinstance(cell, dt.datetime | dt.date):
        return cell.isoformat()[:10]
    if isinstance(cell, float):
        return str(Decimal(repr(cell)).quantize(Decimal("0.01")))  # XLSX knows no decimals
    text = unicodedata.normalize("NFKC", str(cell)) if cell is not None else ""
    text = re.sub(r'^="(.*)"$', r"\1", text.strip())
    return text.strip().lstrip("'").strip()


def _workbook(content: bytes) -> list[Sequence[Any]]:
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, OSError, ValueError):
        raise UnreadableFile(_("This is not an XLSX workbook")) from None
    rows: list[Sequence[Any]] = list(book.worksheets[0].iter_rows(values_only=True))
    book.close()
    return rows


def _text(content: bytes) -> list[Sequence[Any]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        head = "\n".join(text.splitlines()[:LOOKED_AT])
        delimiter = max(",\t;|", key=head.count)
        try:
            return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        except csv.Error as exc:
            raise UnreadableFile(_("The file is not a table: %(why)s", why=str(exc))) from None
    raise UnreadableFile(_("The file is neither UTF-8 nor GB 18030"))
