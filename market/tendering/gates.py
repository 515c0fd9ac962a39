"""What a job must satisfy before it may be published or amended: pure rules over its fields."""

import datetime as dt
import re

from market.kit import clock
from market.kit.i18n import gettext as _
from market.kit.money import apply_bp, format_yuan, line_total
from market.tendering import terms
from market.tendering.models import Job
from market.tendering.procedures import PROCEDURES, ProcedureConfig
from market.tendering.rules import Effective, effective
from market.vocabulary.annotation import TASK_TYPES
from market.vocabulary.security import PersonalInformation, parse_personal_information

Problems = dict[str, str]
# A job may ask for a little more at the ceiling than it can spend: bids must also fit the budget.
CEILING_TO_BUDGET = 3, 2
HIGHEST_BID_DEPOSIT_BP = 200  # 招标投标法实施条例第二十六条
HIGHEST_PERFORMANCE_DEPOSIT_PERCENT = 10  # 招标投标法实施条例第五十八条
# Where the work must be done somewhere in particular, the job says where.
LOCAL_PLACES = ("现场作业", "院内驻场", "本市", "本省")
_SECRET = re.compile(r"(?<![不非无未脱])(?:绝密|机密级|秘密级|国家秘密|军事秘密|涉密)(?!数据除外)")
_NO_SECRET = re.compile(
    r"(?:不|非|无|未|不得)(?:含有?|涉及?|属于?|包含)?(?:任何)?(?:国家秘密|涉密|军事秘密)"
)


def problems_of(
    job: Job, *, now: dt.datetime | None = None, rules: Effective | None = None
) -> Problems:
    """What keeps the job from being published at `now`, by field; empty when nothing does.

    `rules` are those in force for a draft; a published job stands by the ones frozen into it.
    """
    found = {**_missing(job), **_forbidden(job), **_medical(job), **_money(job)}
    ruled = rules or effective(job)
    if (config := ruled.config) is None:
        return {**found, **ruled.problems}
    found |= {**_procedure(job, config), **ruled.problems}
    return {**found, **_deadlines(job, config, now or clock.now())}


def is_medical(job: Job) -> bool:
    """Whether health data rules apply (GB/T 39725-2020): by industry, modality, task or stated level."""
    tasks = (TASK_TYPES.exact(task) for task in job.task_types)
    return (
        job.industry == "医疗健康"
        or job.modality == "医学影像"
        or job.health_level is not None
        or any(task is not None and task.family == "medical_image" for task in tasks)
    )


def advice_on(job: Job) -> list[str]:
    """What does not forbid publishing but should be known."""
    advice = []
    if job.ceiling_unit_price and job.budget_fen:
        at_ceiling = line_total(job.ceiling_unit_price, job.volume)
        if at_ceiling > job.budget_fen:
            advice.append(
                _("At the ceiling price the volume costs ¥%(cost)s, more than the budget of "
                  "¥%(budget)s: bids above the budget are refused.",
                  cost=format_yuan(at_ceiling), budget=format_yuan(job.budget_fen))
            )  # fmt: skip
    if job.guideline_file_id is None:
        advice.append(_("Suppliers price better with a guideline: attach it if you have one."))
    return advice


def _missing(job: Job) -> Problems:
    needed = {
        "title": (job.title, _("Give the job a title")),
        "summary": (len(job.summary) >= 20, _("Describe the work in at least 20 characters")),
        "industry": (job.industry, _("Choose the industry")),
        "modality": (job.modality, _("Choose the kind of data")),
        "task_types": (job.task_types, _("Choose at least one labelling task")),
        "volume": (job.volume > 0, _("Enter how much is to be labelled")),
        "unit": (job.unit, _("Choose the unit that is counted and priced")),
        "accuracy": (job.quality, _("Enter at least one quality metric with its threshold")),
        "budget_fen": (job.budget_fen > 0, _("Enter the budget")),
        "delivery_deadline": (job.delivery_deadline, _("Enter when the work must be delivered")),
        "bid_deadline_at": (job.bid_deadline_at, _("Enter the deadline for bids")),
        "question_deadline_at": (job.question_deadline_at, _("Enter the deadline for questions")),
    }
    return {name: sentence for name, (value, sentence) in needed.items() if not value}


def _forbidden(job: Job) -> Problems:
    found: Problems = {}
    text = _NO_SECRET.sub("", f"{job.title} {job.summary} {job.deid_profile}")
    if (word := _SECRET.search(text)) is not None:
        found["summary"] = _(
            "The text says “%(word)s”. State secrets may not be handled here; "
            "follow the Law on Guarding State Secrets.", word=word[0],
        )  # fmt: skip
    if not job.has_no_state_secrets:
        found["has_no_state_secrets"] = _("Declare that the data contains no state secret")
    if job.data_grade == "核心数据":
        found["data_grade"] = _("Core data may not be offered on a public marketplace")
    kind, _done = parse_personal_information(job.personal_info)
    exposed = kind in (PersonalInformation.PERSONAL, PersonalInformation.SENSITIVE)
    if exposed and not job.deid_profile:
        found["deid_profile"] = _("Say how the personal information is de-identified")
    if job.place in LOCAL_PLACES and not job.place_region_code:
        found["place_region_code"] = _("Say where the work must be done")
    return found


