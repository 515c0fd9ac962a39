"""The bureau's other pages as tables: regions, targets, voucher programmes."""

from collections.abc import Sequence
from functools import partial

from market.bureau import labels, statistics
from market.bureau.maps import TileMap, map_below
from market.bureau.models import FactKind
from market.bureau.queries import StatisticsQuery
from market.bureau.sheets import Sheet
from market.bureau.statistics import Slice, Volume
from market.bureau.targets import Target
from market.bureau.volumes import cells, columns
from market.kit import web
from market.kit.i18n import gettext as _
from market.kit.tables import Column
from market.vocabulary import regions
from market.vocabulary.regions import Region


async def regions_board(part: Slice, query: StatisticsQuery) -> tuple[Sheet, TileMap]:
    """Every region one level down, those without a deal too, with its change and its share; its map."""
    now = await statistics.volume_below(part)
    before = await statistics.volume_below(part.before)
    whole = statistics.total_of(now.values())[FactKind.CONTRACTED].amount_fen
    codes = {*now, *(child.code for child in regions.children(part.region.code))}
    full = {code: now.get(code, Volume()) for code in codes}
    rows, links = [], []
    ranked = statistics.ranked(full, FactKind.CONTRACTED)
    for code, volume in ranked:
        amount = volume[FactKind.CONTRACTED].amount_fen
        earlier = before.get(code, Volume())[FactKind.CONTRACTED].amount_fen
        change = statistics.change_bp(amount, earlier)
        share = statistics.share_bp(amount, whole)
        rows.append([labels.region(code), *cells(volume), share, change])
        links.append(_down(part.region, query, code))
    heads = [
        *columns(_("Region")),
        Column(_("Share of contracted"), "percent"),
        Column(_("Change of contracted"), "percent"),
    ]
    keys = [code for code, _volume in ranked]
    sheet = Sheet("regions", _("Volume by region"), heads, rows, links, keys=keys)
    amounts = {code: volume[FactKind.CONTRACTED].amount_fen for code, volume in full.items()}
    return sheet, map_below(part.region, amounts, partial(_down, part.region, query))


def _down(region: Region, query: StatisticsQuery, code: str) -> str:
    found = regions.region(code)
    goes_on = found is not None and code != region.code and statistics.has_below(found)
    page = "bureau:regions" if goes_on else "bureau:deals"
    return web.path_for(page, **query.params(region=code))


def trail(region: Region, own: Region, query: StatisticsQuery) -> list[tuple[str, str]]:
    """The regions from one's own down to this one, for breadcrumbs; the last has no address."""
    steps = [region]
    while steps[-1].code != own.code and (above := regions.parent_of(steps[-1].code)):
        steps.append(above)
    return [
        (labels.region(step.code), web.path_for("bureau:regions", **query.params(region=step.code)))
        if step.code != region.code
        else (labels.region(step.code), "")
        for step in reversed(steps)
    ]


def targets_sheet(targets: Sequence[Target]) -> Sheet:
    """Targets of the plans against what the platform measures."""
    heads = [
        Column(_("Region")),
        Column(_("Target")),
        Column(_("By")),
        Column(_("Target value")),
        Column(_("Measured on this platform")),
        Column(_("Share reached"), "percent"),
        Column(_("Source")),
    ]
    rows = [
        [
            target.region.name,
            target.name,
            target.until,
            (_("more than %(value)s") if target.is_exceeded else _("at least %(value)s"))
            % {"value": labels.amount(target.kind, target.value)},
            labels.amount(target.kind, target.actual),
            target.reached_bp,
            target.source,
        ]
        for target in targets
    ]
    links = [web.path_for("bureau:indicator", code=target.indicator) for target in targets]
    return Sheet("targets", _("Targets of the plans"), heads, rows, links)


def comparison_sheet(
    region: Region, rows: Sequence[tuple[str, str, int, int | None]], note: str
) -> Sheet:
    """The seven national bases beside a region."""
    heads = [
        Column(_("Indicator")),
        Column(_("Seven national bases")),
        Column(_("%(region)s on this platform", region=labels.region(region.code))),
    ]
    cells_ = [
        [name, labels.amount(kind, nation), labels.amount(kind, own)]
        for name, kind, nation, own in rows
    ]
    return Sheet("comparison", _("Beside the national bases"), heads, cells_, note=note)
