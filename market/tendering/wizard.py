"""The post-a-job wizard: its steps, what each still lacks, and what the form shows."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from market.kit import clock, files
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.files import StoredFile
from market.kit.forms import Form
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.tendering import drafts, jobs, lots, terms
from market.tendering.models import Job, Lot
from market.tendering.procedures import ProcedureConfig


class WizardStep(NamedTuple):
    """A step: what it is called, what it takes, which gates it answers for besides its fields."""

    code: str
    label: str
    help: str
    model: type[drafts.Step]
    also: tuple[str, ...] = ()
    is_optional: bool = False


STEPS = (
    WizardStep("subject", N_("Subject"), N_("What is to be labelled"), drafts.SubjectStep),
    WizardStep("volume", N_("Volume and quality"), N_("How much, and how good it must be"), drafts.VolumeStep,
               ("guideline",)),
    WizardStep("security", N_("Security and place"), N_("What protects the data, and where the work is done"),
               drafts.SecurityStep, ("deid_proof",)),
    WizardStep("people", N_("People and price"), N_("Who does it, and what it may cost"), drafts.PeopleStep),
    WizardStep("lots", N_("Lots"), N_("Parts that are bid for and awarded separately"), drafts.LotsStep,
               ("lots", "lots_volume", "lots_budget"), is_optional=True),
    WizardStep("procedure", N_("Procedure and deadlines"), N_("How it is let, and by when"),
               drafts.ProcedureStep, ("opening_key",)),
)  # fmt: skip
BY_CODE = {step.code: step for step in STEPS}


def step_of(code: str) -> WizardStep:
    """A step by its name in the address; NotFound otherwise."""
    if code not in BY_CODE:
        raise NotFound(_("This page does not exist"))
    return BY_CODE[code]


def after(step: WizardStep) -> WizardStep | None:
    """The next step that every job needs; None before the review."""
    following = STEPS[STEPS.index(step) + 1 :]
    return next((one for one in following if not one.is_optional), None)


def step_for(field: str) -> WizardStep:
    """The step on which a gate's field is filled in."""
    for step in STEPS:
        if field in step.model.model_fields or field in step.also:
            return step
    return STEPS[0]


def progress(problems: dict[str, str]) -> list[dict[str, Any]]:
    """The steps with how much each still lacks."""
    lacking = [step_for(field).code for field in problems]
    return [{"step": step, "left": lacking.count(step.code)} for step in STEPS]


def typed(
    job: Job, model: type[drafts.Step], rules: ProcedureConfig | None = None
) -> dict[str, Any]:
    """The values a form shows for a job: as people type them, with deadlines that suit the rules.

    Rules that follow from the procedure stay empty, so that choosing another procedure changes them.
    """
    config = job.procedure_config or {}
    gathered: dict[str, Any] = {
        **job.quality, **job.requirements, **config, **_envelopes(config), **config.get("weights", {}),
        **_suggested(rules or ProcedureConfig()),
    }  # fmt: skip
    values = {}
    for name in model.model_fields:
        own = getattr(job, name) if name in job._meta.db_fields and name != "quality" else None
        values[name] = _written(name, gathered.get(name) if own is None else own)
    return values


def _envelopes(config: dict[str, Any]) -> dict[str, Any]:
    """The choices of the form for envelopes and pilot; both empty where the procedure decides."""
    answers = {True: "yes", False: "no"}
    values: dict[str, Any] = {"pilot": None}
    if "two_envelopes" in config:
        values["two_envelopes"] = answers[config["two_envelopes"]]
    if "pilot" in config:
        values["pilot_wanted"] = answers[config["pilot"] is not None]
        values |= {f"pilot_{name}": value for name, value in (config["pilot"] or {}).items()}
    return values


def lot_values(rows: Sequence[Lot], extra: int = 0) -> dict[str, Any]:
    """The values of the lots' form, with `extra` empty rows."""
    values: dict[str, Any] = {}
    for place in range(1, min(max(len(rows) + extra, 2), lots.MOST) + 1):
        lot = rows[place - 1] if place <= len(rows) else None
        for part in lots.PARTS:
            value = getattr(lot, part) if lot is not None else ""
            values[f"lot{place}_{part}"] = _written(part, value)
    return values


def lot_rows(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of the lots' form as typed, in order; `remove` names one to leave out."""
    removed = str(values.get("remove", ""))
    return [
        {part: values.get(f"lot{place}_{part}", "") for part in lots.PARTS}
        for place in range(1, lots.MOST + 1)
        if f"lot{place}_title" in values and str(place) != removed
    ]


def _written(name: str, value: Any) -> Any:
    if name == "place_region_code":
        return terms.place_name(value)
    if name in ("languages", "invited"):
        return "、".join(value or ())
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else ""
    if isinstance(value, float) or name == "health_level":
        return "" if value is None else str(value)
    if name in ("min_staff", "budget_fen", "cctv_months", "pilot_fee_fen") and not value:
        return ""
    return value


def _suggested(rules: ProcedureConfig) -> dict[str, dt.datetime | dt.date]:
    """Deadlines that pass the gates with a day to spare: questions at 17:00, bids at 10:00."""
    asked = clock.add_working_days(clock.today(), rules.enquiry_days + 1)
    longest = max(rules.bidding_days, rules.objection_days)
    first = clock.add_working_days(clock.today(), longest + 1)
    closed = max(first, clock.add_working_days(asked, rules.answer_days + 1))
    return {
        "question_deadline_at": _at(asked, 17),
        "bid_deadline_at": _at(closed, 10),
        "delivery_deadline": closed + dt.timedelta(days=90),
    }


def _at(day: dt.date, hour: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), clock.CHINA).astimezone(dt.UTC)


async def uploaded(form: Form[Any], *, by: Actor) -> dict[str, StoredFile]:
    """The documents that came with a form, kept."""
    return {
        name: await files.store_upload(upload, by=by, field=name)
        for name in jobs.DOCUMENTS
        if (upload := form.upload(name)) is not None
    }
