"""Who reads the library: an authority the firms of its region, a firm itself."""

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from market.accounts.models import Organisation
from market.accounts.oversight import own_region
from market.accounts.states import OrganisationKind
from market.directory.access import badged
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.library.classes import size_of, tier_of
from market.library.figures import contracted, firms, newest_reports
from market.library.forms import LibraryQuery
from market.library.models import FirmReport


def firms_to_read(by: Actor) -> QuerySet[Organisation]:
    """The firms of the authority's region; raises NotPermitted for anybody else."""
    return firms(own_region(by).prefix)


async def narrowed(query: QuerySet[Organisation], asked: LibraryQuery) -> QuerySet[Organisation]:
    """The firms the reader asks for; tiers and sizes are computed, so they narrow by key."""
    if asked.q:
        query = query.filter(Q(name__icontains=asked.q) | Q(uscc=asked.q.strip().upper()))
    if asked.tier:
        tiers = {key: tier_of(fen) for key, (fen, _n) in (await contracted()).items()}
        others = [key for key, tier in tiers.items() if tier != asked.tier]
        same = [key for key, tier in tiers.items() if tier == asked.tier]
        is_rest = asked.tier == tier_of(0)  # whoever made no contract is in it, too
        query = query.exclude(id__in=others) if is_rest else query.filter(id__in=same)
    if asked.size:
        reports = (await newest_reports()).values()
        same = [r.organisation_id for r in reports if size_of(r.staff, r.revenue_fen) == asked.size]
        query = query.filter(id__in=same)
    return query.filter(id__in=list(await badged())) if asked.badge else query


async def firm_to_read(by: Actor, number: str) -> Organisation:
    """A firm of the authority's region, or one's own; NotFound for any other."""
    is_own = by.kind == OrganisationKind.SUPPLIER
    query = firms().filter(id=by.organisation_id) if is_own else firms_to_read(by)
    found = await query.filter(number=number).first()
    if found is None:
        raise NotFound(_("There is no such entry"))
    return found


def reports_of(firm: Organisation) -> QuerySet[FirmReport]:
    """A firm's reports, the latest year first."""
    rows = FirmReport.filter(organisation=firm).order_by("-year")
    return rows.select_related("evidence", "confirmed_by")


async def report_of(firm: Organisation, year: int) -> FirmReport:
    """A firm's report of one year."""
    found = await reports_of(firm).filter(year=year).first()
    if found is None:
        raise NotFound(_("There is no such entry"))
    return found
