"""Adding and taking away the rates and caps of a rule by form; its other figures stay where they are."""

from collections.abc import Mapping
from typing import Any

from billing.statements import percent
from billing.vouchers.rules import Programme
from market.kit.errors import InvalidInput
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.money import format_yuan

# caps a form can add: whose grants are counted, over which period
NEW_CAPS: Mapping[str, tuple[str, str, str]] = {
    "contract": ("contract", "lifetime", N_("one contract")),
    "subject_year": ("subject", "year", N_("one organisation, a year")),
    "subject_lifetime": ("subject", "lifetime", N_("one organisation, in all")),
    "object_lifetime": ("object", "lifetime", N_("one dataset, in all")),
}


def cap_choices() -> list[tuple[str, str]]:
    """The caps a form can add."""
    return [(name, _(label)) for name, (_of, _period, label) in NEW_CAPS.items()]


def removable(rule: Programme) -> list[tuple[str, str]]:
    """The rates and caps of a rule, for checkboxes: which to take away."""
    data = rule.pinned()
    found = [
        (f"tiers:{at}", _("Rate %(number)s: %(what)s", number=at + 1, what=_amount(tier)))
        for at, tier in enumerate(data["tiers"] or [])
    ]
    return found + [
        (f"caps:{at}", _("Cap “%(name)s”", name=_(NEW_CAPS[cap["name"]][2])
                         if cap["name"] in NEW_CAPS else cap["name"]))
        for at, cap in enumerate(data["caps"] or [])
    ]  # fmt: skip


def _amount(tier: Mapping[str, Any]) -> str:
    if tier.get("rate_bp") is not None:
        return percent(tier["rate_bp"])
    if tier.get("flat_fen") is not None:
        return f"¥{format_yuan(tier['flat_fen'])}"
    return _("in full") if tier.get("full") else _("by steps")


def rearrange(data: dict[str, Any], values: Mapping[str, Any]) -> None:
    """Take away what is ticked, add the new rate and the new cap. Raises InvalidInput.

    A new rate with a threshold stands before the first one it is meant to go beyond: the first rate
    whose conditions hold is the one that counts.
    """
    for mark in sorted(values["removed"], key=lambda one: -int(one.partition(":")[2])):
        part, _colon, at = mark.partition(":")
        if int(at) >= len(data[part] or []):
            raise InvalidInput(fields={"removed": _("Choose one of the listed values")})
        del data[part][int(at)]
    if values["new_rate_bp"] is not None:
        _add_rate(data, values["new_rate_bp"], values["new_rate_min_fen"])
    elif values["new_rate_min_fen"] is not None:
        raise InvalidInput(fields={"new_rate_bp": _("Say which rate holds from this amount on")})
    if values["new_cap"]:
        _add_cap(data, values["new_cap"], values["new_cap_fen"])


def _add_rate(data: dict[str, Any], rate_bp: int, min_fen: int | None) -> None:
    tiers = data["tiers"] = list(data["tiers"] or [])
    if not min_fen:
        tiers.append({"rate_bp": rate_bp})
        return
    threshold = {"on": "contract", "min_fen": min_fen, "effect": "all_or_nothing"}
    lower = (
        at
        for at, tier in enumerate(tiers)
        if ((tier.get("threshold") or {}).get("min_fen") or 0) < min_fen
    )
    tiers.insert(next(lower, len(tiers)), {"rate_bp": rate_bp, "threshold": threshold})


def _add_cap(data: dict[str, Any], name: str, fen: int | None) -> None:
    if name not in NEW_CAPS or fen is None:
        raise InvalidInput(fields={"new_cap_fen": _("Say how much the cap is")})
    caps = data["caps"] = list(data["caps"] or [])
    if any(cap["name"] == name for cap in caps):
        raise InvalidInput(fields={"new_cap": _("This cap exists: change its amount above")})
    of, period, _label = NEW_CAPS[name]
    caps.append({"name": name, "of": of, "period": period, "levels": [{"limit": fen}]})
