"""Who is connected with whom, as pictures: groups of organisations and what they share."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from market.accounts.models import Organisation
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.tables import Export
from market.risks.declared import holdings
from market.risks.relations import Common, in_common
from market.risks.words import TIES
from market.vocabulary.regions import Region

SHOWN_GROUPS = 24  # as pictures; the table and its files hold all
ROW = 44  # user units of the picture, which is 360 wide
FITS = {"party": 11, "shared": 9}  # characters of a box


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation of a group."""

    number: str
    name: str
    kind: str
    region_code: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Organisations that hang together, and what by."""

    parties: tuple[Party, ...]
    shared: tuple[Common, ...]

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
    shared: Common
    others: str


def groups_of(shared: Sequence[Common], parties: Mapping[str, Party]) -> list[Group]:
    """The connected groups of two and more, the largest first. Pure."""
    of_group: dict[str, list[Common]] = defaultdict(list)
    root = _roots(shared)
    for one in shared:
        of_group[root[one.holders[0]]].append(one)
    members: dict[str, list[str]] = defaultdict(list)
    for number in sorted(root):
        members[root[number]].append(number)
    found = [
        Group(tuple(parties[number] for number in members[name]), _beside(members[name], rows))
        for name, rows in of_group.items()
    ]
    return sorted(found, key=lambda group: (-len(group.parties), group.parties[0].number))


def _beside(parties: Sequence[str], rows: Iterable[Common]) -> tuple[Common, ...]:
    """What is shared, at the height of its holders, so that few lines cross."""
    place = {number: index for index, number in enumerate(parties)}
    return tuple(
        sorted(rows, key=lambda one: sum(place[each] for each in one.holders) / len(one.holders))
    )


def _roots(shared: Iterable[Common]) -> dict[str, str]:
    """The first organisation of the group each belongs to."""
    above: dict[str, str] = {}

    def root_of(holder: str) -> str:
        while (higher := above.setdefault(holder, holder)) != holder:
            above[holder] = holder = above[higher]
        return holder

    for one in shared:
        first, *others = sorted(map(root_of, one.holders))
        above |= dict.fromkeys(others, first)
    return {holder: root_of(holder) for holder in list(above)}


async def groups_in(region: Region) -> list[Group]:
    """The groups with at least one organisation of the region."""
    rows = await Organisation.all().values_list("number", "name", "kind", "region_code")
    parties = {row[0]: Party(row[0], row[1], str(row[2]), row[3]) for row in rows}
    own = {row[0] for row in rows if row[3].startswith(region.prefix)}
    found = groups_of(in_common(await holdings()), parties)
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
        (N_("Shares"), "text", lambda link: _(TIES[link.shared.what])),
        (N_("Value"), "text", "shared.shown"),
        (N_("With"), "text", "others"),
    ),
)
