"""Hard requirements of a job against a supplier: each unmet one is a sentence, none is hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from market.kit.i18n import N_
from market.vocabulary.credentials import Credential, parse_credential
from market.vocabulary.regions import full_name, is_within, nearest
from search.documents import JobDocument, SupplierDocument
from search.fit import Reason, task_coverage
from search.grades import data_grade_rank, held_credentials, skill_rank
from search.numerals import plain

_PLACES_WITHIN = ("本市", "本省")
_ON_SITE = "现场作业"
_EXPERT, _PROFESSIONAL = "行业领域专家", "专业标注员"
_PROFESSIONAL_RANK = skill_rank("四级")
NO_CAPABILITY = (N_("No capability in %(what)s"), N_("None of the tasks: %(what)s"))
"""Refusals that say the work is another trade, not that something is missing."""


Check = Callable[[JobDocument, SupplierDocument], Iterator[Reason]]


def refusals(job: JobDocument, supplier: SupplierDocument) -> list[Reason]:
    """Why the supplier may not be offered the job; empty when it may."""
    return [reason for check in _CHECKS for reason in check(job, supplier)]


def days_available(job: JobDocument) -> int:
    """Calendar days from the end of bidding to delivery, at least 1; 0 when a date is missing."""
    start, due = job.get("starts_on"), job.get("due_on")
    if not start or not due:
        return 0
    return max((date.fromisoformat(due) - date.fromisoformat(start)).days, 1)


def daily_need(job: JobDocument) -> float:
    """Units a day the job needs; 0 when its volume or dates are unknown."""
    days = days_available(job)
    return job["quantity"] / days if days else 0.0


def free_capacity(job: JobDocument, supplier: SupplierDocument) -> float | None:
    """Units a day the supplier has left in the job's unit; None when it declares none."""
    declared = [c["per_day"] for c in supplier["capacities"] if c["unit"] == job["unit"]]
    if not declared:
        return None
    return max(max(declared) - supplier.get("load", {}).get(job["unit"], 0.0), 0.0)


def _standing(job: JobDocument, supplier: SupplierDocument) -> Iterator[Reason]:
    if supplier.get("suspended"):
        yield Reason(N_("The supplier is suspended"))
    owner = job.get("owner_uscc")
    if owner and (owner == supplier["uscc"] or owner in supplier.get("related_parties", ())):
        yield Reason(N_("Related party of the owner"))
    invited = job.get("invited")
    if invited and supplier["id"] not in invited:
        yield Reason(N_("By invitation only, and not invited"))


def _capability(job: JobDocument, supplier: SupplierDocument) -> Iterator[Reason]:
    offered = supplier["modalities"]
    if job["modality"] and job["modality"] not in offered:
        yield Reason(NO_CAPABILITY[0], {"what": job["modality"]})
        return
    covered = task_coverage(job["task_types"], supplier["task_types"])
    if not covered.value and job["industry"] not in supplier["industries"]:
        yield Reason(NO_CAPABILITY[1], {"what": "、".join(job["task_types"])})


def _place(job: JobDocument, supplier: SupplierDocument) -> Iterator[Reason]:
    area, home = job["place_region_code"], nearest(supplier["region_code"])
    if job["place"] in _PLACES_WITHIN and area and not is_within(home, area):
        yield Reason(
            N_("Must be in %(where)s, is in %(home)s"),
            {"where": full_name(area), "home": full_name(home)},
        )
    if job["place"] != _ON_SITE:
        return
    if not supplier["security"].get("onsite"):
        yield Reason(N_("No on-site work"))
    elif job.get("owner_is_hospital") and not supplier["security"].get("in_hospital"):
        yield Reason(N_("No work inside hospitals"))


