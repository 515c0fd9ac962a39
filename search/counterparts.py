"""Talents for a job, and dataset offers for a need: what rules one out, and what ranks it."""

from __future__ import annotations

from market.kit.i18n import N_
from search.documents import DatasetDocument, JobDocument, TalentDocument
from search.fit import Part, Parts, Reason, nearness, task_coverage
from search.grades import data_grade_rank, degree_rank, skill_rank

OTHER_DATA = N_("Is %(held)s, not %(what)s")
"""The refusal that says a dataset is of another kind, not that something is missing."""
_FULL_EXPERIENCE_YEARS = 10
_SENIOR_TITLES = ("副主任医师", "主任医师", "副教授", "教授", "高级工程师")


def talent_refusals(job: JobDocument, talent: TalentDocument) -> list[Reason]:
    """Why a person cannot do the job's work."""
    found = []
    if job["modality"] and job["modality"] not in talent["modalities"]:
        found.append(Reason(N_("No capability in %(what)s"), {"what": job["modality"]}))
    elif not task_coverage(job["task_types"], talent["task_types"]).value:
        what = "、".join(job["task_types"])
        found.append(Reason(N_("None of the tasks: %(what)s"), {"what": what}))
    if job["min_level"] and not _is_qualified(job, talent):
        found.append(Reason(N_("%(level)s or higher needed, has %(held)s"),
                            {"level": job["min_level"], "held": talent["level"] or "—"}))  # fmt: skip
    return found


def _is_qualified(job: JobDocument, talent: TalentDocument) -> bool:
    """The level asked; a doctor's degree or a senior title stands for any level."""
    if degree_rank(talent["degree"]) >= degree_rank("博士") or talent["title"] in _SENIOR_TITLES:
        return True
    return skill_rank(talent["level"]) >= skill_rank(job["min_level"])


def talent_parts(job: JobDocument, talent: TalentDocument, relevance: Part, home: str) -> Parts:
    """What ranks a person for a job's work; `home` is the region of who looks."""
    rank = max(skill_rank(talent["level"]) / 5, degree_rank(talent["degree"]) / 4)
    years = talent["years"]
    return {
        "relevance": relevance,
        "tasks": task_coverage(job["task_types"], talent["task_types"]),
        "level": Part(rank, _standing(talent)),
        "experience": Part(
            min(years / _FULL_EXPERIENCE_YEARS, 1.0),
            Reason(N_("%(n)s years of experience"), {"n": years}),
        ),
        "proximity": nearness(home, talent["region_code"]),
    }


def _standing(talent: TalentDocument) -> Reason:
    if talent["level"]:
        return Reason(N_("Skill level %(what)s"), {"what": talent["level"]})
    return Reason("%(what)s", {"what": talent["title"] or talent["degree"] or "—"})


def dataset_refusals(need: DatasetDocument, offer: DatasetDocument) -> list[Reason]:
    """Why a dataset cannot serve a need."""
    found = []
    if need["side"] == offer["side"]:
        found.append(Reason(N_("Both are needs, or both are offers")))
    if need["modality"] and need["modality"] != offer["modality"]:
        found.append(Reason(OTHER_DATA, {"held": offer["modality"], "what": need["modality"]}))
    if data_grade_rank(offer["data_grade"]) > data_grade_rank(need["data_grade"]):
        found.append(Reason(N_("Is %(held)s, the need is cleared for %(what)s"),
                            {"held": offer["data_grade"], "what": need["data_grade"]}))  # fmt: skip
    return found


def dataset_parts(need: DatasetDocument, offer: DatasetDocument, relevance: Part) -> Parts:
    """What ranks a dataset for a need; the rating is the TC609 score of 100."""
    same = need["industry"] == offer["industry"]
    rating = offer.get("rating", 0.0)
    return {
        "relevance": relevance,
        "tasks": task_coverage(need["task_types"], offer["task_types"]),
        "domain": Part(
            float(same),
            Reason(N_("Same industry: %(what)s"), {"what": offer["industry"]}) if same else None,
        ),
        "rating": Part(
            rating / 100, Reason(N_("Rated %(n)s of 100"), {"n": rating}) if rating else None
        ),
    }
