"""Mail and bell about what a bureau or a provider decides: selections, ratings, the reserve, quotes."""

from collections.abc import Iterable
from dataclasses import dataclass

from market.accounts.models import Person
from market.accounts.states import Role
from market.complaints.competence import DECIDERS, authorities_over
from market.datasets.dataset_models import DatasetRating, RatingSheet
from market.datasets.dataset_states import RatingStatus
from market.kit import outbox, web
from market.kit.i18n import N_
from market.kit.statuses import STATUS_TONES
from market.notifications.mailing import tell
from market.notifications.recipients import members
from market.reserve.models import ReserveProject
from market.reserve.states import ProjectStatus
from market.selection.models import SelectionEntry
from market.selection.states import EntryStatus
from market.services.models import QuoteRequest
from market.services.states import QuoteStatus

PEOPLE = (Role.PROJECT, Role.SALES, Role.BUYER)


@dataclass(frozen=True, slots=True)
class Moved:
    """What changed, in msgids: the mail and the bell say it in the reader's language."""

    noun: str
    number: str
    title: str
    label: str
    route: str
    note: str = ""

    @property
    def url(self) -> str:
        """Its page."""
        return web.path_for(self.route, number=self.number)

    @property
    def address(self) -> str:
        """Its page as a mail writes it."""
        return web.absolute_url(self.route, number=self.number)


async def _tell(message: outbox.Message, people: Iterable[Person], moved: Moved) -> None:
    each = {person.id: person for person in people}.values()
    await tell(message, each, template="office.moved", moved=moved)


async def _deciders_over(region_code: str) -> list[Person]:
    offices = await authorities_over(region_code)
    return [one for office in offices for one in await members(office.id, *DECIDERS)]


async def tell_of_entry(message: outbox.Message) -> None:
    """entry.moved: the applicant learns every decision, the organiser what waits for it."""
    row = await SelectionEntry.get(id=message.payload["entry"]).select_related("call")
    status = EntryStatus(message.payload["status"])  # when it moved; it may have moved on
    waits = status in (EntryStatus.SUBMITTED, EntryStatus.OBJECTED)
    people = await members(row.call.organiser_id, *DECIDERS) if waits else []
    if status is not EntryStatus.SUBMITTED:
        people += await members(row.applicant_id, *PEOPLE)
    await _tell(message, people, Moved(
        N_("Entry"), row.number, row.title, STATUS_TONES["entry", status].label,
        "entries:show", row.opinion,
    ))  # fmt: skip


async def tell_of_rating(message: outbox.Message) -> None:
    """rating.moved: asked for, the bureaus above; being scored, its reviewers; published, the owner."""
    rating = await DatasetRating.get(id=message.payload["rating"]).select_related("dataset__owner")
    status = RatingStatus(message.payload["status"])
    owner = rating.dataset.owner
    if status is RatingStatus.REQUESTED:
        people = await _deciders_over(owner.region_code)
        people += await members(owner.id, *PEOPLE)
    elif status is RatingStatus.SCORING:
        sheets = RatingSheet.filter(rating=rating).select_related("person").order_by("id")
        people = [sheet.person for sheet in await sheets]
    else:
        people = await members(owner.id, *PEOPLE)
    await _tell(message, people, Moved(
        N_("Dataset rating"), rating.number, rating.dataset.title,
        STATUS_TONES["dataset_rating", status].label, "ratings:show", rating.statement,
    ))  # fmt: skip


async def tell_of_project(message: outbox.Message) -> None:
    """project.moved: handed in, the bureaus above; else the owner, also when its tier changed."""
    row = await ReserveProject.get(id=message.payload["project"])
    status = ProjectStatus(message.payload["status"])
    if status is ProjectStatus.SUBMITTED:
        people = await _deciders_over(row.region_code)
    else:
        people = await members(row.owner_id, *PEOPLE)
    await _tell(message, people, Moved(
        N_("Reserve project"), row.number, row.title,
        STATUS_TONES["reserve_project", status].label, "reserve:show", row.opinion,
    ))  # fmt: skip


async def tell_of_quote(message: outbox.Message) -> None:
    """quote.moved: the provider learns what is asked and replied, the requester the answer."""
    row = await QuoteRequest.get(id=message.payload["quote"]).select_related("listing")
    status = QuoteStatus(message.payload["status"])
    is_answer = status in (QuoteStatus.QUOTED, QuoteStatus.DECLINED)
    to = row.requester_id if is_answer else row.listing.provider_id
    await _tell(message, await members(to, *PEOPLE), Moved(
        N_("Quote"), row.number, row.listing.title, STATUS_TONES["quote", status].label,
        "quotes:show", row.answer if is_answer else row.text,
    ))  # fmt: skip
