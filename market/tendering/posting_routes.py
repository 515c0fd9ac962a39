"""Pages of the owner: the post-a-job wizard, publication, amendment, cancellation, one's own jobs."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.forms import PassphraseInput
from market.accounts.opening_keys import MIN_LENGTH
from market.accounts.permissions import require
from market.accounts.states import Role
from market.kit import clock, web
from market.kit.errors import InvalidInput, NotFound
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.paging import paginate
from market.kit.statuses import STATUS_TONES
from market.pools.access import usable_pools
from market.tendering import (
    access,
    exports,
    gates,
    job_reviews,
    jobs,
    lots,
    presentation,
    requirements,
    rules,
    shares,
    terms,
    wizard,
)
from market.tendering.drafts import AmendStep, JobDraft, LotsStep
from market.tendering.forms import CancelInput, TemplateInput
from market.tendering.job_templates import TEMPLATES
from market.tendering.models import Job
from market.tendering.procedures import PILOT_METRICS, PROCEDURES
from market.tendering.readiness import readiness_of
from market.tendering.states import CancelReason, JobStatus
from market.vocabulary.regions import province_choices

OWN_TABS = (JobStatus.DRAFT, JobStatus.REVIEW, JobStatus.OPEN_BIDDING, JobStatus.EVALUATION, JobStatus.STAND_STILL,
            JobStatus.AWARDED)  # fmt: skip


async def post(request: Request) -> Response:
    """Choose a template; the draft begins with what is usual for it."""
    actor = web.signed_in(request)
    require(actor, Role.BUYER, verified=False)
    form = await Form.read(request, TemplateInput)
    if form.is_valid:
        template = TEMPLATES.get(form.input.template)
        job = await jobs.draft_job(JobDraft(), by=actor, template=template)
        return web.see_other(request, "jobs:edit", number=job.number, step="subject")
    return await web.render(
        request, "market/tendering/jobs_post.html", form=form, templates=TEMPLATES.values()
    )


async def edit(request: Request) -> Response:
    """One step of the wizard; whatever is typed is kept, complete or not."""
    actor = web.signed_in(request)
    job = await access.own_job(actor, request.path_params["number"])
    step = wizard.step_of(request.path_params["step"])
    shown = await _posting(job)
    values = wizard.typed(job, step.model, shown["ready"].rules.config)
    form = await Form.read(request, step.model, values, draft="kept")
    if form.is_valid:
        with form.guard():
            for name, file in (await wizard.uploaded(form, by=actor)).items():
                await jobs.attach_document(job, name, file, by=actor)
            await jobs.save_draft(job, form.input, by=actor)
            return _go_on(request, job, step, str(form.values.get("go", "")))
    return await web.render(
        request, "market/tendering/jobs_edit.html", form=form, step=step, **shown
    )


def _go_on(request: Request, job: Job, step: wizard.WizardStep, go: str) -> Response:
    following = wizard.after(step)
    if go == "stay":
        return web.see_other(request, "jobs:edit", number=job.number, step=step.code)
    if following is None or go == "review":
        return web.see_other(request, "jobs:review", number=job.number)
    return web.see_other(request, "jobs:edit", number=job.number, step=following.code)


async def edit_lots(request: Request) -> Response:
    """The lots of a draft: rows are added, removed and pasted without script as well."""
    actor = web.signed_in(request)
    job = await access.own_job(actor, request.path_params["number"])
    form = await Form.read(request, LotsStep, wizard.lot_values(await lots.lots_of(job)))
    go = str(form.values.get("go", ""))
    if form.is_valid:
        with form.guard():
            rows = wizard.lot_rows(form.values) + lots.pasted(form.input.paste)
            kept = await lots.save_lots(job, lots.from_rows(rows), by=actor)
            if go in ("next", "review"):
                return _go_on(request, job, wizard.step_of("lots"), go)
            form.values = {**wizard.lot_values(kept, extra=5 if go == "more" else 0)}
    return await web.render(
        request, "market/tendering/jobs_lots.html", form=form, step=wizard.step_of("lots"),
        count=len(wizard.lot_rows(form.values)), most=lots.MOST, **await _posting(job),
    )  # fmt: skip


async def _posting(job: Job) -> dict[str, Any]:
    ready = await readiness_of(job)
    return {
        "job": job, "problems": ready.problems, "progress": wizard.progress(ready.problems),
        "terms": terms, "procedures": PROCEDURES.values(), "ready": ready,
        "rule_hints": rules.hints(job, ready.rules), "tie_rules": rules.TIE_RULES,
        "pools": await usable_pools(job.owner_id, job.region_code), "is_medical": gates.is_medical(job),
        "local_places": gates.LOCAL_PLACES, "pilot_metrics": PILOT_METRICS,
        "provinces": [name for _code, name in province_choices()],
    }  # fmt: skip


async def review(request: Request) -> Response:
    """What will be published, and what still keeps it from being so."""
    actor = web.signed_in(request)
    job = await access.own_job(actor, request.path_params["number"])
    if job.status != JobStatus.DRAFT:
        return web.see_other(request, "jobs:show", number=job.number)
    form = await Form.read(request, TemplateInput)
    if form.is_valid:
        with form.guard():
            job = await jobs.publish_job(job, by=actor)
            is_waiting = job.status == JobStatus.REVIEW
            flash = _("Handed to the bureau for review") if is_waiting else _published(job)
            return web.see_other(request, "jobs:show", number=job.number, flash=flash)
    shown = await _posting(job)
    return await web.render(
        request, "market/tendering/jobs_review.html", form=form, **shown,
        groups=presentation.groups_of(job) if "procedure" not in shown["problems"] else [],
        needs=requirements.summary(job), advice=gates.advice_on(job), step_for=wizard.step_for,
        **await _opening_key(job),
        reviews=await job_reviews.returned(job),
        explained=rules.explained(config, shown["ready"].rules.sources)
        if (config := shown["ready"].rules.config) else [],
    )  # fmt: skip


def _published(job: Job) -> str:
    assert job.bid_deadline_at is not None, "a published job has its deadline"
    closes = clock.in_china(job.bid_deadline_at)
    return _(
        "The job is published. Bids stay sealed until %(at)s; then you open them with your passphrase",
        at=f"{closes:%Y-%m-%d %H:%M}",
    )


async def _opening_key(job: Job) -> dict[str, Any]:
    """Who would hold the shares of the key; without a key of the owner, the form that sets its passphrase."""
    here = web.path_for("jobs:review", number=job.number)
    return {
        "key_form": Form(PassphraseInput, {"next": here}), "minimum": MIN_LENGTH,
        "holders": [terms.SHARE_HOLDERS[holder.kind] for holder in await shares.holders_of(job)],
    }  # fmt: skip


async def amend(request: Request) -> Response:
    """Change an open job; every bidder must confirm again."""
    actor = web.signed_in(request)
    job = await access.own_job(actor, request.path_params["number"])
    present = await lots.lots_of(job)
    values = wizard.typed(job, AmendStep) | (wizard.lot_values(present, extra=2) if present else {})
    form = await Form.read(request, AmendStep, values, draft="kept")
    if form.is_valid:
        with form.guard():
            before = job.version
            files = await wizard.uploaded(form, by=actor)
            changed = lots.from_rows(wizard.lot_rows(form.values)) if present else None
            job = await jobs.amend_job(job, form.input, documents=files, new_lots=changed, by=actor)
            return web.see_other(
                request, "jobs:show", number=job.number, flash=_amended(job, before)
            )
    return await web.render(
        request, "market/tendering/jobs_amend.html", form=form, steps=wizard.STEPS,
        count=len(wizard.lot_rows(form.values)), most=lots.MOST, **await _posting(job),
    )  # fmt: skip


def _amended(job: Job, before: int) -> str:
    if job.version == before:
        return _("Nothing was changed, so there is no new version")
    return _("The job is amended; bidders are asked to confirm their bids")


async def cancel(request: Request) -> Response:
    """Give a job up, with a reason."""
    actor = web.signed_in(request)
    job = await access.own_job(actor, request.path_params["number"])
    form = await Form.read(request, CancelInput, draft="kept")
    if form.is_valid:
        with form.guard():
            await jobs.cancel_job(job, form.input.code, form.input.explanation, by=actor)
            return web.see_other(
                request, "jobs:show", number=job.number, flash=_("The job is cancelled")
            )
    reasons = [(code.value, terms.reason_label(code)) for code in CancelReason]
    return await web.render(
        request, "market/tendering/jobs_cancel.html", form=form, job=job, reasons=reasons
    )


async def mine(request: Request) -> Response:
    """The jobs of the actor's organisation, drafts first."""
    actor = web.signed_in(request)
    if actor.organisation_id is None:
        raise NotFound(_("This page does not exist"))
    status = request.query_params.get("status", "")
    query = access.own_jobs(actor)
    shown = query.filter(status=status) if status in set(JobStatus) else query
    shown = shown.order_by("-created_at", "-id")
    if file := await exports.JOBS.file(request, shown.select_related("owner")):
        return file
    page = await paginate(request, shown)
    tabs = [(_("All"), web.path_for("jobs:mine"), not status)] + [
        (_(STATUS_TONES["job", code].label), web.path_for("jobs:mine", status=code.value),
         status == code) for code in OWN_TABS
    ]  # fmt: skip
    return await web.render(
        request, "market/tendering/jobs_mine.html", page=page, tabs=tabs, terms=terms,
        deadline=presentation.deadline_of,
    )  # fmt: skip


