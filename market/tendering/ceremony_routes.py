"""Pages of the opening ceremony: who has released, one's own release, the shortlist, the public record."""

import json
from importlib.resources import files
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts import opening_keys
from market.kit import web
from market.kit.actor import Actor
from market.kit.documents import issue
from market.kit.errors import InvalidInput, NotFound
from market.kit.forms import Form
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.limiting import limit
from market.kit.paging import page_of
from market.tendering import (
    access,
    attachments,
    ceremony,
    exports,
    opening_access,
    presentation,
    requirements,
    stages,
    terms,
)
from market.tendering.ceremony_forms import ReleaseInput, ShortlistForm
from market.tendering.models import Bid, Job
from market.tendering.sealed_models import KeyShare
from market.tendering.shares import keys_of, shares_in_order
from market.tendering.states import JobStatus

MAX_RECOVERY_FILE = 10_000  # bytes
SCRIPT = "verify_opening.py"


async def show(request: Request) -> Response:
    """The ceremony as everybody sees it; a holder releases its share here."""
    actor = web.actor_of(request)
    job = await access.visible_job(actor, request.path_params["number"])
    share = await opening_access.own_share(actor, job)
    form = await Form.read(request, ReleaseInput)
    if form.is_valid:
        with form.guard():
            opened = await _release(form, share, by=web.signed_in(request))
            return _after(request, opened)
    form.values = {}
    return await web.render(
        request, "market/tendering/jobs_ceremony.html", form=form, job=job, share=share,
        is_owner=access.owns(actor, job), is_due=job.status in ceremony.CALLED,
        keys=[(key, shares_in_order(key)) for key in await keys_of(job)], terms=terms,
    )  # fmt: skip


async def _release(form: Form[ReleaseInput], share: KeyShare | None, *, by: Actor) -> Job:
    if share is None:
        raise NotFound(_("Your organisation holds no share of this opening"))
    await limit("10/15 minute", "opening-passphrase", str(share.id))
    if (upload := form.upload("file")) is not None:
        content = await upload.read(MAX_RECOVERY_FILE)
        private = opening_keys.read_recovery_file(share.opening_key, content)
    elif form.input.passphrase:
        private = await opening_keys.unlock(share.opening_key, form.input.passphrase)
    else:
        raise InvalidInput(
            fields={"passphrase": _("Enter the passphrase, or attach the recovery file")}
        )
    return await ceremony.release_share(share, private, by=by)


def _after(request: Request, job: Job) -> Response:
    if job.status == JobStatus.EVALUATION:
        return web.see_other(
            request, "jobs:opening", number=job.number, flash=_("The bids are opened")
        )
    flash = _("Your share is released")
    return web.see_other(request, "jobs:ceremony", number=job.number, flash=flash)


async def list_openings(request: Request) -> Response:
    """The openings that wait for a share of the actor's organisation."""
    actor = web.signed_in(request)
    shares = await opening_access.shares_to_release(actor)
    return await web.render(request, "market/tendering/openings_list.html", shares=shares)


async def shortlist(request: Request) -> Response:
    """The first envelopes, opened: who goes on, who is refused and why."""
    actor = web.signed_in(request)
    job = await access.own_job(actor, request.path_params["number"])
    bids = await opening_access.bids_to_shortlist(job)
    form = await Form.read(request, ShortlistForm)
    if form.is_valid:
        with form.guard():
            passed, refused = ShortlistForm.decisions(form.values, bids)
            await stages.shortlist(job, passed, refused, by=actor)
            return web.see_other(
                request, "jobs:show", number=job.number, flash=_("The shortlist is decided")
            )
    return await web.render(
        request, "market/tendering/jobs_shortlist.html", form=form, job=job, terms=terms,
        rows=await _first_envelopes(bids), reasons=ShortlistForm.reasons(),
    )  # fmt: skip


async def _first_envelopes(bids: list[Bid]) -> list[dict[str, Any]]:
    files = await attachments.opened_files(bids)
    return [
        {"bid": bid, "failed": requirements.failures(bid.checks), "files": files[bid.id]}
        for bid in bids
    ]


async def show_opening(request: Request) -> Response:
    """The public transcript of an opening; every digest is computed again for the page."""
    job, transcript = await _transcript(request)
    rows = sorted(transcript["bids"], key=lambda row: int(row["lot"]))
    if file := await exports.OPENED.file(request, rows, subject=job.number):
        return file
    page = page_of(request, rows)
    return await web.render(
        request, "market/tendering/jobs_opening.html", page=page,
        **await presentation.opening_of(job, transcript, page.items),
    )  # fmt: skip


async def _transcript(request: Request) -> tuple[Job, dict[str, Any]]:
    return await opening_access.transcript_of(web.actor_of(request), request.path_params["number"])


async def print_opening(request: Request) -> Response:
    """The transcript on paper, under the digest it was published with."""
    job, transcript = await _transcript(request)
    noun, mark = (
        (N_("Opening transcript"), "P") if job.opened_at
        else (N_("Transcript of the first envelopes"), "Q")
    )  # fmt: skip
    return await web.render(
        request, "market/tendering/jobs_opening_print.html",
        document=await issue(noun, f"{job.number}-{mark}", transcript["digest"]),
        **await presentation.opening_of(job, transcript, transcript["bids"]),
    )  # fmt: skip


async def download_transcript(request: Request) -> Response:
    """The transcript as published, for the script."""
    job, transcript = await _transcript(request)
    text = json.dumps(transcript, ensure_ascii=False, indent=1)
    name = f"opening-{job.number}.json"
    return Response(
        text, media_type="application/json",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip


async def download_script(_request: Request) -> Response:
    """The standalone verifier."""
    text = files(__package__).joinpath(SCRIPT).read_text("utf-8")
    return Response(
        text, media_type="text/x-python",
        headers={"content-disposition": f'attachment; filename="{SCRIPT}"'},
    )  # fmt: skip


routes = [
    Route("/openings", list_openings, name="openings:list"),
    Route("/openings/verify_opening.py", download_script, name="openings:script"),
    Route("/jobs/{number}/opening", show_opening, name="jobs:opening"),
    Route("/jobs/{number}/opening/print", print_opening, name="jobs:opening_print"),
    Route("/jobs/{number}/opening.json", download_transcript, name="jobs:transcript"),
    Route("/jobs/{number}/ceremony", show, name="jobs:ceremony", methods=["GET", "POST"]),
    Route("/jobs/{number}/shortlist", shortlist, name="jobs:shortlist", methods=["GET", "POST"]),
]
