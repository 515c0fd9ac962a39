"""Words for the conditions of rewards, their figures and the papers that prove them."""

from typing import Any

from market.kit import money
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.rewards.eligibility import Criterion, Standing

CONDITIONS = {
    "turnover_fen": (N_("Annotation turnover of the year"), N_("audited statement of the year's annotation turnover")),
    "storage_gb": (N_("Annotation data stored"), N_("report of the data stored: place, volume, day")),
    "annotators": (N_("Annotators"), N_("social insurance list of the annotators")),
    "rated_dataset": (N_("Dataset rated as high quality"), N_("quality rating report of the dataset (TC609)")),
    "review_rank": (N_("Rank in the comprehensive review"), N_("notice of the comprehensive review with the rank")),
    "is_university": (N_("University or college"), N_("licence of the university or college")),
    "team_recognised": (N_("Recognised team"), N_("notice that the team is recognised")),
    "talent_class": (N_("Talent of a class"), N_("notice of the talent's class")),
    "from_outside": (N_("Brought in from outside the city"), N_("proof of the former place of work")),
    "first_registration": (N_("First contract registered"), N_("registration certificate")),
    "has_certificate": (N_("Certificate of registration held"), N_("registration certificate")),
    "registered_fen": (N_("Volume registered in the year"), N_("registration certificates")),
    "small_scale_taxpayer": (N_("Small-scale taxpayer"), N_("tax registration as a small-scale taxpayer")),
    "month_sales_fen": (N_("Sales of the last complete month, without VAT"), N_("VAT return of the month")),
}  # fmt: skip
SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
STANDINGS = {
    Standing.MET: N_("Eligible"),
    Standing.UNMET: N_("Not eligible"),
    Standing.MISSING: N_("Evidence missing"),
}


def label_of(path: str) -> str:
    """The condition's name."""
    return _(CONDITIONS[path][0])


def paper_of(path: str) -> str:
    """The paper that proves it."""
    return _(CONDITIONS[path][1])


def amount(path: str, value: Any) -> str:
    """A figure with its unit."""
    if value is None:
        return _("not known")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if path.endswith("_fen"):
        return money.format_short(value)
    if path.endswith("_gb"):
        return f"{value / 1000:g} TB"
    return f"{value:,}"


def sentence(one: Criterion, *, has_paper: bool = False) -> str:
    """A condition with its threshold, what was found, and what is missing, or attached instead."""
    asked = "" if isinstance(one.threshold, bool) else (
        f" {SIGNS.get(one.op, '=')} {amount(one.path, one.threshold)}"
    )  # fmt: skip
    text = _("%(condition)s: %(found)s", condition=label_of(one.path) + asked,
             found=amount(one.path, one.proved))  # fmt: skip
    if one.declared is not None and one.standing is not Standing.MET:
        text += _(" (declared: %(value)s)", value=amount(one.path, one.declared))
    if one.standing is not Standing.MISSING:
        return text
    if has_paper:
        return _("%(text)s; attached: %(paper)s", text=text, paper=paper_of(one.path))
    return _("%(text)s; missing: %(paper)s", text=text, paper=paper_of(one.path))
