"""Which open transfers a receipt is certainly for: a ladder of rungs that abstains rather than guesses."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from stdnum.iso7064 import mod_97_10

from billing.references import find_references

MOST_OPEN = 14  # open transfers of one payer whose sums are searched
_ORDER = re.compile(r"PO-?(\d{4})-?(\d{6})(?!\d)")
# Money that its own words say is for something else than an order's stage.
_OTHER_PURPOSES = (
    "保证金",
    "押金",
    "退款",
    "退回",
    "借款",
    "还款",
    "往来",
    "投标",
    "备用金",
    "代付",
    "会费",
)


class Rung(StrEnum):
    """How certain a match is, the surest first."""

    SUB_ACCOUNT = "sub_account"
    CODE = "code"
    PAYER_AMOUNT = "payer_amount"
    SUBSET = "subset"
    QUEUE = "queue"


class Why(StrEnum):
    """What decided: the sentence stands in billing.bank_words."""

    EXACT = "exact"
    PART = "part"
    OVERPAID = "overpaid"
    UNIQUE_AMOUNT = "unique_amount"
    UNIQUE_SUM = "unique_sum"
    THIRD_PARTY = "third_party"
    CODE_NOT_OPEN = "code_not_open"
    SUMS_DIFFER = "sums_differ"
    CONTRADICTION = "contradiction"
    OTHER_PURPOSE = "other_purpose"
    UNKNOWN_PAYER = "unknown_payer"
    NO_SUM = "no_sum"
    SEVERAL_SUMS = "several_sums"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A transfer that is awaited: `due_fen` is what of it has not come; one that `needs_code` is never
    taken for a receipt by its amount alone.
    """

    payment: str
    reference: str
    order: str
    payer: str
    due_fen: int
    needs_code: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the bank says of money that came; `account` is the sub-account it came to."""

    amount_fen: int
    payer: str
    narrative: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The rung a receipt stands on, what of it goes to which payment, and who else is thought of."""

    rung: Rung
    why: Why
    parts: tuple[tuple[str, int], ...] = ()
    hints: tuple[str, ...] = ()


class Book:
    """The open transfers, found by code, order and payer."""

    def __init__(self, items: Iterable[OpenItem]) -> None:
        self.by_reference: dict[str, OpenItem] = {}
        self.by_order: dict[str, list[OpenItem]] = defaultdict(list)
        self.by_payer: dict[str, list[OpenItem]] = defaultdict(list)
        for item in items:
            self.by_reference[item.reference] = item
            self.by_order[item.order].append(item)
            self.by_payer[payer_key(item.payer)].append(item)


