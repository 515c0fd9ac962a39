"""Maps of equal tiles: a place for each province, cities by their codes; no borders are drawn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from market.vocabulary import regions
from market.vocabulary.regions import COUNTRY_CODE, Region

LEVELS = 5
PER_ROW = 5
# columns and rows of the provinces, roughly as they lie
_PLACES: Mapping[str, tuple[int, int]] = {
    "230000": (8, 0), "150000": (6, 1), "220000": (8, 1),
    "650000": (1, 2), "620000": (3, 2), "640000": (4, 2), "110000": (6, 2), "120000": (7, 2),
    "210000": (8, 2),
    "540000": (1, 3), "630000": (2, 3), "610000": (4, 3), "140000": (5, 3), "130000": (6, 3),
    "370000": (7, 3),
    "510000": (3, 4), "500000": (4, 4), "410000": (5, 4), "340000": (6, 4), "320000": (7, 4),
    "310000": (8, 4),
    "530000": (2, 5), "520000": (3, 5), "430000": (4, 5), "420000": (5, 5), "360000": (6, 5),
    "330000": (7, 5),
    "450000": (4, 6), "440000": (5, 6), "350000": (6, 6), "710000": (8, 6),
    "460000": (4, 7), "820000": (5, 7), "810000": (6, 7),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tile:
    """One region: where it stands, its value in fen and its level (0 none, else 1 to 5)."""

    code: str
    name: str
    column: int
    row: int
    value: int
    level: int
    link: str


@dataclass(frozen=True, slots=True)
class TileMap:
    """The tiles of the regions one level down."""

    tiles: list[Tile]
    is_geographic: bool

    @property
    def columns(self) -> int:
        """How many tiles wide."""
        return max((tile.column for tile in self.tiles), default=0) + 1

    @property
    def rows(self) -> int:
        """How many tiles high."""
        return max((tile.row for tile in self.tiles), default=0) + 1


def map_below(region: Region, values: Mapping[str, int], link: Callable[[str], str]) -> TileMap:
    """The map of a region's parts; a level is a fifth of those that have a value, from the lowest."""
    is_country = region.code == COUNTRY_CODE
    ranked = sorted(value for value in values.values() if value > 0)
    tiles = []
    for number, child in enumerate(regions.children(region.code)):
        row, column = divmod(number, PER_ROW)
        if is_country:
            column, row = _PLACES[child.code]
        value = values.get(child.code, 0)
        name = child.short_name
        tiles.append(
            Tile(child.code, name, column, row, value, _level(value, ranked), link(child.code))
        )
    return TileMap(tiles, is_country)


def _level(value: int, ranked: list[int]) -> int:
    if value <= 0:
        return 0
    below = sum(other < value for other in ranked)
    return 1 + below * LEVELS // len(ranked)
