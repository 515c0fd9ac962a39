"""What the codes mean: grounds with their clauses, rulings with their effects, periods with their source."""

import datetime as dt
from dataclasses import dataclass

from market.complaints.states import (
    ComplaintAbout,
    ComplaintLevel,
    ComplaintStatus,
    Ground,
    Measure,
    Ruling,
    ViolationKind,
)
from market.kit import clock
from market.kit.i18n import N_

OBJECTION_WORKING_DAYS = 7  # 政府采购质疑和投诉办法（财政部令第94号）第十三条
COMPLAINT_WORKING_DAYS = 30  # 第94号令第二十六条；招标投标法实施条例第六十一条
APPEAL_DAYS = 10  # 招标投标法实施条例第六十条
UNFOUNDED_LIMIT = 3  # 第94号令第三十七条：十二个月内三次以上查无实据
UNFOUNDED_WITHIN = dt.timedelta(days=365)
MAX_FILES = 10

VIEW_WORKING_DAYS = 5  # for the reported to be heard, 行政处罚法第四十四、四十五条
REPORT_WORKING_DAYS = 20
FINAL_WORKING_DAYS = 10  # until a decision on a report is public
REPEAT_WITHIN = dt.timedelta(days=365)
PUBLIC_FOR = {
    Measure.WARNING: dt.timedelta(days=180),
    Measure.POINTS: dt.timedelta(days=365),
    Measure.SUSPENSION: dt.timedelta(days=730),
}


@dataclass(frozen=True, slots=True)
class GroundTerm:
    """One ground: what it is about, its words, and the clause it rests on."""

    about: tuple[ComplaintAbout, ...]
    label: str
    clause: str


_DOCUMENTS, _AWARD = (ComplaintAbout.DOCUMENTS,), (ComplaintAbout.AWARD,)
GROUNDS: dict[Ground, GroundTerm] = {
    Ground.RESTRICTIVE: GroundTerm(
        _DOCUMENTS,
        N_("Requirements that shut suppliers out without need"),
        "招标投标法实施条例第三十二条；政府采购法实施条例第二十条",
    ),
    Ground.BRAND_NAMED: GroundTerm(
        _DOCUMENTS,
        N_("A brand, tool or supplier is named"),
        "招标投标法第二十条；招标投标法实施条例第三十二条第（五）项",
    ),
    Ground.UNCLEAR: GroundTerm(
        _DOCUMENTS,
        N_("The documents are contradictory or cannot be followed"),
        "招标投标法第十九条；招标投标法实施条例第二十三条",
    ),
    Ground.TOO_LITTLE_TIME: GroundTerm(
        _DOCUMENTS, N_("Too little time to prepare a bid"), "招标投标法第二十三条、第二十四条"
    ),
    Ground.UNLAWFUL_CRITERIA: GroundTerm(
        _DOCUMENTS,
        N_("Evaluation criteria that are unlawful or not published"),
        "招标投标法第四十条；政府采购法实施条例第三十四条",
    ),
    Ground.WRONG_EVALUATION: GroundTerm(
        _AWARD,
        N_("Bids were not evaluated by the published criteria"),
        "招标投标法第四十条；招标投标法实施条例第四十九条",
    ),
    Ground.CONFLICT_OF_INTEREST: GroundTerm(
        _AWARD,
        N_("A judge had an interest and did not withdraw"),
        "招标投标法第三十七条；招标投标法实施条例第四十六条",
    ),
    Ground.WINNER_UNQUALIFIED: GroundTerm(
        _AWARD,
        N_("The winner does not meet a requirement"),
        "招标投标法第四十一条；招标投标法实施条例第五十一条",
    ),
    Ground.FALSE_MATERIAL: GroundTerm(
        _AWARD,
        N_("The winner's material is false"),
        "招标投标法第五十四条；招标投标法实施条例第四十二条",
    ),
    Ground.COLLUSION: GroundTerm(
        _AWARD,
        N_("Bidders colluded with each other or with the owner"),
        "招标投标法第三十二条；招标投标法实施条例第三十九条至第四十一条",
    ),
    Ground.PROCEDURE_BREACH: GroundTerm(
        (*_DOCUMENTS, *_AWARD),
        N_("A step of the procedure was left out or done wrongly"),
        "招标投标法实施条例第八十一条",
    ),
}


@dataclass(frozen=True, slots=True)
class RulingTerm:
    """One coded decision: the status it means, what it may be about, and its words."""

    status: ComplaintStatus
    about: tuple[ComplaintAbout, ...]
    label: str


_BOTH = (ComplaintAbout.DOCUMENTS, ComplaintAbout.AWARD)
RULINGS: dict[Ruling, RulingTerm] = {
    Ruling.AMEND_DOCUMENTS: RulingTerm(
        ComplaintStatus.UPHELD, _DOCUMENTS, N_("Upheld: the documents are amended")),
    Ruling.SET_ASIDE: RulingTerm(
        ComplaintStatus.UPHELD, _AWARD, N_("Upheld: the award is set aside")),
    Ruling.BREACH_RECORDED: RulingTerm(
        ComplaintStatus.UPHELD, _BOTH, N_("Upheld: a breach is recorded, the result stands")),
    Ruling.NO_BREACH: RulingTerm(
        ComplaintStatus.DECLINED, _BOTH, N_("Declined: no breach")),
    Ruling.UNFOUNDED: RulingTerm(
        ComplaintStatus.DECLINED, _BOTH, N_("Declined: the facts alleged do not exist")),
    Ruling.INADMISSIBLE: RulingTerm(
        ComplaintStatus.DECLINED, _BOTH, N_("Declined: not admissible")),
}  # fmt: skip

LEVELS = {
    ComplaintLevel.OBJECTION: N_("Objection to the owner"),
    ComplaintLevel.COMPLAINT: N_("Complaint to the bureau"),
}
ABOUT = {
    ComplaintAbout.DOCUMENTS: N_("Procurement documents"),
    ComplaintAbout.AWARD: N_("Evaluation and award"),
}
KINDS = {
    ViolationKind.FALSE_INFORMATION: N_("False information"),
    ViolationKind.COLLUSION: N_("Collusion"),
    ViolationKind.OFF_PLATFORM_PAYMENT: N_("Payment past the platform"),
    ViolationKind.DATA_LEAK: N_("Data leak"),
    ViolationKind.DATA_REUSE: N_("Reuse of a client's data"),
    ViolationKind.HARASSMENT: N_("Harassment"),
}
MEASURES = {
    Measure.WARNING: N_("Warning"),
    Measure.POINTS: N_("Penalty points"),
    Measure.SUSPENSION: N_("Suspension"),
}


def working_days_on(days: int) -> dt.datetime:
    """The end of the working day `days` after today."""
    return clock.end_of_day(clock.add_working_days(clock.today(), days))


def grounds_about(about: ComplaintAbout) -> list[Ground]:
    """The grounds on which documents, or an award, can be contested."""
    return [ground for ground, term in GROUNDS.items() if about in term.about]


def rulings_about(about: ComplaintAbout) -> list[Ruling]:
    """The decisions that can be taken about documents, or about an award."""
    return [ruling for ruling, term in RULINGS.items() if about in term.about]
