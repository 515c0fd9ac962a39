"""Jobs of an import, through the tendering verbs: drafted, published, amended."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from market.accounts.states import OrganisationKind
from market.imports.fields import checked, decimal, group, known, renamed, text, texts, wan, yuan
from market.imports.organisations import Identity, acting_for, identity_of, organisation_for
from market.kit import clock, files
from market.kit.actor import Actor
from market.kit.errors import InvalidInput
from market.kit.files import StoredFile
from market.kit.i18n import gettext as _
from market.tendering import gates, jobs
from market.tendering.drafts import JobDraft
from market.tendering.models import Job
from market.tendering.procedures import PROCEDURES, ProcedureConfig
from market.vocabulary.annotation import MODALITIES, TASK_TYPES, parse_unit
from market.vocabulary.credentials import parse_credential
from market.vocabulary.datasets import DATASET_TYPES
from market.vocabulary.industries import INDUSTRIES
from market.vocabulary.people import ANNOTATOR_TYPES, SKILL_LEVELS
from market.vocabulary.security import (
    DATA_GRADES,
    PERSONAL_INFORMATION,
    WORK_PLACES,
    parse_personal_information,
)
from market.vocabulary.terms import Vocabulary
from market.vocabulary.trade import PROCUREMENTS, VOUCHER_TYPES, parse_price_mode

# Our field -> the record's, where they differ; gates of publishing use ours.
_NAMES = {
    "volume": "volume.qty", "unit": "volume.unit", "budget_fen": "budget_wan",
    "bid_deadline_at": "bid_deadline", "question_deadline_at": "bid_deadline",
    "required_certs": "requires.certs", "annotator_type": "requires.annotator_type",
    "min_level": "requires.min_level", "min_staff": "requires.min_staff",
    "languages": "requires.languages", "vouchers_wished": "vouchers", "place": "place.constraint",
    "place_region_code": "place.region_code", "deid_profile": "deid.profile",
    "deid_proof": "deid.profile", "is_deid_required": "deid.required", "accuracy": "quality",
    "readers_per_item": "quality.annotators_per_item", "aql": "quality.sampling.aql",
    "sampling_level": "quality.sampling.level", "procedure": "procurement",
}  # fmt: skip
_NOT_METRICS = ("annotators_per_item", "sampling")
_CONTENT_WORDS: dict[str, Vocabulary[Any]] = {
    "industry": INDUSTRIES, "modality": MODALITIES, "dataset_type": DATASET_TYPES,
    "data_grade": DATA_GRADES,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job's record, checked; `notes` say what our vocabularies could not take."""

    owner: Identity
    draft: JobDraft
    notes: tuple[str, ...]

    @property
    def is_medical(self) -> bool:
        """Whether publishing asks for a proof of de-identification."""
        return gates.is_medical(Job(**self.draft.changes()))


def read_job(data: Mapping[str, Any]) -> JobRecord:
    """Check a job's record. Raises InvalidInput with the record's field names."""
    volume = group(data, "volume")
    unit = parse_unit(text(volume, "unit", path="volume.unit"))
    notes: list[str] = []
    procedure = _procedure(text(data, "procurement"))
    bid_date = _date(data, "bid_deadline")
    values = {
        "title": text(data, "title"), "summary": text(data, "summary"),
        **{name: known(words, text(data, name)) or None for name, words in _CONTENT_WORDS.items()},
        "task_types": _tasks(data, notes), "volume": volume.get("qty"),
        "unit": unit[0].zh if unit else volume.get("unit"),
        "data_size_tb": data.get("data_size_tb"), "health_level": data.get("health_level"),
        **_safety(data), **_people(data, notes), **_quality(data), **_money(data, notes),
        "has_no_state_secrets": True, "procedure": procedure,
        "bid_deadline_at": clock.end_of_day(bid_date) if bid_date else None,
        "question_deadline_at": _questions_until(bid_date, procedure) if bid_date else None,
        "delivery_deadline": _date(data, "delivery_deadline"),
    }  # fmt: skip
    owner = identity_of(group(data, "owner"), prefix="owner.")
    return JobRecord(owner, checked(JobDraft, values, _NAMES), tuple(notes))