def _credentials(job: JobDocument, supplier: SupplierDocument) -> Iterator[Reason]:
    held = held_credentials(supplier["certs"], supplier["security"].get("mlps"))
    for name in job["certs"]:
        wanted = parse_credential(name)
        if wanted is None:
            if name not in supplier["certs"]:
                yield Reason(N_("Lacks %(what)s"), {"what": name})
        elif not (own := held.get(wanted.kind, Credential(""))).satisfies(wanted):
            if own.kind:
                params = {"what": wanted.label(), "held": own.label()}
                yield Reason(N_("Lacks %(what)s (has %(held)s)"), params)
            else:
                yield Reason(N_("Lacks %(what)s"), {"what": wanted.label()})


def met_credentials(job: JobDocument) -> Reason | None:
    """The certificates a job asks for, said of a supplier that `refusals` found nothing against."""
    wanted = [
        credential.label() if (credential := parse_credential(name)) else name
        for name in job["certs"]
    ]
    msgid = N_("Holds every certificate asked for: %(what)s")
    return Reason(msgid, {"what": "、".join(wanted)}) if wanted else None


def _clearance(job: JobDocument, supplier: SupplierDocument) -> Iterator[Reason]:
    security = supplier["security"]
    if data_grade_rank(job["data_grade"]) > data_grade_rank(security.get("max_data_grade")):
        yield Reason(N_("Not cleared for %(what)s"), {"what": job["data_grade"]})
    if job["health_level"] > (security.get("health_level_max") or 0):
        yield Reason(
            N_("Health data level %(n)s needed, cleared to level %(held)s"),
            {"n": job["health_level"], "held": security.get("health_level_max") or 0},
        )


def _facilities(job: JobDocument, supplier: SupplierDocument) -> Iterator[Reason]:
    security = supplier["security"]
    if job["vlan"] and not security.get("vlan_isolation"):
        yield Reason(N_("No VLAN isolation"))
    if job["xinchuang"] and not security.get("xinchuang"):
        yield Reason(N_("No domestic IT stack (Xinchuang)"))
    kept = security.get("cctv_months") or 0
    if job["cctv_months"] > kept:
        yield Reason(N_("CCTV must be kept %(n)s months, is kept %(held)s"),
                     {"n": job["cctv_months"], "held": kept})  # fmt: skip


def _people(job: JobDocument, supplier: SupplierDocument) -> Iterator[Reason]:
    """Head count at the level asked; domain experts count as qualified at any level."""
    wanted, least = job["min_staff"], skill_rank(job["min_level"])
    heads = _heads_from(supplier, least) + supplier["experts"] if least else supplier["staff"]
    if wanted > heads:
        yield _too_few(job, supplier, heads)
    kind = job["annotator_type"]
    if kind == _EXPERT and kind not in supplier["annotator_types"]:
        yield Reason(N_("No domain experts"))
    if kind == _PROFESSIONAL and not {kind, _EXPERT} & set(supplier["annotator_types"]):
        certified = _heads_from(supplier, _PROFESSIONAL_RANK)
        if certified < max(wanted, 1):
            yield Reason(N_("No professional annotators"))


def _too_few(job: JobDocument, supplier: SupplierDocument, heads: int) -> Reason:
    params = {"n": job["min_staff"], "held": heads}
    if not skill_rank(job["min_level"]):
        return Reason(N_("%(n)s people needed, has %(held)s"), params)
    msgid = N_("%(n)s people of %(level)s or higher needed, has %(held)s with %(experts)s experts")
    return Reason(msgid, {**params, "level": job["min_level"], "experts": supplier["experts"]})


def _heads_from(supplier: SupplierDocument, least: int) -> int:
    return sum(n for level, n in supplier["levels"].items() if skill_rank(level) >= least)


def _output(job: JobDocument, supplier: SupplierDocument) -> Iterator[Reason]:
    need, free = daily_need(job), free_capacity(job, supplier)
    if free is not None and need > free:
        yield Reason(
            N_("%(n)s %(unit)s a day needed, %(free)s free"),
            {"n": plain(round(need, 1)), "unit": job["unit"], "free": plain(round(free, 1))},
        )


_CHECKS: tuple[Check, ...] = (
    _standing, _capability, _place, _credentials, _clearance, _facilities, _people, _output
)  # fmt: skip