def _medical(job: Job) -> Problems:
    """济南行动方案三·13: no health data leaves without proof of de-identification."""
    if not is_medical(job):
        return {}
    found: Problems = {}
    if job.health_level is None:
        found["health_level"] = _("Medical data needs its level of GB/T 39725 (1 to 5)")
    if job.deid_proof_id is None:
        found["deid_proof"] = _("Medical data needs a proof of de-identification (file)")
    return found


def _money(job: Job) -> Problems:
    if not job.ceiling_unit_price or not job.budget_fen:
        return {}
    times, of = CEILING_TO_BUDGET
    at_ceiling = line_total(job.ceiling_unit_price, job.volume)
    if at_ceiling * of <= job.budget_fen * times:
        return {}
    sentence = _(
        "%(volume)s %(unit)s at this price cost ¥%(cost)s, more than 1.5 times the budget of "
        "¥%(budget)s: check the unit, the ceiling and the budget.",
        volume=f"{job.volume:,.0f}", unit=terms.label("unit", job.unit),
        cost=format_yuan(at_ceiling), budget=format_yuan(job.budget_fen),
    )  # fmt: skip
    return {"ceiling_unit_price": sentence}


def _procedure(job: Job, config: ProcedureConfig) -> Problems:
    found: Problems = {}
    name = PROCEDURES.label(job.procedure, "zh")
    limit = config.maximum_budget_fen
    if limit is not None and job.budget_fen > limit:
        found["procedure"] = _(
            "%(name)s is for budgets up to ¥%(limit)s", name=name, limit=format_yuan(limit)
        )
    if config.needs_reason and not config.reason:
        found["reason"] = _("This procedure needs a reason, which is published")
    if config.invited_only and len(config.invited) < config.minimum_bids:
        found["invited"] = _("Invite at least %(count)s suppliers", count=config.minimum_bids)
    if config.pool_only and not config.pool:
        found["pool"] = _("Choose the pool whose members may bid")
    return found | _deposits(job, config)


def _deposits(job: Job, config: ProcedureConfig) -> Problems:
    found: Problems = {}
    highest = apply_bp(job.budget_fen, HIGHEST_BID_DEPOSIT_BP)
    if config.bid_deposit_fen > highest:
        found["bid_deposit_fen"] = _(
            "A bid deposit is at most 2 per cent of the estimate, here ¥%(limit)s (Regulation on the "
            "Implementation of the Bidding Law, article 26)", limit=format_yuan(highest),
        )  # fmt: skip
    if config.performance_deposit_percent > HIGHEST_PERFORMANCE_DEPOSIT_PERCENT:
        found["performance_deposit_percent"] = _(
            "A performance deposit is at most 10 per cent of the award (Regulation on the Implementation "
            "of the Bidding Law, article 58)"
        )
    return found


def _deadlines(job: Job, config: ProcedureConfig, now: dt.datetime) -> Problems:
    """Publication, questions, bids, delivery: in this order, so many working days apart."""
    asked, closed, due = job.question_deadline_at, job.bid_deadline_at, job.delivery_deadline
    today = clock.in_china(now).date()
    found: Problems = {}
    if asked and asked < (first := _earliest(today, config.enquiry_days, now)):
        found["question_deadline_at"] = _(
            "Questions need %(days)s working days after publication: not before %(at)s",
            days=config.enquiry_days, at=_day(first),
        )  # fmt: skip
    if closed and closed < (first := _earliest(today, config.bidding_days, now)):
        found["bid_deadline_at"] = _(
            "Bidders need %(days)s working days after publication: not before %(at)s",
            days=config.bidding_days, at=_day(first),
        )  # fmt: skip
    if closed and closed < (first := _earliest(today, config.objection_days, now)):
        found["bid_deadline_at"] = _(
            "A direct award is published %(days)s working days for objections: not before %(at)s",
            days=config.objection_days, at=_day(first),
        )  # fmt: skip
    if asked and closed and "bid_deadline_at" not in found:
        first = _earliest(clock.in_china(asked).date(), config.answer_days, asked)
        if closed < first or closed <= asked:
            found["bid_deadline_at"] = _(
                "Bids close %(days)s working days or more after the questions: not before %(at)s",
                days=config.answer_days, at=_day(first),
            )  # fmt: skip
    if closed and due and due <= clock.in_china(closed).date():
        found["delivery_deadline"] = _("Delivery must be due after the deadline for bids")
    return found


def _earliest(day: dt.date, working_days: int, after: dt.datetime) -> dt.datetime:
    """The start of the first day that leaves `working_days` after `day`; `after` itself for none."""
    return clock.start_of_day(clock.add_working_days(day, working_days)) if working_days else after


def _day(moment: dt.datetime) -> str:
    return f"{clock.in_china(moment):%Y-%m-%d}"