def payer_key(name: str) -> str:
    """A payer's name as banks may write it: width, case and spaces do not matter."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name)).casefold()


def sub_account_of(order: str, *, prefix: str) -> str:
    """The dedicated number of an order: prefix, its ten digits, two check digits (ISO 7064 mod 97, 10)."""
    digits = "".join(_orders_in(order)[0])
    return f"{prefix}{digits}{mod_97_10.calc_check_digits(digits)}"


def order_of_account(account: str, *, prefix: str) -> str | None:
    """The order whose dedicated number an account is; None for any other account."""
    tail = account.removeprefix(prefix)
    if not prefix or tail == account or len(tail) != 12 or not tail.isdigit():
        return None
    return f"PO-{tail[:4]}-{tail[4:10]}" if mod_97_10.is_valid(tail) else None


def match(receipt: Receipt, book: Book, *, prefix: str = "") -> Verdict:
    """The first rung that is certain; QUEUE with its reason when none is.

    Whatever the rung, money of a third party is never applied by itself.
    """
    order = order_of_account(receipt.account, prefix=prefix)
    if order is not None:
        return _by_items(Rung.SUB_ACCOUNT, receipt, book.by_order.get(order, []), book)
    codes = find_references(receipt.narrative)
    if codes:
        named = [book.by_reference[code] for code in codes if code in book.by_reference]
        if len(named) < len(codes):
            return _queue(Why.CODE_NOT_OPEN, named)
        return _by_items(Rung.CODE, receipt, named, book)
    return _by_payer(receipt, book)


def _queue(why: Why, items: Sequence[OpenItem] = ()) -> Verdict:
    return Verdict(Rung.QUEUE, why, hints=tuple(item.payment for item in items))


def _by_items(rung: Rung, receipt: Receipt, named: Sequence[OpenItem], book: Book) -> Verdict:
    """The payments the receipt itself names."""
    if not named:
        return _queue(Why.CODE_NOT_OPEN)
    payer = payer_key(receipt.payer)
    if any(payer_key(item.payer) != payer for item in named):
        return _queue(Why.THIRD_PARTY, named)
    if len(named) > 1:
        if sum(item.due_fen for item in named) != receipt.amount_fen:
            return _queue(Why.SUMS_DIFFER, named)
        return Verdict(rung, Why.EXACT, tuple((item.payment, item.due_fen) for item in named))
    item, amount = named[0], receipt.amount_fen
    if amount == item.due_fen:
        return Verdict(rung, Why.EXACT, ((item.payment, amount),))
    others = [other for other in book.by_payer[payer] if other != item]
    if any(other.due_fen == amount for other in others):
        return _queue(Why.CONTRADICTION, [item, *others])
    why = Why.PART if amount < item.due_fen else Why.OVERPAID
    return Verdict(rung, why, ((item.payment, min(amount, item.due_fen)),))


def _by_payer(receipt: Receipt, book: Book) -> Verdict:
    """The only set of the payer's open transfers that makes the amount, when nothing speaks against it."""
    items = book.by_payer.get(payer_key(receipt.payer), [])
    text = unicodedata.normalize("NFKC", receipt.narrative).upper()
    if not items:
        return _queue(Why.UNKNOWN_PAYER)
    if any(word in text for word in _OTHER_PURPOSES):
        return _queue(Why.OTHER_PURPOSE, items)
    if len(items) > MOST_OPEN:
        return _queue(Why.TOO_MANY)
    sets = _sets_of(items, receipt.amount_fen)
    if len(sets) != 1:
        return _queue(Why.SEVERAL_SUMS if sets else Why.NO_SUM, items)
    (found,) = sets
    if any(item.needs_code for item in found):
        return _queue(Why.NO_SUM, items)
    named = {"-".join(("PO", *order)) for order in _orders_in(text)}
    if named and named != {item.order for item in found}:
        return _queue(Why.CONTRADICTION, items)
    parts = tuple((item.payment, item.due_fen) for item in found)
    if len(found) == 1:
        return Verdict(Rung.PAYER_AMOUNT, Why.UNIQUE_AMOUNT, parts)
    return Verdict(Rung.SUBSET, Why.UNIQUE_SUM, parts)


def _sets_of(items: Sequence[OpenItem], amount_fen: int) -> list[tuple[OpenItem, ...]]:
    """The sets of items that sum to the amount; the search ends with the second."""
    ordered = sorted(items, key=lambda item: (-item.due_fen, item.payment))
    left = [0] * (len(ordered) + 1)
    for at in range(len(ordered) - 1, -1, -1):
        left[at] = left[at + 1] + ordered[at].due_fen
    found: list[tuple[OpenItem, ...]] = []

    def walk(at: int, rest: int, taken: tuple[OpenItem, ...]) -> None:
        if rest == 0:
            found.append(taken)
        elif at < len(ordered) and 0 < rest <= left[at] and len(found) < 2:
            walk(at + 1, rest - ordered[at].due_fen, (*taken, ordered[at]))
            walk(at + 1, rest, taken)

    walk(0, amount_fen, ())
    return found


def _orders_in(text: str) -> list[tuple[str, str]]:
    return [(match[1], match[2]) for match in _ORDER.finditer(text)]
