"""Datasets on offer as search weighs them for a need."""

from __future__ import annotations

from statistics import fmean

from market.datasets import dataset_access
from market.datasets.dataset_models import Dataset, DatasetRating
from market.datasets.dataset_states import RatingStatus
from market.datasets.models import DatasetNeed
from market.vocabulary.datasets import DIMENSIONS
from market.vocabulary.regions import full_name
from search.documents import DatasetDocument
from search.grades import split_unit
from search.matching import CANDIDATES, Matches, match_datasets
from search.rows import need_document


async def offers_for(need: DatasetNeed) -> tuple[Matches, dict[str, DatasetDocument]]:
    """The datasets on offer weighed for a need whose owner is fetched; the newest where there are too many."""
    rows = await dataset_access.listed().limit(CANDIDATES)
    ratings = await _ratings(rows)
    offers = [_offer_document(row, ratings.get(str(row.id), 0.0)) for row in rows]
    return match_datasets(need_document(need), offers), {one["id"]: one for one in offers}


async def _ratings(rows: list[Dataset]) -> dict[str, float]:
    """The mean of the dimensions in each dataset's last published rating by TC609, of 100."""
    published = DatasetRating.filter(
        dataset_id__in=[row.id for row in rows], status=RatingStatus.PUBLISHED
    )
    return {
        str(rating.dataset_id): round(fmean(float(rating.result[code]) for code in DIMENSIONS), 2)
        for rating in await published.order_by("published_at", "id")
        if rating.result
    }


def _offer_document(row: Dataset, rating: float) -> DatasetDocument:
    return {
        "id": str(row.id),
        "kind": "datasets",
        "number": row.number,
        "external_id": "",
        "status": str(row.status.value),
        "side": "offer",
        "title": row.title,
        "summary": row.summary,
        "owner": row.owner.name,
        "region_code": row.region_code,
        "region": full_name(row.region_code),
        "industry": row.industry,
        "modality": row.modality,
        "task_types": row.task_types,
        "dataset_type": row.dataset_type,
        "supply_mode": row.supply_mode,
        "price_model": row.price_model,
        "purpose": "",
        "license": str(row.terms.get("license", "")),
        "data_grade": row.data_grade,
        "health_level": row.health_level or 0,
        "quantity": float(row.volume),
        "unit": split_unit(row.unit)[0],
        "budget_fen": 0,
        "rating": rating,
    }