def _tasks(data: Mapping[str, Any], notes: list[str]) -> list[str]:
    """Tasks our vocabulary knows; the others stand in the notes."""
    words = texts(data, "task_types")
    found = [term.zh for word in words if (term := TASK_TYPES.find(word))]
    unknown = [word for word in words if TASK_TYPES.find(word) is None]
    if unknown:
        notes.append(_("unknown tasks left out: %(words)s", words="、".join(unknown)))
    return list(dict.fromkeys(found))


def _safety(data: Mapping[str, Any]) -> dict[str, Any]:
    deid, place = group(data, "deid"), group(data, "place")
    stated = text(data, "personal_info")
    kind, done = parse_personal_information(stated)
    profile = text(deid, "profile", path="deid.profile") or (stated if done else "")
    return {
        "personal_info": PERSONAL_INFORMATION[kind].zh,
        "is_deid_required": bool(deid.get("required")),
        "deid_profile": profile,
        "place": known(WORK_PLACES, text(place, "constraint", path="place.constraint")) or None,
        "place_region_code": place.get("region_code"),
    }


def _people(data: Mapping[str, Any], notes: list[str]) -> dict[str, Any]:
    """What is required of the supplier; certificates we cannot rank are kept as a requirement."""
    requires = group(data, "requires")
    certs = texts(requires, "certs", path="requires.certs")
    ranked = [name for name in certs if parse_credential(name)]
    rest = [name for name in certs if name not in ranked]
    further = {
        name: value
        for name, value in requires.items()
        if value and name not in ("certs", "annotator_type", "min_level", "min_staff", "languages")
    }
    if rest:
        further["other_certs"] = "、".join(rest)
        notes.append(_("certificates without a known kind: %(names)s", names="、".join(rest)))
    kind = text(requires, "annotator_type", path="requires.annotator_type")
    level = text(requires, "min_level", path="requires.min_level")
    return {
        "required_certs": ranked, "requirements": further,
        "annotator_type": known(ANNOTATOR_TYPES, kind), "min_level": known(SKILL_LEVELS, level),
        "min_staff": requires.get("min_staff"), "languages": requires.get("languages"),
    }  # fmt: skip


def _quality(data: Mapping[str, Any]) -> dict[str, Any]:
    quality = group(data, "quality")
    sampling = group(quality, "sampling")
    is_full = text(sampling, "standard") == "全检"
    return {
        "quality": {
            name: float(decimal(value, f"quality.{name}"))
            for name, value in quality.items()
            if name not in _NOT_METRICS and value is not None
        },
        "readers_per_item": quality.get("annotators_per_item"),
        "sampling_level": "全检" if is_full else sampling.get("level"),
        "aql": sampling.get("aql"),
    }


def _money(data: Mapping[str, Any], notes: list[str]) -> dict[str, Any]:
    """Budget and ceiling; a ceiling by the minute becomes one by the hour that is counted."""
    mode = text(data, "price_mode")
    price_mode = parse_price_mode(mode) if mode else None
    vouchers = [known(VOUCHER_TYPES, word) for word in texts(data, "vouchers")]
    procurement = PROCUREMENTS.find(text(data, "procurement"))
    if mode and price_mode is None:
        notes.append(_("unknown price mode: %(mode)s", mode=mode))
    return {
        "budget_fen": wan(data.get("budget_wan")),
        "ceiling_unit_price": _ceiling(data, mode, notes),
        "price_mode": price_mode.zh if price_mode else "",
        "procurement": procurement.zh if procurement else "",
        "vouchers_wished": [word for word in vouchers if VOUCHER_TYPES.exact(word)],
    }