async def discard(request: Request) -> Response:
    """Give a draft up."""
    actor = web.signed_in(request)
    job = await access.own_job(actor, request.path_params["number"])
    if job.status != JobStatus.DRAFT:
        raise InvalidInput(_("Only a draft is discarded; a published job is cancelled"))
    await jobs.cancel_job(job, CancelReason.NO_LONGER_NEEDED, by=actor)
    return web.see_other(request, "jobs:mine", flash=_("The draft is discarded"))


routes = [
    Route("/jobs/new", post, name="jobs:post", methods=["GET", "POST"]),
    Route("/jobs/mine", mine, name="jobs:mine"),
    Route("/jobs/{number}/edit/lots", edit_lots, name="jobs:lots", methods=["GET", "POST"]),
    Route("/jobs/{number}/edit/{step}", edit, name="jobs:edit", methods=["GET", "POST"]),
    Route("/jobs/{number}/review", review, name="jobs:review"),
    Route("/jobs/{number}/publish", review, name="jobs:publish", methods=["POST"]),
    Route("/jobs/{number}/amend", amend, name="jobs:amend", methods=["GET", "POST"]),
    Route("/jobs/{number}/cancel", cancel, name="jobs:cancel", methods=["GET", "POST"]),
    Route("/jobs/{number}/discard", discard, name="jobs:discard", methods=["POST"]),
]
