"""How each rollup is made of its facts, as texts of SQL for `market.bureau.rebuilding`."""

from collections.abc import Sequence
from dataclasses import dataclass

from market.bureau.models import ActivityRollup, FactKind, Side, TradeFlow, TradeRollup
from market.bureau.rollups import COLUMNS
from market.kit.db import Row

_SIDED = f"trade_facts CROSS JOIN (SELECT '{Side.DEMAND}' AS side UNION ALL SELECT '{Side.SUPPLY}') AS sides"
_OWN, _OTHER = (
    f"CASE side WHEN '{Side.DEMAND}' THEN {here} ELSE {there} END"
    for here, there in (
        ("region_code", "supplier_region_code"),
        ("supplier_region_code", "region_code"),
    )
)
_DEALS = (
    "SUM(CASE WHEN trade_facts.kind = 'contracted' AND contract_id <> source_id THEN 0 ELSE 1 END)"
)
_CROSS = (
    "SUM(CASE WHEN substr(region_code, 1, 2) <> substr(supplier_region_code, 1, 2) "
    "THEN amount_fen ELSE 0 END)"
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a rollup is made of its facts. Its keys are one that leads, the region, and its words: the rest.

    `kept`: for each wider cell the words it keeps, ALL in the place of the others, and whether only
    provinces and the country have it; `without` then are the sums that are 0 in it.
    """

    rollup: type[Row]
    facts: str
    own: str  # the region a fact itself is counted in
    spoken: str  # every combination of words there may be
    joined: str  # facts with their words
    sums: Sequence[str]
    kept: Sequence[tuple[frozenset[str], bool]] = ()
    without: str = ""
    has_country: bool = True  # whether what lies below the country is counted in it

    @property
    def table(self) -> str:
        """Of the rollup."""
        return self.rollup._meta.db_table

    @property
    def lead(self) -> str:
        """The key that stands before the region."""
        return COLUMNS[self.rollup][0][0]

    @property
    def words(self) -> tuple[str, ...]:
        """The keys that stand behind the region."""
        return COLUMNS[self.rollup][0][2:]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns it sums."""
        return COLUMNS[self.rollup][1]


def _spoken(words: Sequence[str], facts: str) -> tuple[str, str]:
    """Words as the facts themselves name them."""
    same = " AND ".join(f"words.{name} = {facts}.{name}" for name in words)
    return f"SELECT DISTINCT {', '.join(words)} FROM {facts}", same  # noqa: S608 - names of ours


RECIPES = (
    Recipe(
        TradeRollup, _SIDED, _OWN, *_spoken(COLUMNS[TradeRollup][0][2:], "trade_facts"),
        ("COUNT(*)", _DEALS, "SUM(CAST(ROUND(quantity * 100) AS bigint))", "SUM(amount_fen)", _CROSS),
        kept=(
            (frozenset(("month", "kind")), False),
            (frozenset(("month", "kind", "industry")), True),
            (frozenset(("month", "kind", "modality")), True),
        ),
        without="quantity_hundredths",
    ),
    Recipe(
        TradeFlow, f"{_SIDED} JOIN areas AS partners ON partners.area = {_OTHER}", _OWN,
        "SELECT month, partner_code FROM (SELECT DISTINCT month FROM trade_facts) AS months "
        "CROSS JOIN (SELECT DISTINCT province AS partner_code FROM areas) AS provinces",
        f"words.month = trade_facts.month AND words.partner_code = partners.province "
        f"AND trade_facts.kind = '{FactKind.CONTRACTED}'",
        (_DEALS, "SUM(amount_fen)"),
        has_country=False,
    ),
    Recipe(
        ActivityRollup, "activity_facts", "region_code",
        *_spoken(COLUMNS[ActivityRollup][0][2:], "activity_facts"),
        ("COUNT(*)", "SUM(hits)", "SUM(amount_fen)", "SUM(base_fen)"),
        kept=((frozenset(("month",)), False),),
    ),
)  # fmt: skip
