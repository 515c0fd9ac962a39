"""The words of a job: which vocabulary each field takes, and how its values are shown."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from market.kit.i18n import N_, current_locale
from market.kit.i18n import gettext as _
from market.metrics import catalogue
from market.tendering.states import (
    CancelReason,
    DirectReason,
    NoticeKind,
    PassingReason,
    RefusalReason,
)
from market.vocabulary import regions
from market.vocabulary.annotation import MODALITIES, TASK_TYPES, UNITS
from market.vocabulary.credentials import parse_credential
from market.vocabulary.datasets import DATASET_TYPES
from market.vocabulary.industries import INDUSTRIES
from market.vocabulary.people import ANNOTATOR_TYPES, SKILL_LEVELS
from market.vocabulary.security import DATA_GRADES, HEALTH_LEVELS, PERSONAL_INFORMATION, WORK_PLACES
from market.vocabulary.terms import Term, Vocabulary
from market.vocabulary.trade import PRICE_MODES, PROCUREMENTS, SPEND_CATEGORIES, VOUCHER_TYPES

FIELDS: Mapping[str, Vocabulary[Any]] = {
    "industry": INDUSTRIES,
    "modality": MODALITIES,
    "task_types": TASK_TYPES,
    "dataset_type": DATASET_TYPES,
    "unit": UNITS,
    "data_grade": DATA_GRADES,
    "health_level": HEALTH_LEVELS,
    "personal_info": PERSONAL_INFORMATION,
    "place": WORK_PLACES,
    "annotator_type": ANNOTATOR_TYPES,
    "min_level": SKILL_LEVELS,
    "price_mode": PRICE_MODES,
    "procurement": PROCUREMENTS,
    "vouchers_wished": VOUCHER_TYPES,
    "spend_category": SPEND_CATEGORIES,
}
METRICS: Mapping[str, tuple[str, str]] = {
    "accuracy": ("准确率", "accuracy"),
    "consistency": ("一致性", "consistency"),
    "kappa": ("Kappa", "kappa"),
    "dice": ("Dice", "Dice"),
    "iou": ("IoU", "IoU"),
    "f1": ("F1", "F1"),
    "cer": ("字错率", "character error rate"),
}
LOWER_IS_BETTER = frozenset({"cer"})
SAMPLING_LEVELS = ("全检", "S-1", "S-2", "S-3", "S-4", "I", "II", "III")
CERTIFICATES = (
    "等保二级", "等保三级", "等保四级", "ISO/IEC 27001", "ISO/IEC 27701", "ISO 9001", "ISO 20000",
    "DSMM二级", "DSMM三级", "DCMM二级", "DCMM三级", "TISAX", "测绘资质乙级", "测绘资质甲级",
)  # fmt: skip
_SHORT_LEVELS = {term.code: term.synonyms[0] for term in SKILL_LEVELS.values()}

REASONS: Mapping[str, str] = {
    CancelReason.NO_LONGER_NEEDED: N_("No longer needed"),
    CancelReason.BUDGET_WITHDRAWN: N_("The budget was withdrawn"),
    CancelReason.REQUIREMENTS_CHANGED: N_("The requirements changed fundamentally"),
    CancelReason.ERROR_IN_DOCUMENTS: N_("The documents contain an error that cannot be amended"),
    CancelReason.POLICY_CHANGED: N_("A policy changed"),
    CancelReason.FORCE_MAJEURE: N_("Force majeure"),
    DirectReason.SOLE_SUPPLIER: N_("Only one supplier can do it"),
    DirectReason.EMERGENCY: N_("An emergency leaves no time for competition"),
    DirectReason.CONTINUATION: N_("Continuation of earlier work by the same supplier"),
    RefusalReason.REQUIREMENTS_NOT_MET: N_("A requirement is not met"),
    RefusalReason.NOT_RESPONSIVE: N_("The bid does not answer the job in substance"),
    RefusalReason.FALSE_INFORMATION: N_("False information"),
    RefusalReason.COLLUSION: N_("Collusion between bidders"),
    RefusalReason.CONFLICT_OF_INTEREST: N_("Conflict of interest"),
    RefusalReason.CONTENT_DAMAGED: N_("The sealed content does not match its digest"),
    RefusalReason.LOWER_POINTS: N_("Another bid was chosen"),
    RefusalReason.NOT_RECONFIRMED: N_("Not re-confirmed after the job was amended"),
    RefusalReason.RETURNED_UNOPENED: N_("Returned unopened: too few bids"),
    RefusalReason.JOB_CANCELLED: N_("The job was cancelled"),
    RefusalReason.NO_AWARD: N_("The job ended without an award"),
    RefusalReason.DEPOSIT_MISSING: N_("The bid deposit was not there by the deadline"),
    RefusalReason.PILOT_FAILED: N_("The blind pilot missed its threshold"),
    RefusalReason.AWARD_CANCELLED: N_("The award was cancelled"),
    RefusalReason.REFUSED_BY_WINNER: N_("The winner gave the award up"),
    RefusalReason.CERTIFICATE_EXPIRED: N_("An expired certificate was not renewed in time"),
    RefusalReason.COMPLAINT_UPHELD: N_("A complaint was upheld"),
    RefusalReason.LOW_PRICE_UNEXPLAINED: N_("The very low price was not explained"),
    PassingReason.CAPACITY_TAKEN: N_("The better ranked bidder's capacity is taken by other lots"),
    PassingReason.GAVE_UP: N_("The better ranked bidder gave up"),
    PassingReason.CONFLICT_FOUND: N_(
        "A conflict of interest of the better ranked bidder was found"
    ),
    PassingReason.CANNOT_PERFORM: N_("The better ranked bidder cannot perform the contract"),
}
NOTICES: Mapping[str, str] = {
    NoticeKind.PUBLISHED: N_("Job published"),
    NoticeKind.AMENDED: N_("Job amended"),
    NoticeKind.CANCELLED: N_("Job cancelled"),
    NoticeKind.OPENED: N_("Bids opened"),
    NoticeKind.UNSUCCESSFUL: N_("Procurement failed"),
    NoticeKind.AWARD_DECIDED: N_("Award decided, standstill"),
    NoticeKind.AWARDED: N_("Award in force"),
    NoticeKind.AWARD_CANCELLED: N_("Award cancelled"),
    NoticeKind.COMPLAINT_DECIDED: N_("Complaint decided"),
}
CRITERIA_LABELS: Mapping[str, str] = {
    "price": N_("Price"),
    "pilot": N_("Blind pilot"),
    "technical": N_("Technical proposal"),
    "quality": N_("Quality assurance"),
    "schedule": N_("Schedule"),
    "qualification": N_("Qualification and record"),
}


def stored(term: Term) -> str:
    """What the database keeps of a term: its Chinese name (of a skill level the short one)."""
    return _SHORT_LEVELS.get(term.code, term.zh) if term in SKILL_LEVELS.values() else term.zh


def choices(field: str) -> list[tuple[str, str]]:
    """(stored value, label) of a field's vocabulary, for a form."""
    language = current_locale()
    return [(stored(term), term.label(language)) for term in FIELDS[field].values()]