def _ceiling(data: Mapping[str, Any], mode: str, notes: list[str]) -> str | None:
    """The ceiling of one counted unit; none where it is stated for a unit that cannot be counted in the volume's."""
    stated = data.get("ceiling_unit_price")
    if stated in (None, ""):
        return None
    counted = parse_unit(text(group(data, "volume"), "unit"))
    priced = parse_unit(priced_unit(mode)) if priced_unit(mode) else None
    if counted is None or priced is None:
        return yuan(stated)
    if priced[0].raw != counted[0].raw:
        unit = text(group(data, "volume"), "unit")
        notes.append(_("ceiling of %(price)s yuan left out: it is per %(priced)s, the volume in %(counted)s",
                       price=stated, priced=priced_unit(mode), counted=unit))  # fmt: skip
        return None
    factor = Decimal(counted[0].scale) / priced[0].scale
    return str((decimal(stated, "ceiling_unit_price") * factor).quantize(Decimal("0.0001")))


def priced_unit(mode: str) -> str:
    """The unit in 按框计价; empty where the mode names none."""
    for ending in ("计价", "计费", "结算"):
        if mode.startswith("按") and mode.endswith(ending):
            return mode[1 : -len(ending)]
    return ""


def _procedure(procurement: str) -> str:
    """The procedure of the stated procurement; open where it would need more than a record says."""
    found = PROCEDURES.find(procurement) if procurement else None
    needs_more = found is not None and any(
        found.config.get(name)
        for name in ("invited_only", "pool_only", "needs_reason", "maximum_budget_fen")
    )
    return found.code if found and not needs_more else "open"


def _date(data: Mapping[str, Any], name: str) -> dt.date | None:
    value = text(data, name)
    try:
        return dt.date.fromisoformat(value) if value else None
    except ValueError:
        raise InvalidInput(fields={name: _("Enter a date such as 2026-11-30")}) from None


def _questions_until(bids: dt.date, procedure: str) -> dt.datetime:
    """The last day for questions that leaves the procedure's working days before bids close."""
    config = ProcedureConfig.model_validate(PROCEDURES[procedure].config)
    day = bids - dt.timedelta(days=1)
    while clock.add_working_days(day, config.answer_days) > bids:
        day -= dt.timedelta(days=1)
    return clock.end_of_day(day)


async def proof_of(record: JobRecord, record_id: str, *, by: Actor) -> StoredFile | None:
    """The proof a medical job needs (济南行动方案三·13), stating what the record declares.

    Only a record that names its profile gets one; without it, the gate of publishing refuses.
    """
    if not record.is_medical or not record.draft.deid_profile:
        return None
    lines = (
        (_("Record"), record_id),
        (_("Owner"), f"{record.owner.name} {record.owner.uscc}"),
        (_("De-identification profile"), record.draft.deid_profile),
        (_("Personal information"), record.draft.personal_info),
        (_("Stated on"), clock.today().isoformat()),
    )
    title = _("De-identification as declared by the imported record")
    statement = "\n".join([title, *(f"{label}: {value}" for label, value in lines), ""])
    return await files.store(f"deid-{record_id}.txt", statement.encode(), by=by)


async def load_job(
    record: JobRecord, record_id: str, proof: StoredFile | None, *, by: Actor
) -> bool:
    """Draft and publish a job, or amend the one published from this record; whether it is new."""
    owner = await organisation_for(record.owner, kind=OrganisationKind.DEMAND, by=by)
    actor = acting_for(by, owner)
    job = await Job.get_or_none(external_id=record_id)
    is_new = job is None
    try:
        if job is None:
            job = await jobs.draft_job(record.draft, by=actor)
            job.external_id = record_id
            await job.save(update_fields=["external_id"])
        if proof is not None:
            job = await jobs.attach_document(job, "deid_proof", proof, by=actor)
        if is_new:
            await jobs.publish_job(job, by=actor, may_wait_for_keys=True)
        else:
            await jobs.amend_job(job, record.draft, by=actor)
    except InvalidInput as exc:
        raise InvalidInput(exc.message, fields=renamed(exc.fields, _NAMES)) from None
    return is_new
