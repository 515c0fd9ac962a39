"""Public words of listed suppliers and talents: written when one changes, read by filters."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from tortoise.expressions import Subquery
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from market.directory.models import DirectoryTag
from market.vocabulary import regions

Selected = Mapping[str, Sequence[str]]


def region_path(code: str) -> list[str]:
    """The region and those it lies in, so that a province finds the suppliers of its districts."""
    path = []
    found = regions.region(code)
    while found is not None and found.code != regions.COUNTRY_CODE:
        path.append(found.code)
        found = regions.parent_of(found.code)
    return path


async def replace_tags(listing: str, subject_id: UUID, words: Mapping[str, Iterable[str]]) -> None:
    """Make `words` (facet -> values) the tags of the subject; none take it out of every filter."""
    await DirectoryTag.filter(listing=listing, subject_id=subject_id).delete()
    pairs = {(facet, value) for facet, values in words.items() for value in values if value}
    await DirectoryTag.bulk_create(
        DirectoryTag(listing=listing, subject_id=subject_id, facet=facet, value=value[:80])
        for facet, value in sorted(pairs)
    )


def narrow(listing: str, query: QuerySet[Any], selected: Selected) -> QuerySet[Any]:
    """Only the subjects that carry every selected word."""
    for facet, values in selected.items():
        for value in values:
            carriers = DirectoryTag.filter(listing=listing, facet=facet, value=value)
            query = query.filter(id__in=Subquery(carriers.values("subject_id")))
    return query


async def counts(listing: str, query: QuerySet[Any]) -> dict[str, list[tuple[str, int]]]:
    """For each facet its words among the subjects of `query`, the most frequent first."""
    rows = (
        await DirectoryTag.filter(listing=listing, subject_id__in=Subquery(query.values("id")))
        .annotate(uses=Count("id"))
        .group_by("facet", "value")
        .order_by("-uses", "value")
        .values_list("facet", "value", "uses")
    )
    found: dict[str, list[tuple[str, int]]] = {}
    for facet, value, uses in rows:
        found.setdefault(str(facet), []).append((str(value), int(uses)))
    return found
