"""Where the work goes: amounts contracted between a region and the provinces, and between provinces."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from tortoise.functions import Sum

from market.bureau import labels
from market.bureau.models import Side, TradeFlow
from market.bureau.sheets import Sheet
from market.bureau.statistics import Slice, share_bp
from market.kit.i18n import gettext as _
from market.kit.tables import Column
from market.vocabulary import regions
from market.vocabulary.regions import COUNTRY_CODE

Pair = tuple[str, str]  # the buyer's region, the supplier's


@dataclass(frozen=True, slots=True)
class Flow:
    """What was contracted one way: contracts and fen."""

    deals: int = 0
    amount_fen: int = 0


async def flows_of(part: Slice) -> Mapping[Pair, Flow]:
    """From buyers' to suppliers' regions: between provinces for the country, else of one region."""
    if part.region.code == COUNTRY_CODE:
        provinces = [child.code for child in regions.children(COUNTRY_CODE)]
        return await _flows(part, Side.DEMAND, provinces)
    own = [part.region.code]
    return {**await _flows(part, Side.SUPPLY, own), **await _flows(part, Side.DEMAND, own)}


async def _flows(part: Slice, side: Side, areas: list[str]) -> dict[Pair, Flow]:
    rows = await (
        TradeFlow.filter(
            side=side, region_code__in=areas, month__range=(part.period.first, part.period.last)
        )
        .annotate(n=Sum("deals"), amount=Sum("amount_fen"))
        .group_by("region_code", "partner_code")
        .values("region_code", "partner_code", "n", "amount")
    )
    found = {}
    for row in rows:
        pair = (row["region_code"], row["partner_code"])
        if row["n"] or row["amount"]:
            key = pair if side is Side.DEMAND else (pair[1], pair[0])
            found[key] = Flow(int(row["n"]), int(row["amount"]))
    return found


def flows_sheet(flows: Mapping[Pair, Flow]) -> Sheet:
    """One row a way, the largest first, with its share of all of them."""
    whole = sum(flow.amount_fen for flow in flows.values())
    heads = [
        Column(_("Buyer's region")), Column(_("Supplier's region")),
        Column(_("Contracts"), "integer"), Column(_("Contracted (yuan)"), "money"),
        Column(_("Share of contracted"), "percent"),
    ]  # fmt: skip
    ranked = sorted(flows.items(), key=lambda item: (-item[1].amount_fen, item[0]))
    rows = [
        [labels.region(buyer), labels.region(supplier), flow.deals, flow.amount_fen,
         share_bp(flow.amount_fen, whole)]
        for (buyer, supplier), flow in ranked
    ]  # fmt: skip
    keys = [f"{buyer}>{supplier}" for (buyer, supplier), _flow in ranked]
    return Sheet("flows", _("Flows between regions"), heads, rows, keys=keys)


def matrix_sheet(flows: Mapping[Pair, Flow]) -> Sheet:
    """Buyers' regions down, suppliers' across; yuan, empty where nothing flowed."""
    weight: defaultdict[str, int] = defaultdict(int)
    for (buyer, supplier), flow in flows.items():
        weight[buyer] += flow.amount_fen
        weight[supplier] += flow.amount_fen
    down = sorted({buyer for buyer, _s in flows}, key=lambda code: (-weight[code], code))
    across = sorted({supplier for _b, supplier in flows}, key=lambda code: (-weight[code], code))
    heads = [
        Column(_("Buyer's region")),
        *(Column(labels.region(code), "money") for code in across),
    ]
    rows = [
        [labels.region(buyer), *(_amount(flows, buyer, supplier) for supplier in across)]
        for buyer in down
    ]
    return Sheet("matrix", _("Matrix of flows (yuan)"), heads, rows)


def _amount(flows: Mapping[Pair, Flow], buyer: str, supplier: str) -> int | None:
    found = flows.get((buyer, supplier))
    return found.amount_fen if found else None
