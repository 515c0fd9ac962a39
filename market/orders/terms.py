"""The terms of a contract: structured facts of job, bid and parties, their canonical digest."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from market.accounts.models import Organisation
from market.kit import money
from market.kit.audit import canonical
from market.orders import stages
from market.orders.classes import FULL_INSPECTION
from market.orders.clauses import clauses_of
from market.orders.contract_forms import DraftInput, IsolationInput, Network
from market.orders.sampling import AQLS
from market.tendering.models import Award, Bid, Job
from market.tendering.terms import LOWER_IS_BETTER, METRICS, in_order
from market.vocabulary import regions, security, trade

FORM = "data-annotation-service/1"
DEFAULT_LEVEL = "II"
SAMPLING_STANDARD = "GB/T 2828.1-2012"
LABELLING = "labelling"
LUMP_UNIT = "项"


def digest_of(terms: Mapping[str, Any]) -> str:
    """SHA-256 of the terms in canonical JSON (sorted keys, no spaces, UTF-8): what both sign."""
    return hashlib.sha256(canonical(terms).encode()).hexdigest()


def verification_code(digest: str) -> str:
    """The sixteen digits printed on the document, by which anybody finds it."""
    return "-".join(digest[start : start + 4].upper() for start in range(0, 16, 4))


def build_terms(
    number: str, award: Award, *, job: Job, bid: Bid, buyer: Organisation, supplier: Organisation,
    draft: DraftInput | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Everything the parties agree, numbers as integers or strings, the clauses written out.

    `award` comes with its lot; `draft` is what the buyer settled. Raises ValueError when the lines
    do not add up to the awarded total.
    """
    draft = draft or DraftInput()
    lines = _lines(award, job, bid)
    total = sum(line["amount_fen"] for line in lines)
    awarded = bid.total_fen if award.total_fen is None else award.total_fen
    if total != awarded:
        raise ValueError(f"lines of {bid.number} sum to {total}, awarded were {awarded}")
    facts: dict[str, Any] = {
        "form": FORM,
        "number": number,
        "version": 1,
        "job": {"number": job.number, "title": _title(award, job), "version": job.version},
        "award": award.number,
        "bid": {"number": bid.number, "digest": bid.digest},
        "buyer": _party(buyer),
        "supplier": _party(supplier),
        "object": _object(job),
        "lines": lines,
        "total_fen": total,
        "total_capital": money.capital(total),
        "quality": [
            _threshold(metric, value, draft) for metric, value in in_order(job.quality, METRICS)
        ],
        "sampling": {
            "standard": SAMPLING_STANDARD,
            "level": job.sampling_level or DEFAULT_LEVEL,
            "aql": plain_number(_agreed_aql(job, job.aql)),
            **_minor(job),
        },
        "delivery": _delivery(job, bid),
        "security": _security(job),
        "isolation": (draft.isolation or isolation_of(job)).model_dump(mode="json"),
        "training": draft.training,
        "payment": stages.drafted(total, draft),
        "acceptance": {
            "working_days": draft.inspection_days,
            "rework_limit": draft.rework_limit,
            "rework_unit_price": f"{draft.rework_unit_price:.4f}",
            "retention_days": draft.retention_days,
        },
        "termination": {"notice_days": draft.notice_days},
    }
    return {**facts, "clauses": clauses_of(facts)}


def plain_number(value: Decimal) -> str:
    """A decimal as contracts write it: 3000 of 3000.00, 0.035 of 0.0350."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def isolation_of(job: Job) -> IsolationInput:
    """The isolation rules a job asks for, where a draft says nothing else."""
    asked = job.requirements
    return IsolationInput(
        place=_label(security.WORK_PLACES, job.place),
        network=Network.VLAN if asked.get("vlan") else Network.OPEN,
        cctv_months=int(asked.get("cctv_months") or 0),
    )


def _title(award: Award, job: Job) -> str:
    return f"{job.title}（第{award.lot.position}包：{award.lot.title}）" if award.lot else job.title


def _threshold(metric: str, value: Any, draft: DraftInput) -> dict[str, str]:
    """Over the order the average counts; `floor` is what no single batch may miss, "" = none."""
    name, _en = METRICS.get(metric, (metric, metric))
    is_lower = metric in LOWER_IS_BETTER
    floor = "" if draft.batch_floor is None or is_lower else plain_number(draft.batch_floor)
    return {
        "metric": metric, "name": name, "bound": "不高于" if is_lower else "不低于",
        "value": str(value), "floor": floor, "gold_set": draft.gold_set,
    }  # fmt: skip


def _minor(job: Job) -> dict[str, str]:
    """The AQL of minor items, where the job gives them one of their own."""
    if job.minor_aql is None:
        return {}
    return {"minor_aql": plain_number(_agreed_aql(job, job.minor_aql))}


def _agreed_aql(job: Job, wanted: Decimal) -> Decimal:
    """An AQL of the job; by sampling, the standard's next one that is not laxer."""
    if job.sampling_level == FULL_INSPECTION:
        return wanted
    return max((aql for aql in AQLS if aql <= wanted), default=AQLS[0])


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


def awarded_volume(award: Award, job: Job) -> Decimal:
    """What is awarded: a share of the volume, else the lot's, else the job's."""
    volume: Decimal | None = award.volume
    if volume is not None:
        return volume
    return award.lot.volume if award.lot else job.volume


def _lines(award: Award, job: Job, bid: Bid) -> list[dict[str, Any]]:
    assert bid.unit_price is not None
    volume = awarded_volume(award, job)
    labelling = {
        "position": 1,
        "description": _title(award, job)[:200],
        "spend_category": LABELLING,
        "quantity": plain_number(volume),
        "unit": job.unit,
        "unit_price": f"{bid.unit_price:.4f}",
        "amount_fen": money.line_total(bid.unit_price, volume),
        "is_work": True,
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
            "is_work": False,
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