def health_choices() -> list[tuple[str, str]]:
    """The levels of health data by number, each with what it means."""
    language = current_locale()
    return [(code, term.label(language)) for code, term in FIELDS["health_level"].items()]


def certificate_choices() -> list[tuple[str, str]]:
    """The certificates usually asked for, as choices."""
    return [(name, name) for name in CERTIFICATES]


def direct_reasons() -> list[tuple[str, str]]:
    """The reasons for a direct award, as choices."""
    return [(code.value, reason_label(code)) for code in DirectReason]


def label(field: str, value: str) -> str:
    """A stored value in the reader's language; unknown values are shown as they are."""
    if current_locale().startswith("zh"):
        return value
    term = FIELDS[field].exact(value)
    return term.en if term else value


def in_order(values: Mapping[str, Any], order: Iterable[str]) -> list[tuple[str, Any]]:
    """The items in `order`, then any others by name: a database need not keep the order of keys."""
    places = {name: place for place, name in enumerate(order)}
    return sorted(values.items(), key=lambda item: (places.get(item[0], len(places)), item[0]))


def labels(field: str, values: Iterable[str]) -> str:
    """Several stored values in the reader's language, as one text."""
    return _(", ").join(label(field, value) for value in values)


def in_language(term: Term) -> str:
    """A term in the reader's language."""
    return term.label(current_locale())


def metric_label(code: str) -> str:
    """The name of a quality metric in the reader's language."""
    if code not in METRICS and code in catalogue.METRICS:
        return catalogue.METRICS[code].label
    zh, en = METRICS.get(code, (code, code))
    return zh if current_locale().startswith("zh") else en


def reason_label(code: str) -> str:
    """The sentence of a reason code."""
    return _(REASONS[code]) if code in REASONS else code


def place_name(code: str) -> str:
    """A region as people write it; the empty string for none."""
    return regions.full_name(code) if code else ""


def one_of(field: str) -> AfterValidator:
    """Accepts a code, name or synonym of the field's vocabulary (or nothing) and keeps it as stored."""

    def check(value: str) -> str:
        if not value:
            return ""
        term = FIELDS[field].exact(value)
        if term is None:
            raise ValueError(_("Choose one of the listed values"))
        return stored(term)

    return AfterValidator(check)


def _words(value: Any) -> Any:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ValueError(_("Enter words separated by commas"))
    split = [
        word for text in texts for word in text.replace("，", ",").replace("、", ",").split(",")
    ]
    return list(dict.fromkeys(word.strip() for word in split if word.strip()))


# Words typed into one box with commas between, or a list in JSON.
Words = Annotated[
    Any, BeforeValidator(_words), WithJsonSchema({"type": "array", "items": {"type": "string"}})
]


def _region(value: Any) -> Any:
    if not isinstance(value, str) or not value.strip():
        return ""
    found = regions.lookup(value)
    if found is None:
        raise ValueError(_("Enter a region such as 济南市历下区 or its six-digit code"))
    return found.code


RegionCode = Annotated[str, BeforeValidator(_region)]


def _certificate(value: str) -> str:
    if parse_credential(value) is None:
        raise ValueError(_("“%(name)s” is not a certificate known here", name=value))
    return value


Certificate = Annotated[str, AfterValidator(_certificate)]

SHARE_HOLDERS: Mapping[str, str] = {
    "buyer": N_("Buyer"),
    "platform": N_("Platform, by the clock"),
    "bureau": N_("Bureau of the region"),
    "operator": N_("Operator's recovery key"),
}
ENVELOPES: Mapping[str, str] = {
    "offer": N_("The bids"),
    "qualification": N_("First envelopes: qualification and proposal"),
    "price": N_("Second envelopes: prices"),
}
OPENING_OUTCOMES: Mapping[str, str] = {
    "opened": N_("Bid opened"),
    "damaged": N_("unreadable"),
    "not_shortlisted": N_("not shortlisted, price unopened"),
    "not_confirmed": N_("not confirmed after the amendment"),
    "returned": N_("returned unopened"),
}
