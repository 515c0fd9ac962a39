"""The only way a route obtains a dataset or a rating: listed ones, one's own, and a bureau's region's."""

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from market.accounts.oversight import own_region
from market.accounts.states import OrganisationKind
from market.datasets.dataset_models import Dataset, DatasetRating, RatingSheet
from market.datasets.dataset_states import DatasetStatus, Grade, RatingStatus
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _

FILTERS = ("supply_mode", "dataset_type", "industry", "modality", "grade", "origin")


def _no_dataset() -> NotFound:
    return NotFound(_("This dataset does not exist"))


def listed() -> QuerySet[Dataset]:
    """What is on offer, the newest first."""
    found = Dataset.filter(status=DatasetStatus.LISTED).order_by("-published_at", "-id")
    return found.select_related("owner")


def own_datasets(by: Actor) -> QuerySet[Dataset]:
    """The actor's own in every status."""
    return Dataset.filter(owner_id=by.organisation_id).select_related("owner").order_by("-id")


async def dataset_to_see(by: Actor, number: str) -> Dataset:
    """A listed one, or one's own."""
    wanted = Q(status=DatasetStatus.LISTED)
    if by.organisation_id is not None:
        wanted |= Q(owner_id=by.organisation_id)
    query = Dataset.filter(wanted, number=number).select_related("owner", "sample", "recipient")
    found = await query.first()
    if found is None:
        raise _no_dataset()
    return found


async def own_dataset(by: Actor, number: str) -> Dataset:
    """One's own; NotFound for any other."""
    row = await dataset_to_see(by, number)
    if by.organisation_id is None or row.owner_id != by.organisation_id:
        raise _no_dataset()
    return row


def published_ratings(row: Dataset) -> QuerySet[DatasetRating]:
    """The ratings on record, the newest first: for everybody."""
    found = DatasetRating.filter(dataset=row, status=RatingStatus.PUBLISHED)
    return found.select_related("bureau").order_by("-published_at", "-id")


async def running_rating(row: Dataset) -> DatasetRating | None:
    """The rating under way."""
    return await DatasetRating.filter(
        dataset=row, status__in=(RatingStatus.REQUESTED, RatingStatus.SCORING)
    ).first()


def ratings_to_see(by: Actor) -> QuerySet[DatasetRating]:
    """A bureau's region's, those one reviews, those of one's own datasets; and what is published."""
    wanted = Q(status=RatingStatus.PUBLISHED)
    if by.organisation_id is not None:
        wanted |= Q(dataset__owner_id=by.organisation_id)
    if by.kind in (OrganisationKind.BUREAU, OrganisationKind.OPERATOR) and by.verified:
        wanted |= Q(dataset__owner__region_code__startswith=own_region(by).prefix)
    found = DatasetRating.filter(wanted).select_related("dataset__owner", "bureau")
    return found.order_by("-id")


async def rating_to_see(by: Actor, number: str) -> DatasetRating:
    """One of them, or one the person reviews; NotFound for any other."""
    found = await ratings_to_see(by).filter(number=number).first()
    if found is None and by.person_id is not None:
        sheet = await RatingSheet.filter(rating__number=number, person_id=by.person_id).first()
        query = DatasetRating.filter(number=number).select_related("dataset__owner", "bureau")
        found = await query.first() if sheet else None
    if found is None:
        raise NotFound(_("This rating does not exist"))
    return found


async def rating_to_decide(by: Actor, number: str) -> DatasetRating:
    """One of the bureau's region; NotFound for everybody else."""
    row = await rating_to_see(by, number)
    is_of_region = by.kind == OrganisationKind.BUREAU and by.verified
    if not is_of_region or not row.dataset.owner.region_code.startswith(own_region(by).prefix):
        raise NotFound(_("This rating does not exist"))
    return row


async def own_rating(by: Actor, number: str) -> DatasetRating:
    """One of one's own datasets."""
    row = await rating_to_see(by, number)
    if by.organisation_id is None or row.dataset.owner_id != by.organisation_id:
        raise NotFound(_("This rating does not exist"))
    return row


async def own_sheet(by: Actor, number: str) -> RatingSheet:
    """The person's own sheet; NotFound for anybody else."""
    if by.person_id is None:
        raise NotFound(_("This rating does not exist"))
    query = RatingSheet.filter(rating__number=number, person_id=by.person_id)
    found = await query.select_related("rating__dataset__owner").first()
    if found is None:
        raise NotFound(_("This rating does not exist"))
    return found


def sheets_of(row: DatasetRating) -> QuerySet[RatingSheet]:
    """Every reviewer's sheet."""
    return RatingSheet.filter(rating=row).select_related("person").order_by("id")


def narrowed(query: QuerySet[Dataset], asked: dict[str, str]) -> QuerySet[Dataset]:
    """The datasets the address asks for, by the filters it knows."""
    chosen = {name: asked[name] for name in FILTERS if asked.get(name)}
    if chosen.get("grade") and chosen["grade"] not in set(Grade):
        del chosen["grade"]
    query = query.filter(**chosen)
    if text := asked.get("q", "").strip()[:80]:
        query = query.filter(Q(title__icontains=text) | Q(summary__icontains=text))
    return query
