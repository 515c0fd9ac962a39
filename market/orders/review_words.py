"""The words of reviews: facts as sentences, aspects and their marks."""

from collections.abc import Mapping
from typing import Any

from market.kit.i18n import gettext as _
from market.orders.forms import OF_BUYER, OF_SUPPLIER

_ASPECTS = {**OF_SUPPLIER, **OF_BUYER}


def aspects(*, is_of_buyer: bool) -> list[tuple[str, str]]:
    """The aspects a review of this side may mark."""
    chosen = OF_BUYER if is_of_buyer else OF_SUPPLIER
    return [(name, _(label)) for name, label in chosen.items()]


def marks(given: Mapping[str, int]) -> list[tuple[str, int]]:
    """The marks of a review with the names of their aspects."""
    return [(_(_ASPECTS[name]), mark) for name, mark in given.items() if name in _ASPECTS]


def facts(known: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The facts of an order, each with whether it speaks for the reviewed side."""
    batches = known.get("batches", 0)
    found: list[dict[str, Any]] = []
    if known.get("on_time") is not None:
        found.append(_fact(known["on_time"], _("Delivered on time"), _("Delivered late")))
    if "first_pass" in known:
        passed = known["first_pass"]
        text = _("%(n)s of %(of)s batches accepted at once", n=passed, of=batches)
        found.append({"met": passed == batches, "text": text})
        rounds = known["rework_rounds"]
        found.append({"met": rounds == 0, "text": _("Rework rounds: %(n)s", n=rounds)})
    if lowered := known.get("lowered_by_dispute"):
        text = _("Batches whose price a dispute lowered: %(n)s", n=lowered)
        found.append({"met": False, "text": text})
    if "inspected" in known:
        inspected = known["inspected"]
        text = _("%(n)s of %(of)s batches inspected in the window", n=inspected, of=batches)
        found.append({"met": inspected == batches, "text": text})
    return found


def _fact(is_met: bool, good: str, bad: str) -> dict[str, Any]:
    return {"met": is_met, "text": good if is_met else bad}
