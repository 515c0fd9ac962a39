"""What differs between two versions of a contract, in words a person reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from market.kit import money
from market.kit.i18n import gettext as _
from market.orders.clauses import NETWORK_NAMES, STAGE_NAMES

Terms = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact before and after; "" where there was none."""

    label: str
    before: str
    after: str


def differences(before: Terms, after: Terms) -> list[Difference]:
    """Every fact that is not the same, in the order of the contract."""
    old, new = _facts(before), _facts(after)
    return [
        Difference(label, old.get(label, ""), new.get(label, ""))
        for label in dict.fromkeys([*old, *new])
        if old.get(label, "") != new.get(label, "")
    ]


def _facts(terms: Terms) -> dict[str, str]:
    """The facts a change may touch, labelled."""
    facts = {
        _("Quantity"): f"{terms['object']['volume']} {terms['object']['unit']}",
        _("Total"): f"¥{money.format_yuan(terms['total_fen'])}",
        _("Delivery due"): terms["delivery"]["deadline"]
        or _("%(days)s days", days=terms["delivery"]["days"]),
    }
    for line in terms["lines"]:
        price = line["unit_price"].rstrip("0").rstrip(".")
        label = _(
            "Line %(position)s: %(text)s", position=line["position"], text=line["description"]
        )
        facts[label] = (
            f"{line['quantity']} {line['unit']} × {price} = ¥{money.format_yuan(line['amount_fen'])}"
        )
    for stage in terms["payment"]:
        label = f"{stage['position']}. {STAGE_NAMES[stage['kind']]}"
        facts[label] = f"¥{money.format_yuan(stage['amount_fen'])}"
    return facts | _isolation(terms["isolation"])


def _isolation(rules: Mapping[str, Any]) -> dict[str, str]:
    months = _("%(months)s months", months=rules["cctv_months"]) if rules["cctv_months"] else ""
    return {
        _("Place of work"): " ".join(filter(None, (rules["place"], rules["room"]))),
        _("Network"): NETWORK_NAMES[rules["network"]],
        _("Removable media"): _("allowed") if rules["allows_removable_media"] else _("forbidden"),
        _("Surveillance recordings kept"): months,
        _("Access list"): "、".join(rules["access"]),
    }
