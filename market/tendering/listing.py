"""The list of public jobs: filters, order, counts, and the cached fragment of each job."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from markupsafe import Markup
from pydantic import BaseModel, Field, ValidationError
from starlette.requests import Request
from tortoise.expressions import Q
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from market.kit import clock, web
from market.kit.db import connection
from market.kit.i18n import current_locale
from market.kit.i18n import gettext as _
from market.kit.paging import SIZE, Page, page_number
from market.kit.statuses import STATUS_TONES
from market.tendering import access, terms
from market.tendering.models import Job
from market.tendering.states import JobStatus
from market.vocabulary import regions

Sort = Literal["newest", "deadline", "budget"]
ORDERS: dict[Sort, tuple[str, ...]] = {
    "newest": ("-published_at", "-id"),
    "deadline": ("bid_deadline_at", "-id"),
    "budget": ("-budget_fen", "-id"),
}
# The unfiltered list is what most people look at: its SQL is written once instead of built each time.
_UNFILTERED = {
    sort: "SELECT jobs.id, jobs.updated_at AS changed, organisations.updated_at AS owner_changed "
    "FROM jobs JOIN organisations ON organisations.id = jobs.owner_id "
    "WHERE jobs.published_at IS NOT NULL ORDER BY "
    + ", ".join(f"jobs.{name.lstrip('-')}{' DESC' * (name[0] == '-')}" for name in order)
    + " LIMIT %(size)d OFFSET %(offset)d"
    for sort, order in ORDERS.items()
}
FACETS = ("status", "modality", "industry", "region", "unit")
KEPT = 1024
_NEWEST = "SELECT id, updated_at FROM jobs ORDER BY updated_at DESC, id DESC LIMIT 1"
_fragments: dict[tuple[Any, ...], Markup] = {}
_results: dict[tuple[Any, ...], Markup] = {}
_counts: dict[tuple[Any, ...], dict[str, Counter[str]]] = {}


class JobQuery(BaseModel):
    """The filters of the list, as its address carries them; a facet may be given several times."""

    q: str = Field(default="", max_length=100)
    status: list[JobStatus] = Field(default=[], max_length=12)
    modality: list[str] = Field(default=[], max_length=12)
    industry: list[str] = Field(default=[], max_length=24)
    region: list[str] = Field(default=[], max_length=34)
    unit: list[str] = Field(default=[], max_length=24)
    sort: Sort = "newest"

    @classmethod
    def of(cls, request: Request) -> "JobQuery":
        """The query of a request; nonsense in the address filters nothing."""
        params = request.query_params
        values: dict[str, Any] = {name: params.getlist(name) for name in FACETS}
        values |= {name: params[name] for name in ("q", "sort") if name in params}
        try:
            return cls.model_validate(values)
        except ValidationError:
            return cls()

    def jobs(self) -> QuerySet[Job]:
        """The public jobs that answer it, unordered."""
        jobs = access.published_jobs()
        for name in ("status", "modality", "industry", "unit"):
            if values := getattr(self, name):
                jobs = jobs.filter(**{f"{name}__in": values})
        if self.region:
            jobs = jobs.filter(_within(self.region))
        return jobs.filter(title__icontains=self.q.strip()) if self.q.strip() else jobs


def _within(areas: Iterable[str]) -> Q:
    prefixes = {found.prefix for code in areas if (found := regions.region(code)) is not None}
    return Q(*(Q(region_code__startswith=prefix) for prefix in prefixes), join_type=Q.OR)


async def newest_change() -> tuple[Any, ...]:
    """Another value whenever any job has changed: what the counts may be kept under."""
    rows = await connection().execute_query_dict(_NEWEST)  # on every view: no query is built for it
    return tuple(rows[0].values()) if rows else ()


async def counts(query: JobQuery, newest_change: tuple[Any, ...]) -> dict[str, Counter[str]]:
    """How many jobs answer the query by value of each facet; kept until any job changes."""
    key = (query.model_dump_json(exclude={"sort"}), newest_change)
    if (kept := _counts.get(key)) is None:
        kept = {name: await _count(query, name) for name in FACETS}
        _keep(_counts, key, kept)
    return kept


async def _count(query: JobQuery, facet: str) -> Counter[str]:
    field = "region_code" if facet == "region" else facet
    found: Counter[str] = Counter()
    for value, number in (
        await query.jobs().annotate(n=Count("id")).group_by(field).values_list(field, "n")
    ):
        province = regions.province_of(value) if facet == "region" else None
        found[province.code if province else str(value)] += number
    return found


def _keep(cache: dict[Any, Any], key: Any, value: Any) -> None:
    while len(cache) >= KEPT:
        del cache[next(iter(cache))]
    cache[key] = value


async def results(request: Request, query: JobQuery) -> Markup:
    """Filters, facets and rows of one page of the list: two queries when nothing has changed."""
    number, change = page_number(request), await newest_change()
    keys = await _keys(query, (number - 1) * SIZE)
    key = (request.url.query, tuple(keys), change, current_locale(), clock.today())
    if key not in _results:
        found = await counts(query, change)
        total = sum(found["status"].values())
        items = await fragments(keys)
        page = Page(items=items, number=number, size=SIZE, total=total, request=request)
        html = web.environment.get_template("market/tendering/_jobs_results.html").render(
            page=page, query=query, facets=facet_groups(request, query, found),
            sorts=sort_links(request, query), files=file_links(request),
        )  # fmt: skip
        _keep(_results, key, Markup(html))  # noqa: S704 - our own template, escaped by Jinja
    return _results[key]


async def _keys(query: JobQuery, offset: int) -> Sequence[tuple[Any, ...]]:
    """Key, change and owner's change of each job on a page, in order."""
    if query == JobQuery(sort=query.sort):
        sql = _UNFILTERED[query.sort] % {"size": SIZE, "offset": offset}
        rows = await connection().execute_query_dict(sql)
        return [(UUID(str(row["id"])), row["changed"], row["owner_changed"]) for row in rows]
    ordered = query.jobs().order_by(*ORDERS[query.sort]).offset(offset).limit(SIZE)
    return await ordered.values_list("id", "updated_at", "owner__updated_at")


