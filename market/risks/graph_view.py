"""Who is connected with whom, as pictures: groups of organisations and what they share."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from billing.models import BillingProfile
from market.accounts.models import Membership, Organisation
from market.accounts.oversight import codes_within
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.tables import Export
from market.risks.relations import MANY, same
from market.risks.words import TIES
from market.vocabulary.regions import Region

LABELS = {**TIES, "account": N_("the same bank account")}
SHOWN_GROUPS = 24  # as pictures; the table and its files hold all
ROW = 44  # user units of the picture, which is 360 wide
FITS = {"party": 11, "shared": 9}  # characters of a box


@dataclass(frozen=True, slots=True)
class Holding:
    """What an organisation declares: a person, a telephone, an address, an account."""

    organisation: str  # its number
    what: str
    value: str  # what is compared
    shown: str


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation of a group."""

    number: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Shared:
    """Something that two or more organisations hold."""

    what: str
    shown: str
    holders: tuple[str, ...]

    @property
    def label(self) -> str:
        """What it is, in words."""
        return _(LABELS[self.what])


@dataclass(frozen=True, slots=True)
class Group:
    """Organisations that hang together, and what by."""

    parties: tuple[Party, ...]
    shared: tuple[Shared, ...]

    @property
    def height(self) -> int:
        """Of the picture."""
        return max(len(self.parties), len(self.shared)) * ROW + 8

    def place(self, index: int, count: int) -> int:
        """The middle of a box: the shorter column is spread over the longer one's height."""
        return round((index + 0.5) * (self.height - 8) / count) + 4

    @property
    def lines(self) -> Iterator[tuple[int, int]]:
        """From which height on the left to which on the right."""
        at = {
            party.number: self.place(i, len(self.parties)) for i, party in enumerate(self.parties)
        }
        for index, one in enumerate(self.shared):
            for holder in one.holders:
                yield at[holder], self.place(index, len(self.shared))


@dataclass(frozen=True, slots=True)
class Link:
    """A row of the table: one organisation, and what it shares with the others named."""

    party: Party
    shared: Shared
    others: str


def masked(text: str) -> str:
    """A telephone or an account without its middle."""
    return f"{text[:3]}****{text[-4:]}" if len(text) > 8 else text


def groups_of(holdings: Iterable[Holding], parties: dict[str, Party]) -> list[Group]:
    """The connected groups of two and more, the largest first. Pure."""
    held: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for holding in holdings:
        if len(key := same(holding.value)) >= 6:
            held[holding.what, key].setdefault(holding.organisation, holding.shown)
    shared = [
        Shared(what, next(iter(named.values())), tuple(sorted(named)))
        for (what, _key), named in sorted(held.items())
        if 2 <= len(named) <= MANY
    ]
    of_group: dict[str, list[Shared]] = defaultdict(list)
    root = _roots(shared)
    for one in shared:
        of_group[root[one.holders[0]]].append(one)
    found = []
    for name, rows in of_group.items():
        numbers = [number for number in sorted(root) if root[number] == name]
        found.append(Group(tuple(parties[number] for number in numbers), _beside(numbers, rows)))
    return sorted(found, key=lambda group: (-len(group.parties), group.parties[0].number))


def _beside(parties: Sequence[str], rows: Iterable[Shared]) -> tuple[Shared, ...]:
    """What is shared, at the height of its holders, so that few lines cross."""
    place = {number: index for index, number in enumerate(parties)}
    return tuple(
        sorted(rows, key=lambda one: sum(place[each] for each in one.holders) / len(one.holders))
    )


def _roots(shared: Iterable[Shared]) -> dict[str, str]:
    """The first organisation of the group each belongs to."""
    root: dict[str, str] = {}
    for one in shared:
        joined = {root.get(holder, holder) for holder in one.holders}
        first = min(joined)
        root |= dict.fromkeys(one.holders, first)
        root |= {holder: first for holder, old in root.items() if old in joined}
    return root


async def groups_in(region: Region) -> list[Group]:
    """The groups with at least one organisation of the region."""
    rows = await Organisation.all().values_list(
        "number", "name", "kind", "contact_phone", "address"
    )
    parties = {row[0]: Party(row[0], row[1], str(row[2])) for row in rows}
    holdings = [Holding(row[0], "phone", row[3], masked(row[3])) for row in rows if row[3]]
    holdings += [Holding(row[0], "address", row[4], row[4]) for row in rows if row[4]]
    people: Any = await Membership.filter(revoked_at=None).values_list(
        "organisation__number", "person__email", "person__name"
    )
    holdings += [Holding(number, "person", email, name) for number, email, name in people]
    accounts: Any = await BillingProfile.exclude(bank_account="").values_list(
        "organisation__number", "bank_account"
    )
    holdings += [Holding(number, "account", text, masked(text)) for number, text in accounts]
    inside: Any = await Organisation.filter(
        region_code__range=codes_within(region.prefix)
    ).values_list("number", flat=True)
    own = set(inside)
    found = groups_of(holdings, parties)
    return [group for group in found if any(party.number in own for party in group.parties)]


def links_of(groups: Iterable[Group]) -> list[Link]:
    """The same as a table."""
    found = []
    for group in groups:
        names = {party.number: party for party in group.parties}
        for one in group.shared:
            for holder in one.holders:
                others = "、".join(names[number].name for number in one.holders if number != holder)
                found.append(Link(names[holder], one, others))
    return found


RELATIONS = Export(
    N_("Related parties"),
    (
        (N_("Name"), "text", "party.name"),
        (N_("Number"), "text", "party.number"),
        (N_("Shares"), "text", "shared.label"),
        (N_("Value"), "text", "shared.shown"),
        (N_("With"), "text", "others"),
    ),
)
