"""What the pages of a job show: its steps, its next deadline, its facts."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.web import path_for
from market.tendering import terms, transcripts
from market.tendering.listing import days_left, region_name
from market.tendering.models import Award, Job, Notice
from market.tendering.procedures import CRITERIA, PROCEDURES, config_of
from market.tendering.states import JobStatus, NoticeKind

S = JobStatus
ORDER = (S.DRAFT, S.OPEN_ENQUIRIES, S.OPEN_BIDDING, S.PREQUALIFICATION, S.PILOT, S.OPENING,
         S.EVALUATION, S.STAND_STILL, S.AWARDED, S.COMPLETED)  # fmt: skip
ENDED = (S.CANCELLED, S.UNSUCCESSFUL)
DEADLINES = {S.OPEN_ENQUIRIES: N_("Questions close"), S.OPEN_BIDDING: N_("Bids close and are opened"),
             S.EVALUATION: N_("Sheets are handed in"), S.STAND_STILL: N_("Standstill ends")}  # fmt: skip


def steps_of(job: Job, award: Award | None = None) -> list[dict[str, Any]]:
    """The step bar: done, current, to come, with dates."""
    until = award.stand_still_until if award else None
    steps: list[tuple[JobStatus, str, dt.datetime | None, dt.datetime | None]] = [
        (S.DRAFT, _("Published"), job.published_at, None),
        (S.OPEN_ENQUIRIES, _("Questions"), None, job.question_deadline_at),
        (S.OPEN_BIDDING, _("Bidding"), None, job.bid_deadline_at),
        (S.PREQUALIFICATION, _("First envelopes"), None, None),
        (S.PILOT, _("Blind pilot"), None, None),
        (S.OPENING, _("Opening of bids"), job.opened_at, None),
        (S.EVALUATION, _("Evaluation"), award.created_at if award else None, job.judging_due_at),
        (S.STAND_STILL, _("Standstill"), None, until),
        (S.AWARDED, _("Contract and work"), None, None),
        (S.COMPLETED, _("Completed"), None, None),
    ]
    config = config_of(job)
    has = {S.OPEN_ENQUIRIES: config.separate_enquiries, S.PREQUALIFICATION: config.two_envelopes,
           S.PILOT: config.pilot is not None}  # fmt: skip
    steps = [step for step in steps if has.get(step[0], True)]
    now = _position(job)
    return [
        {"label": label, "at": at, "due": due, "state": _state(job, ORDER.index(status), now)}
        for status, label, at, due in steps
    ]


def _position(job: Job) -> int:
    if job.status in ENDED:
        if job.opened_at:
            return ORDER.index(S.EVALUATION)
        if job.closed_at:
            return ORDER.index(S.OPENING)
        return ORDER.index(S.OPEN_BIDDING) if job.published_at else 0
    return ORDER.index(job.status) if job.status in ORDER else 0


def _state(job: Job, place: int, now: int) -> str:
    if place == now and job.status in ENDED:
        return "failed"
    if place == now and job.status != S.COMPLETED:
        return "current"
    return "done" if place <= now else "todo"


def deadline_of(job: Job, award: Award | None = None) -> dict[str, Any] | None:
    """The next deadline of a job with the working days left."""
    at = {
        S.OPEN_ENQUIRIES: job.question_deadline_at,
        S.OPEN_BIDDING: job.bid_deadline_at,
        S.EVALUATION: None if job.ranked_at else job.judging_due_at,
        S.STAND_STILL: award.stand_still_until if award else None,
    }.get(job.status)
    if at is None:
        return None
    return {"label": _(DEADLINES[job.status]), "at": at, "working_days_left": days_left(at)}


def groups_of(job: Job) -> list[tuple[str, list[tuple[str, Any]]]]:
    """The facts of a job in groups, label and value; what was left empty is left out."""
    groups = (
        (_("The data"), _data(job)),
        (_("Quality and acceptance"), _quality(job)),
        (_("Security and place"), _security(job)),
        (_("Procedure"), _procedure(job)),
    )
    return [
        (title, [pair for pair in pairs if pair[1] not in ("", None)]) for title, pairs in groups
    ]


def _data(job: Job) -> list[tuple[str, Any]]:
    return [
        (_("Kind of data"), terms.label("modality", job.modality)),
        (_("Labelling tasks"), terms.labels("task_types", job.task_types)),
        (_("Industry"), terms.label("industry", job.industry)),
        (_("Dataset type"), terms.label("dataset_type", job.dataset_type)),
        (_("Size"), f"{job.data_size_tb.normalize():f} TB" if job.data_size_tb else ""),
        (_("Delivery format"), job.delivery_format),
    ]


def _quality(job: Job) -> list[tuple[str, Any]]:
    sampling = _("every item is inspected") if job.sampling_level == "全检" else (
        _("GB/T 2828.1, level %(level)s, AQL %(aql)s", level=job.sampling_level,
          aql=f"{Decimal(job.aql).normalize():f}")
    )  # fmt: skip
    if job.minor_aql is not None:
        own = f"{Decimal(job.minor_aql).normalize():f}"
        sampling += " · " + _("minor items by AQL %(aql)s of their own", aql=own)
    return [
        (_("Thresholds"), _(", ").join(thresholds(job))),
        (_("Acceptance sampling"), sampling),
        (_("Readers per item"), job.readers_per_item),
        (_("Arbitration"), job.arbitration),
    ]


def thresholds(job: Job) -> list[str]:
    """Every metric with its threshold."""
    return [
        f"{terms.metric_label(code)} {'≤' if code in terms.LOWER_IS_BETTER else '≥'} {value}"
        for code, value in terms.in_order(job.quality, terms.METRICS)
    ]


def _security(job: Job) -> list[tuple[str, Any]]:
    level = terms.FIELDS["health_level"].get(str(job.health_level))
    place = " ".join(
        part for part in (terms.label("place", job.place), terms.place_name(job.place_region_code)) if part
    )  # fmt: skip
    return [
        (_("Data grade"), terms.label("data_grade", job.data_grade)),
        (_("Personal information"), terms.label("personal_info", job.personal_info)),
        (_("Health data level"), terms.label("health_level", level.zh) if level else ""),
        (_("De-identification"), job.deid_profile),
        (_("Place of work"), place),
    ]


def _procedure(job: Job) -> list[tuple[str, Any]]:
    config = config_of(job)
    procedure = PROCEDURES[job.procedure]
    weights = [
        f"{_(terms.CRITERIA_LABELS[name])} {points}"
        for name, points in terms.in_order(config.weights, CRITERIA)
    ]
    return [
        (_("Procedure"), terms.in_language(procedure)),
        (_("Reason"), terms.reason_label(config.reason)),
        (_("Weights"), _(", ").join(weights)),
        (_("Minimum number of bids"), config.minimum_bids),
        (_("Standstill"), _("%(days)s working days", days=config.stand_still_days)),
        (_("Price mode"), terms.label("price_mode", job.price_mode)),
        (_("Vouchers wished"), terms.labels("vouchers_wished", job.vouchers_wished)),
        (_("Region"), region_name(job.region_code)),
    ]


async def opening_of(
    job: Job, transcript: dict[str, Any], bids: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """What pages of a transcript show: some of its bids, checked, the releases, and the verdict."""
    rows = [
        {
            **row,
            "submitted_at": dt.datetime.fromisoformat(row["submitted_at"]),
            "unit_price": Decimal(row["unit_price"]) if row["unit_price"] else None,
        }
        for row in await transcripts.checked_rows(job, bids)
    ]
    releases = [
        {**share, "envelope": key["envelope"], "threshold": key["threshold"],
         "released_at": dt.datetime.fromisoformat(share["released_at"])}
        for key in transcript["keys"] for share in key["shares"] if share["released_at"]
    ]  # fmt: skip
    return {
        "job": job, "transcript": transcript, "rows": rows, "releases": releases,
        "is_intact": transcripts.is_intact(transcript),
        "opened_at": dt.datetime.fromisoformat(transcript["opened_at"]),
        "has_lots": bool(transcript["lots"]), "holders": terms.SHARE_HOLDERS,
        "outcomes": terms.OPENING_OUTCOMES,
    }  # fmt: skip


def notice_url(notice: Notice) -> str:
    """The page a notice is about."""
    if notice.kind == NoticeKind.COMPLAINT_DECIDED:
        return path_for("complaints:list", job=notice.job.number)
    if notice.award:
        return path_for("awards:show", number=notice.award.number)
    page = "jobs:opening" if notice.kind == NoticeKind.OPENED else "jobs:show"
    return path_for(page, number=notice.job.number)


def notice_facts(notice: Notice) -> list[str]:
    """What tells a notice from others about the same job: lot and winner, and the number."""
    award = notice.award
    if not award:
        return [notice.job.number]
    lot = [_("Lot %(n)s", n=award.lot.position) + " " + award.lot.title] if award.lot else []
    return [*lot, award.bid.bidder.name, award.number]
