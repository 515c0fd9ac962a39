"""The terms a change makes of a contract's terms in force, and what differs between two versions."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from market.kit import money
from market.kit.errors import InvalidInput
from market.kit.i18n import gettext as _
from market.orders import stages
from market.orders.clauses import clauses_of
from market.orders.contract_forms import ChangeInput
from market.orders.terms import plain_number

Terms = dict[str, Any]
Line = dict[str, Any]
NOT_FACTS = ("clauses", "version", "change", "ending")


def revised_terms(
    current: Mapping[str, Any], content: ChangeInput, *, number: str, before_digest: str,
    delivered: Decimal, stand: stages.Standing,
) -> Terms:  # fmt: skip
    """The whole text of the next version. `delivered` priced units keep the price they were delivered
    at; paid stages keep their amount, unless the contract ends (see stages.revised).

    Raises InvalidInput for less than was delivered, or a total below what is paid.
    """
    lines = revised_lines(current["lines"], content, delivered=delivered)
    total = sum(line["amount_fen"] for line in lines)
    delivery = dict(current["delivery"])
    if content.delivery_deadline:
        delivery |= {"deadline": content.delivery_deadline.isoformat(), "days": 0}
    isolation = content.isolation.model_dump(mode="json") if content.isolation else None
    facts = {
        **{key: value for key, value in current.items() if key not in NOT_FACTS},
        "version": current["version"] + 1,
        "change": {
            "number": number,
            "before_digest": before_digest,
            "rationale": content.rationale.value,
            "explanation": content.explanation,
        },
        "object": {**current["object"], "volume": plain_number(work_quantity(lines))},
        "lines": lines,
        "total_fen": total,
        "total_capital": money.capital(total),
        "delivery": delivery,
        "isolation": isolation or current["isolation"],
        "payment": stages.revised(current["payment"], total, stand),
    }
    return {**facts, "clauses": clauses_of(facts)}


def work_quantity(lines: Collection[Mapping[str, Any]]) -> Decimal:
    """The priced units that are delivered in batches, re-work included."""
    return sum((Decimal(line["quantity"]) for line in lines if line["is_work"]), Decimal(0))


def revised_lines(
    lines: Collection[Mapping[str, Any]], content: ChangeInput, *, delivered: Decimal
) -> list[Line]:
    """The lines after a change: quantity first, then price of what is not delivered, then re-work.

    Positions never move: a line that ends keeps its place with nothing in it.
    """
    work = [dict(line) for line in lines if line["is_work"]]
    lumps = [dict(line) for line in lines if not line["is_work"]]
    if content.quantity is not None:
        _resize(work, content.quantity, delivered)
    following = len(lines) + 1
    if content.unit_price is not None:
        following = _reprice(work, content.unit_price, delivered, following)
    if content.rework_quantity is not None:
        price = Decimal(work[0]["unit_price"])
        if content.rework_unit_price is not None:
            price = content.rework_unit_price
        name = f"按标注任务说明{content.guideline}返工" if content.guideline else "返工"
        work.append(_line(work[0], following, content.rework_quantity, price, name))
    for line in work:
        price, quantity = Decimal(line["unit_price"]), Decimal(line["quantity"])
        line["amount_fen"] = money.line_total(price, quantity)
    return sorted([*work, *lumps], key=lambda line: int(line["position"]))


def _line(like: Line, position: int, quantity: Decimal, price: Decimal, name: str) -> Line:
    return {
        **like, "position": position, "description": name[:200],
        "quantity": plain_number(quantity), "unit_price": f"{price:.4f}",
    }  # fmt: skip


def _resize(work: list[Line], quantity: Decimal, delivered: Decimal) -> None:
    """More goes to the first line; less comes off the last ones, never off what is delivered."""
    if quantity < delivered:
        text = _("%(quantity)s are delivered already", quantity=plain_number(delivered))
        raise InvalidInput(fields={"quantity": text})
    missing = quantity - work_quantity(work)
    if missing > 0:
        work[0]["quantity"] = plain_number(Decimal(work[0]["quantity"]) + missing)
    for line in reversed(work):
        cut = min(Decimal(line["quantity"]), max(-missing, Decimal(0)))
        line["quantity"] = plain_number(Decimal(line["quantity"]) - cut)
        missing += cut


def _reprice(work: list[Line], price: Decimal, delivered: Decimal, following: int) -> int:
    """The new price for what is not delivered; a line delivered in part is split. The next position."""
    split: list[Line] = []
    for line in work:
        quantity = Decimal(line["quantity"])
        done = min(quantity, delivered)
        delivered -= done
        if not done:
            line["unit_price"] = f"{price:.4f}"
        elif done < quantity:
            line["quantity"] = plain_number(done)
            split.append(_line(line, following, quantity - done, price, line["description"]))
            following += 1
    work.extend(split)
    return following
