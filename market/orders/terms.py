"""The terms of a contract: structured facts of job, bid and parties, their canonical digest."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from market.accounts.models import Organisation
from market.kit import money
from market.kit.audit import canonical
from market.orders.clauses import clauses_of
from market.orders.sampling import AQLS
from market.orders.severities import FULL_INSPECTION
from market.orders.states import MilestoneKind
from market.tendering.models import Award, Bid, Job
from market.tendering.terms import LOWER_IS_BETTER, METRICS, in_order
from market.vocabulary import regions, security, trade

FORM = "data-annotation-service/1"
DEFAULT_LEVEL = "II"
SAMPLING_STANDARD = "GB/T 2828.1-2012"
LABELLING = "labelling"
LUMP_UNIT = "项"
REWORK_LIMIT = 2
ACCEPTANCE_DAYS = 10
RETENTION_DAYS = 90
# kind, share in basis points, working days from its trigger to the payment
PAYMENT_STAGES = (
    (MilestoneKind.ADVANCE, 3000, 10),
    (MilestoneKind.ACCEPTANCE, 6000, 10),
    (MilestoneKind.RETENTION, 1000, 0),  # after RETENTION_DAYS
)


def digest_of(terms: Mapping[str, Any]) -> str:
    """SHA-256 of the terms in canonical JSON (sorted keys, no spaces, UTF-8): what both sign."""
    return hashlib.sha256(canonical(terms).encode()).hexdigest()


def verification_code(digest: str) -> str:
    """The sixteen digits printed on the document, by which anybody finds it."""
    return "-".join(digest[start : start + 4].upper() for start in range(0, 16, 4))


def build_terms(
    number: str, award: Award, *, job: Job, bid: Bid, buyer: Organisation, supplier: Organisation
) -> dict[str, Any]:
    """Everything the parties agree, numbers as integers or strings, the clauses written out.

    Raises ValueError when the lines do not add up to the awarded total.
    """
    lines = _lines(job, bid)
    total = sum(line["amount_fen"] for line in lines)
    if total != bid.total_fen:
        raise ValueError(f"lines of {bid.number} sum to {total}, awarded were {bid.total_fen}")
    facts: dict[str, Any] = {
        "form": FORM,
        "number": number,
        "job": {"number": job.number, "title": job.title, "version": job.version},
        "award": award.number,
        "bid": {"number": bid.number, "digest": bid.digest},
        "buyer": _party(buyer),
        "supplier": _party(supplier),
        "object": _object(job),
        "lines": lines,
        "total_fen": total,
        "total_capital": money.capital(total),
        "quality": [_threshold(metric, value) for metric, value in in_order(job.quality, METRICS)],
        "sampling": {
            "standard": SAMPLING_STANDARD,
            "level": job.sampling_level or DEFAULT_LEVEL,
            "aql": plain_number(_agreed_aql(job)),
        },
        "delivery": _delivery(job, bid),
        "security": _security(job),
        "payment": _stages(total),
        "acceptance": {
            "working_days": ACCEPTANCE_DAYS,
            "rework_limit": REWORK_LIMIT,
            "retention_days": RETENTION_DAYS,
        },
    }
    return {**facts, "clauses": clauses_of(facts)}


def plain_number(value: Decimal) -> str:
    """A decimal as contracts write it: 3000 of 3000.00, 0.035 of 0.0350."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _threshold(metric: str, value: Any) -> dict[str, str]:
    name, _en = METRICS.get(metric, (metric, metric))
    bound = "不高于" if metric in LOWER_IS_BETTER else "不低于"
    return {"metric": metric, "name": name, "bound": bound, "value": str(value)}


def _agreed_aql(job: Job) -> Decimal:
    """The AQL of the job; by sampling, the standard's next one that is not laxer."""
    if job.sampling_level == FULL_INSPECTION:
        return job.aql
    return max((aql for aql in AQLS if aql <= job.aql), default=AQLS[0])


def _party(organisation: Organisation) -> dict[str, str]:
    return {
        "id": str(organisation.id),
        "name": organisation.name,
        "uscc": organisation.uscc or "",
        "region": regions.full_name(organisation.region_code),
        "address": organisation.address,
        "contact": organisation.contact_name,
        "phone": organisation.contact_phone,
    }


def _object(job: Job) -> dict[str, Any]:
    return {
        "summary": job.summary,
        "modality": job.modality,
        "tasks": list(job.task_types),
        "volume": plain_number(job.volume),
        "unit": job.unit,
        "readers_per_item": job.readers_per_item,
        "arbitration": job.arbitration,
    }


def _lines(job: Job, bid: Bid) -> list[dict[str, Any]]:
    assert bid.unit_price is not None
    labelling = {
        "position": 1,
        "description": job.title,
        "spend_category": LABELLING,
        "quantity": plain_number(job.volume),
        "unit": job.unit,
        "unit_price": f"{bid.unit_price:.4f}",
        "amount_fen": money.line_total(bid.unit_price, job.volume),
    }
    extras = [
        {
            "position": position,
            "description": extra["description"],
            "spend_category": _spend_code(extra["spend_category"]),
            "quantity": "1",
            "unit": LUMP_UNIT,
            "unit_price": f"{Decimal(extra['amount_fen']) / 100:.4f}",
            "amount_fen": extra["amount_fen"],
        }
        for position, extra in enumerate((bid.content or {}).get("extra_lines", ()), 2)
    ]
    return [labelling, *extras]


def _spend_code(text: str) -> str:
    term = trade.SPEND_CATEGORIES.exact(text)
    return term.code if term else text


def _delivery(job: Job, bid: Bid) -> dict[str, Any]:
    deadline: dt.date | None = job.delivery_deadline
    return {
        "days": bid.delivery_days,
        "deadline": deadline.isoformat() if deadline else "",
        "format": job.delivery_format,
        "place": _label(security.WORK_PLACES, job.place),
        "place_region": regions.full_name(job.place_region_code) if job.place_region_code else "",
    }


def _security(job: Job) -> dict[str, Any]:
    return {
        "grade": _label(security.DATA_GRADES, job.data_grade),
        "personal_information": _label(security.PERSONAL_INFORMATION, job.personal_info),
        "health_level": job.health_level,
        "is_deid_required": job.is_deid_required,
        "deid_profile": job.deid_profile,
    }


def _label(vocabulary: Any, text: str) -> str:
    term = vocabulary.find(text) if text else None
    return term.zh if term else text


def _stages(total: int) -> list[dict[str, Any]]:
    amounts = money.allocate(total, [share for _kind, share, _days in PAYMENT_STAGES])
    return [
        {
            "position": position,
            "kind": kind.value,
            "share_bp": share,
            "amount_fen": amount,
            "due_working_days": days,
        }
        for position, ((kind, share, days), amount) in enumerate(
            zip(PAYMENT_STAGES, amounts, strict=True), 1
        )
    ]
