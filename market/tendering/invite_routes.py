"""Choosing whom to invite: suppliers found in the directory, with what each meets and lacks."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tortoise.expressions import Q

from market.directory.access import listed_suppliers
from market.directory.models import SupplierProfile
from market.kit import web
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.tendering import access, jobs, requirements
from market.tendering.forms import InviteInput
from market.tendering.models import Job
from market.tendering.readiness import invited_by

SCANNED = 400
SHOWN = 20


async def choose(request: Request) -> Response:
    """Search the directory, add suppliers to a draft's invitations or take them off."""
    actor = web.signed_in(request)
    job = await access.own_job(actor, request.path_params["number"])
    form = await Form.read(request, InviteInput)
    if form.is_valid:
        with form.guard():
            await jobs.set_invited(job, add=form.input.add, remove=form.input.remove, by=actor)
            return web.see_other(request, "jobs:invite", number=job.number, q=form.input.q,
                                 flash=_("The list of invited suppliers is saved"))  # fmt: skip
    words = request.query_params.get("q", form.values.get("q", "")).strip()
    invited, unknown = await invited_by((job.procedure_config or {}).get("invited", ()))
    found = await _found(job, words, {firm.number for firm in invited})
    return await web.render(
        request, "market/tendering/jobs_invite.html", form=form, job=job, q=words, found=found,
        invited=invited, unknown=unknown,
    )  # fmt: skip


async def _found(job: Job, words: str, invited: set[str]) -> list[dict[str, Any]]:
    """Listed suppliers by name or number, or those of the job's kind of data; the fittest first."""
    query = listed_suppliers()
    if words:
        named = Q(organisation__name__icontains=words) | Q(organisation__number__iexact=words)
        query = query.filter(named)
    profiles: list[SupplierProfile] = await query.order_by("-published_at").limit(SCANNED)
    rows = [
        _row(job, profile)
        for profile in profiles
        if profile.organisation.number not in invited
        and (words or not job.modality or job.modality in profile.modalities)
    ]
    return sorted(rows, key=lambda row: len(row["failed"]))[:SHOWN]


def _row(job: Job, profile: SupplierProfile) -> dict[str, Any]:
    checks = requirements.check_supplier(job, profile.organisation, profile)
    plain = [check._asdict() for check in checks]
    return {
        "firm": profile.organisation, "profile": profile, "met": len(plain),
        "failed": requirements.failures(plain),
    }  # fmt: skip


routes = [Route("/jobs/{number}/invite", choose, name="jobs:invite", methods=["GET", "POST"])]
