"""Verbs of a rating: ask, assign reviewers, score, publish; the clock asks again when a review is due."""

from decimal import Decimal

from market.accounts.models import Membership, Organisation, Person
from market.accounts.oversight import own_region
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.datasets.dataset_forms import AssignInput, PublishInput, SheetInput
from market.datasets.dataset_models import Dataset, DatasetRating, RatingSheet
from market.datasets.dataset_states import (
    RUNNING,
    DatasetStatus,
    Grade,
    RatingCause,
    RatingStatus,
)
from market.datasets.offering import OWNERS
from market.datasets.scores import missing, result_of
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, InvalidInput, NotFound, NotPermitted
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.vocabulary import regions
from market.vocabulary.datasets import INDICATORS

OFFICERS = (Role.QUALITY, Role.PROJECT)


class RatingRunning(Conflict):
    """A dataset is rated by one rating at a time."""

    title = "A rating is under way"


class SheetsMissing(Conflict):
    """A rating is published when every assigned reviewer has handed in."""

    title = "Reviewers have not handed in"


@atomic()
async def request_rating(row: Dataset, *, by: Actor) -> DatasetRating:
    """The owner of a listed dataset asks the bureau of its region to rate it."""
    require(by, *OWNERS)
    row = await lock(row)
    if row.owner_id != by.organisation_id:
        raise NotFound(_("This dataset does not exist"))
    if row.status is not DatasetStatus.LISTED:
        raise Conflict(_("Only a listed dataset is rated"))
    return await _begin(row, RatingCause.ASKED, by)


async def _begin(row: Dataset, cause: RatingCause, by: Actor) -> DatasetRating:
    if await DatasetRating.exists(dataset=row, status__in=RUNNING):
        raise RatingRunning(_("Wait until the rating that is under way is published"))
    rating = await DatasetRating.create(
        number=await next_number("PJ"), dataset=row, cause=cause, version=row.version
    )
    await audit.record(rating, "requested", by=by)
    await _moved(rating)
    return rating


@atomic()
async def assign_reviewers(
    rating: DatasetRating, content: AssignInput, *, by: Actor
) -> DatasetRating:
    """A bureau above the dataset names people with an account, none of the owner's own (回避)."""
    rating, row = await _to_decide(rating, by)
    people = []
    for address in content.addresses:
        person = await Person.get_or_none(email=address)
        problem = ""
        if person is None:
            problem = _("Nobody here has the address %(address)s", address=address)
        elif await Membership.exists(person=person, organisation_id=row.owner_id, revoked_at=None):
            problem = _("%(address)s belongs to the owner", address=address)
        if problem:
            raise InvalidInput(fields={"reviewers": problem})
        people.append(person)
    await rating.move_to(RatingStatus.SCORING, by=by, bureau_id=by.organisation_id)
    await RatingSheet.bulk_create([RatingSheet(rating=rating, person=person) for person in people])
    await _moved(rating)
    return rating


@atomic()
async def hand_in_sheet(sheet: RatingSheet, content: SheetInput, *, by: Actor) -> RatingSheet:
    """An assigned reviewer's points with evidence for all seventeen indicators; once, then unchangeable."""
    if by.person_id is None or sheet.person_id != by.person_id:
        raise NotFound(_("This rating does not exist"))
    rating = await lock_id(DatasetRating, sheet.rating_id)
    sheet = await lock(sheet)
    if rating.status is not RatingStatus.SCORING or sheet.submitted_at is not None:
        raise Conflict(_("Your sheet has been handed in, or the rating is over"))
    given = {code: one for code, one in content.indicators.items() if code in INDICATORS}
    if lacking := missing(given):
        raise InvalidInput(_("Give points to every indicator: %(codes)s", codes=", ".join(lacking)))
    sheet.points = {code: given[code].model_dump(mode="json") for code in INDICATORS}
    sheet.submitted_at = clock.now()
    await sheet.save(update_fields=["points", "submitted_at"])
    await audit.record(sheet, "handed_in", by=by, after={"points": sheet.points})
    return sheet


@atomic()
async def publish_rating(
    rating: DatasetRating, content: PublishInput, *, by: Actor
) -> DatasetRating:
    """Publish the result with its date; a failed re-review takes the grade away (动态管理)."""
    rating, row = await _to_decide(rating, by)
    sheets = await RatingSheet.filter(rating=rating)
    if rating.status is not RatingStatus.SCORING or any(s.submitted_at is None for s in sheets):
        raise SheetsMissing(_("Every assigned reviewer must have handed in"))
    found = result_of([{c: Decimal(v["points"]) for c, v in s.points.items()} for s in sheets])
    was_passed = row.grade in (Grade.PASSED, Grade.DUE)
    await rating.move_to(
        RatingStatus.PUBLISHED, by=by, result=found.stored(), is_passed=found.is_passed,
        statement=content.statement, published_at=clock.now(),
    )  # fmt: skip
    before = {"grade": row.grade}
    row.grade = Grade.PASSED if found.is_passed else Grade.FAILED
    row.rated_on = clock.today()
    row.next_review_on = (
        clock.months_on(row.rated_on, content.review_months) if found.is_passed else None
    )
    await row.save(update_fields=["grade", "rated_on", "next_review_on"])
    action = "demoted" if was_passed and not found.is_passed else "rated"
    await audit.record(row, action, by=by, before=before, after={"grade": row.grade})
    await _moved(rating)
    return rating


@atomic()
async def cancel_rating(rating: DatasetRating, *, by: Actor) -> DatasetRating:
    """The owner takes its request back before reviewers are named; a due re-review stays."""
    require(by, *OWNERS)
    row = await lock_id(Dataset, rating.dataset_id)
    rating = await lock(rating)
    if row.owner_id != by.organisation_id:
        raise NotFound(_("This rating does not exist"))
    if rating.status is not RatingStatus.REQUESTED or rating.cause is RatingCause.REVIEW:
        raise Conflict(_("This rating can no longer be taken back"))
    await rating.move_to(RatingStatus.CANCELLED, by=by)
    return rating


async def ask_for_due_reviews() -> None:
    """By the clock: a passed dataset whose day has come is marked as due, and a re-review begins."""
    due = Dataset.filter(grade=Grade.PASSED, next_review_on__lte=clock.today())
    for row in await due.order_by("next_review_on").limit(200):
        await _ask_again(row)


@atomic()
async def _ask_again(row: Dataset) -> None:
    row = await lock(row)
    if (
        row.grade is not Grade.PASSED
        or row.next_review_on is None
        or row.next_review_on > clock.today()
    ):
        return
    by = Actor.system("clock")
    row.grade = Grade.DUE
    await row.save(update_fields=["grade"])
    await audit.record(row, "review_due", by=by, after={"grade": row.grade})
    if not await DatasetRating.exists(dataset=row, status__in=RUNNING):
        await _begin(row, RatingCause.REVIEW, by)


async def _to_decide(rating: DatasetRating, by: Actor) -> tuple[DatasetRating, Dataset]:
    require(by, *OFFICERS, kind=OrganisationKind.BUREAU)
    row = await lock_id(Dataset, rating.dataset_id)
    owner = await Organisation.get(id=row.owner_id)
    if not regions.is_within(owner.region_code, own_region(by).code):
        raise NotPermitted(_("This dataset is of another region"))
    return await lock(rating), row


async def _moved(rating: DatasetRating) -> None:
    await outbox.record("rating.moved", rating=rating.id, status=rating.status.value)