async def fragments(keys: Sequence[tuple[Any, ...]]) -> list[Markup]:
    """A rendered row for each (id, job changed at, owner changed at), kept by version and language."""
    reading = (current_locale(), clock.today())
    wanted = [(*key, *reading) for key in keys]
    if missing := [key[0] for key in wanted if key not in _fragments]:
        rows = await _rows(missing)
        template = web.environment.get_template("market/tendering/_job_row.html")
        for key in wanted:
            if key not in _fragments:
                job = rows[key[0]]
                _keep(_fragments, key, Markup(template.render(job=job, **_shown(job))))  # noqa: S704 - our own template, escaped by Jinja
    return [_fragments[key] for key in wanted]


async def fragments_of(jobs: Sequence[Job]) -> list[Markup]:
    """The rendered rows of jobs obtained elsewhere (favourites)."""
    ids = [job.id for job in jobs]
    keys = await Job.filter(id__in=ids).values_list("id", "updated_at", "owner__updated_at")
    by_id = {key[0]: key for key in keys}
    return await fragments([by_id[job_id] for job_id in ids])


async def _rows(ids: Sequence[UUID]) -> dict[UUID, Job]:
    return {job.id: job for job in await Job.filter(id__in=ids).select_related("owner")}


def _shown(job: Job) -> dict[str, Any]:
    closes = job.bid_deadline_at
    return {
        "facts": facts(job),
        "place": region_name(job.region_code),
        "unit": terms.label("unit", job.unit),
        "days_left": days_left(closes) if closes else None,
    }


ANYWHERE = "anywhere"
"""A place of work that asks for nothing, and is not worth a word in a list."""


def facts(job: Job) -> list[str]:
    """The few words under a title: kind of data, tasks, industry, place of work."""
    return [
        terms.label("modality", job.modality),
        terms.labels("task_types", job.task_types[:3]),
        terms.label("industry", job.industry),
        terms.label("place", job.place) if job.place != ANYWHERE else "",
    ]


def region_name(code: str) -> str:
    """Province and city in short: 山东 济南."""
    province, city = regions.province_of(code), regions.city_of(code)
    names = [found.short_name for found in (province, city) if found is not None]
    return " ".join(dict.fromkeys(names))


def days_left(moment: Any) -> int:
    """Working days until a deadline; -1 when it has passed."""
    if moment <= clock.now():
        return -1
    return clock.working_days_between(clock.today(), clock.in_china(moment).date())


def facet_groups(
    request: Request, query: JobQuery, found: dict[str, Counter[str]]
) -> list[dict[str, Any]]:
    """The facets for the page: each option's address adds it to the list, or takes it away."""
    titles = {"status": _("Status"), "modality": _("Kind of data"), "industry": _("Industry"),
              "region": _("Region"), "unit": _("Unit")}  # fmt: skip
    return [
        {"label": titles[name], "options": [
            _option(request, name, value, number, value in getattr(query, name))
            for value, number in _with_chosen(found[name], getattr(query, name))
        ]}
        for name in FACETS
    ]  # fmt: skip


def _with_chosen(found: Counter[str], chosen: list[str]) -> list[tuple[str, int]]:
    missing = [(value, 0) for value in chosen if value not in found]
    return [*found.most_common(12), *missing]


def _option(
    request: Request, name: str, value: str, number: int, is_chosen: bool
) -> dict[str, Any]:
    params = [pair for pair in request.query_params.multi_items() if pair[0] != "page"]
    params = [p for p in params if p != (name, value)] if is_chosen else [*params, (name, value)]
    return {
        "label": facet_label(name, value), "count": number, "selected": is_chosen,
        "url": f"{request.url.path}?{urlencode(params)}",
    }  # fmt: skip


def facet_label(name: str, value: str) -> str:
    """A facet's value as people read it."""
    if name == "status":
        return _(STATUS_TONES["job", value].label) if value in set(JobStatus) else value
    if name == "region":
        found = regions.region(value)
        return found.short_name if found else value
    return terms.label(name, value)


def sort_links(request: Request, query: JobQuery) -> list[tuple[str, str, bool]]:
    """(label, address, whether it is in force) of each order."""
    titles = {"newest": _("Newest"), "deadline": _("Deadline"), "budget": _("Budget")}
    return [
        (label, _address(request, sort=name), query.sort == name) for name, label in titles.items()
    ]


def file_links(request: Request) -> dict[str, str]:
    """The address of what is seen as CSV and as a workbook."""
    return {kind: _address(request, format=kind) for kind in ("csv", "xlsx")}


def _address(request: Request, **changes: str) -> str:
    """This list from its first page, with one parameter set."""
    gone = {"page", *changes}
    params = [pair for pair in request.query_params.multi_items() if pair[0] not in gone]
    return f"{request.url.path}?{urlencode([*params, *changes.items()])}"
