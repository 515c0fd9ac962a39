"""A rule as a form: one field for each figure, window and document its data states."""

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints, create_model

from billing import review_steps, words
from billing.edition_parts import rearrange
from billing.vouchers.rules import Programme
from market.kit.forms import Percent, YuanAsFen
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.money import MAX_FEN
from market.vocabulary.trade import SPEND_CATEGORIES

Yuan = Annotated[YuanAsFen, Field(ge=0, le=MAX_FEN)]
Moment = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d\+08:00)?$")]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Part = Annotated[str, StringConstraints(pattern=r"^(tiers|caps):\d{1,3}$")]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
_FIGURES = {
    "rate_bp": (N_("Rate %(number)s"), "percent"),
    "flat_fen": (N_("Fixed amount %(number)s"), "money"),
    "min_fen": (N_("Threshold of rate %(number)s"), "money"),
    "from_fen": (N_("Step %(number)s from"), "money"),
    "fen": (N_("Amount %(number)s"), "money"),
    "limit": (N_("Cap: %(name)s, level %(number)s"), "money"),
}
_TYPES: Mapping[str, Any] = {
    "percent": Percent,
    "money": Yuan,
    "number": Annotated[int, Field(ge=0)],
}


CAPS: Mapping[str, str] = {
    "subject_year": N_("one organisation, a year"),
    "subject_lifetime": N_("one organisation, in all"),
    "object_lifetime": N_("one dataset, in all"),
    "supplier_half_year": N_("one supplier, half a year"),
    "corpus_count_year": N_("corpus vouchers a year"),
    "model_count_year": N_("model vouchers a year"),
}
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Figure:
    """One number of a rule: its place in the data, its name in the form, its label and kind."""

    path: Place
    name: str
    label: str
    kind: str
    value: Any


def figures_of(rule: Programme) -> list[Figure]:
    """Every figure a rule states, in its order; a rule without a rate offers one to state."""
    data = rule.pinned()
    found = [one for part in ("tiers", "caps") for one in _walk(data[part] or [], (part,), {})]
    pools = data["funding"]["pools"]
    for index, pool in enumerate(pools):
        label = _("Budget (%(period)s)", period=words.period(pool["period"]))
        found.append(
            Figure(("funding", "pools", index, "fen"), f"pool_{index}", label, "money", pool["fen"])
        )
    if not data["tiers"]:
        label = _("Rate %(number)s", number=1)
        found.append(Figure(("tiers", 0, "rate_bp"), "tiers_0_rate_bp", label, "percent", None))
    return found


def _walk(value: Any, path: Place, cap: Mapping[str, Any]) -> Iterator[Figure]:
    """The figures below a place of the rule's tiers and caps; conditions stay for the JSON view."""
    if isinstance(value, list):
        for index, part in enumerate(value):
            yield from _walk(part, (*path, index), cap)
    if not isinstance(value, dict):
        return
    cap = value if "levels" in value else cap
    for key, part in value.items():
        if key in _FIGURES and isinstance(part, int):
            yield _figure((*path, key), key, part, cap)
        elif key in ("threshold", "steps", "levels"):
            yield from _walk(part, (*path, key), cap)


def _figure(path: Place, key: str, value: int, cap: Mapping[str, Any]) -> Figure:
    label, kind = _FIGURES[key]
    number = [part for part in path if isinstance(part, int)][-1] + 1
    owner = cap.get("name", "")
    text = _(label, number=number, name=_(CAPS[owner]) if owner in CAPS else owner)
    field = re.sub(r"\W", "_", "_".join(str(part) for part in path))
    return Figure(path, field, text, "number" if cap.get("unit") == "count" else kind, value)


def input_model(rule: Programme) -> type[BaseModel]:
    """The form's model for this rule."""
    fields: dict[str, Any] = {
        "title": (Title, ...),
        "document": (Short, ""),
        "url": (Short, ""),
        "effective_from": (Moment | None, None),
        "effective_to": (Moment | None, None),
        "opens": (Moment | None, None),
        "closes": (Moment | None, None),
        "categories": (list[str], []),
        "evidence": (list[str], []),
        "removed": (list[Part], []),
        "new_rate_bp": (Percent | None, None),
        "new_rate_min_fen": (Yuan | None, None),
        "new_cap": (str, ""),
        "new_cap_fen": (Yuan | None, None),
    }
    for figure in figures_of(rule):
        fields[figure.name] = (_TYPES[figure.kind] | None, None)
    model: type[BaseModel] = create_model("EditionInput", **fields)
    return model


def initial(rule: Programme) -> dict[str, Any]:
    """What the form shows before anything is typed."""
    values: dict[str, Any] = {
        "title": rule.title,
        "document": rule.document or "",
        "url": rule.url or "",
        "effective_from": rule.effective_from or "",
        "effective_to": rule.effective_to or "",
        "opens": rule.validity.opens or "",
        "closes": rule.validity.closes or "",
        "categories": list(rule.spend.categories or ()),
        "evidence": [one.kind for one in rule.evidence],
    }
    for figure in figures_of(rule):
        is_share = figure.kind == "percent" and figure.value is not None
        values[figure.name] = f"{Decimal(figure.value) / 100:f}" if is_share else figure.value
    return values


def edited(rule: Programme, typed: BaseModel) -> Programme:
    """The rule with what was typed in its places. Raises ValidationError, InvalidInput."""
    data, values = copy.deepcopy(rule.pinned()), typed.model_dump()
    for figure in figures_of(rule):
        if values[figure.name] is not None:
            _put(data, figure.path, values[figure.name])
    rearrange(data, values)
    for name in ("title", "document", "url", "effective_from", "effective_to"):
        data[name] = values[name] or None
    data["validity"] |= {"opens": values["opens"], "closes": values["closes"]}
    if rule.spend.categories is not None and values["categories"]:
        data["spend"]["categories"] = values["categories"]
    checkers: dict[str, str] = {one.kind: one.checker for one in rule.evidence}
    data["evidence"] = [
        {"kind": kind, "checker": checkers.get(kind, "city")} for kind in values["evidence"]
    ]
    return Programme.model_validate_json(json.dumps(data, ensure_ascii=False))


def _put(data: Any, path: Place, value: Any) -> None:
    if path[:1] == ("tiers",) and not data["tiers"]:
        data["tiers"] = [{}]
    for part in path[:-1]:
        data = data[part]
    data[path[-1]] = value


def categories(language: str) -> list[tuple[str, str]]:
    """Every spend category, for checkboxes."""
    return [(code, term.label(language)) for code, term in SPEND_CATEGORIES.items()]


def documents() -> list[tuple[str, str]]:
    """Every kind of document, for checkboxes."""
    return [(kind, review_steps.evidence_label(kind)) for kind in review_steps.EVIDENCE]
