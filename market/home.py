"""The home page: live figures, the newest jobs and notices, and the three ways in."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.models import Organisation
from market.accounts.states import OrganisationKind, OrganisationStatus
from market.bureau.models import ALL, FactKind, Side, TradeRollup
from market.datasets.models import DatasetNeed
from market.datasets.states import NeedStatus
from market.kit import clock, money, web
from market.kit.i18n import gettext as _
from market.tendering import listing, presentation, terms
from market.tendering.models import Job, Notice
from market.tendering.states import JobStatus, NoticeKind
from market.vocabulary.regions import COUNTRY_CODE

NEWEST, READ = 6, 24


async def show(request: Request) -> Response:
    """The public first page."""
    return await web.render(
        request,
        "market/home.html",
        figures=await _figures(),
        jobs=await _jobs(),
        notices=await _notices(),
        entries={
            "demand": web.path_for("jobs:post"),
            "supply": web.path_for("accounts:register"),
            "bureau": web.path_for("statistics:public"),
        },
        more={"jobs": web.path_for("jobs:list"), "notices": web.path_for("notices:list")},
    )


async def _figures() -> list[dict[str, Any]]:
    statuses = (await listing.counts(listing.JobQuery(), await listing.newest_change()))["status"]
    traded = await TradeRollup.filter(
        side=Side.DEMAND, kind=FactKind.CONTRACTED, region_code=COUNTRY_CODE, industry=ALL,
        modality=ALL,
        month__startswith=f"{clock.today().year}-",
    ).only("amount_fen")  # fmt: skip
    amount, _space, unit = money.format_short(sum(row.amount_fen for row in traded)).partition(" ")
    suppliers = await Organisation.filter(
        kind=OrganisationKind.SUPPLIER, status=OrganisationStatus.ACTIVE
    ).count()
    return [
        {
            "label": _("Open jobs"),
            "link": web.path_for("jobs:list"),
            "unit": _("jobs"),
            "value": statuses[JobStatus.OPEN_BIDDING],
        },
        {
            "label": _("Verified suppliers"),
            "link": web.path_for("suppliers:list"),
            "unit": _("firms"),
            "value": suppliers,
        },
        {
            "label": _("Dataset needs"),
            "link": web.path_for("needs:list"),
            "unit": _("needs"),
            "value": await DatasetNeed.filter(status=NeedStatus.OPEN).count(),
        },
        {
            "label": _("Contracted this year"),
            "link": web.path_for("statistics:public"),
            "unit": unit,
            "value": amount,
        },
    ]


async def _jobs() -> list[dict[str, Any]]:
    jobs = await Job.filter(status=JobStatus.OPEN_BIDDING).order_by("-published_at").limit(NEWEST)
    return [
        {
            "title": job.title,
            "url": web.path_for("jobs:show", number=job.number),
            "number": job.number,
            "status": job.status.value,
            "closes_at": job.bid_deadline_at,
            "facts": (job.industry, job.modality, f"{job.volume.normalize():,f} {job.unit}"),
        }
        for job in jobs
    ]


async def _notices() -> list[dict[str, Any]]:
    """The newest, each with what tells it from its neighbours; a second one about the same is left out."""
    newest = Notice.exclude(kind=NoticeKind.PUBLISHED).order_by("-published_at").limit(READ)
    shown: dict[tuple[Any, ...], Notice] = {}
    for notice in await newest.select_related("job", "award__lot", "award__bid__bidder"):
        shown.setdefault((notice.kind, notice.job.id, notice.award and notice.award.id), notice)
    return [
        {
            "title": notice.job.title,
            "facts": presentation.notice_facts(notice),
            "url": presentation.notice_url(notice),
            "at": notice.published_at,
            "kind": _(terms.NOTICES[notice.kind]),
        }
        for notice in list(shown.values())[:NEWEST]
    ]


routes = [Route("/", show, name="home:show")]
