"""Saved searches as people see them: the words of each choice, where one leads, what a new one asks for."""

from __future__ import annotations

from typing import cast

from starlette.requests import Request

from market.accounts.states import OrganisationKind
from market.kit import web
from market.kit.actor import Actor
from market.kit.errors import NotPermitted
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.tendering import access
from market.tendering.models import Job
from search.alert_models import AlertFrequency, AlertKind, SavedSearch
from search.documents import Kind
from search.results import LABELS, SearchQuery
from search.saved_searches import Asked

FREQUENCIES = {
    AlertFrequency.IMMEDIATELY: N_("As soon as something is new"),
    AlertFrequency.DAILY: N_("Every working day at nine"),
    AlertFrequency.WEEKLY: N_("Mondays at nine, after a holiday on the first working day"),
    AlertFrequency.NEVER: N_("No mail"),
}
KINDS = {
    AlertKind.SEARCH: N_("Search"),
    AlertKind.MATCHED_JOBS: N_("Matched jobs"),
    AlertKind.MATCHED_SUPPLIERS: N_("Suppliers for a job"),
}


def choices() -> list[tuple[str, str]]:
    """The frequencies for a select, in the reader's language."""
    return [(code.value, _(label)) for code, label in FREQUENCIES.items()]


def query_of(row: SavedSearch) -> SearchQuery:
    """The search as its address asks for it."""
    asked = row.query
    chosen = {name: tuple(values) for name, values in asked["chosen"].items()}
    return SearchQuery(asked["q"], cast(Kind, row.target), tuple(asked["without"]), chosen)


async def address_of(row: SavedSearch) -> str:
    """The page that shows all a saved search finds."""
    if row.kind == AlertKind.SEARCH:
        return query_of(row).url()
    if row.kind == AlertKind.MATCHED_JOBS:
        return web.path_for("search:matched_jobs")
    job = await Job.get(id=row.job_id)
    return web.path_for("search:job_suppliers", number=job.number)


def described(row: SavedSearch) -> str:
    """What it looks for, in a few words."""
    if row.kind == AlertKind.SEARCH:
        return " · ".join(filter(None, (_(LABELS[cast(Kind, row.target)]), row.query["q"])))
    return _(KINDS[row.kind])


def search_asked(query: SearchQuery, target: Kind) -> Asked:
    """A search of one kind of record; filters of another kind fall away."""
    chosen = query.chosen if query.kind == target else {}
    asked = {
        "q": query.text, "without": sorted(query.without),
        "chosen": {name: sorted(values) for name, values in sorted(chosen.items())},
    }  # fmt: skip
    return Asked(AlertKind.SEARCH, target, asked)


def matched_jobs_asked(by: Actor) -> Asked:
    """The open jobs that the actor's firm fits. Raises NotPermitted for other organisations."""
    if by.kind != OrganisationKind.SUPPLIER:
        raise NotPermitted(_("Jobs are matched with suppliers"))
    return Asked(AlertKind.MATCHED_JOBS, "jobs", organisation_id=by.organisation_id)


def matched_suppliers_asked(job: Job) -> Asked:
    """The suppliers that fit a job; the caller has made sure that it is the actor's."""
    return Asked(
        AlertKind.MATCHED_SUPPLIERS, "suppliers", organisation_id=job.owner_id, job_id=job.id
    )


async def asked_of(request: Request, by: Actor, target: Kind) -> tuple[Asked, str]:
    """What the address of the saving page asks for, and a name for it."""
    params = request.query_params
    if params.get("of") == AlertKind.MATCHED_JOBS:
        return matched_jobs_asked(by), _(KINDS[AlertKind.MATCHED_JOBS])
    if number := params.get("job"):
        job = await access.own_job(by, number)
        return matched_suppliers_asked(job), _("Suppliers for %(title)s", title=job.title)[:80]
    query = SearchQuery.of(request)
    name = query.text or _("All %(kind)s", kind=_(LABELS[target]))
    return search_asked(query, target), name[:80]
