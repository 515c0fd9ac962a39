"""Pages of calls and entries, and of the cases that were selected."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.states import OrganisationKind
from market.certification.forms import ObjectionAnswer, ObjectionInput
from market.directory import words
from market.kit import clock, files, tables, web
from market.kit.api import Nothing
from market.kit.errors import InvalidInput
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.paging import paginate
from market.library.classes import TIERS
from market.selection import access, entries, exports, reviews, views
from market.selection import forms as f
from market.selection.models import SelectionCall, SelectionEntry
from market.selection.states import CallKind, EntryStatus
from market.vocabulary.industries import INDUSTRIES

FOLDER = "market/selection/"
DEFAULTS = {"public_days": 5, "reviews_min": 1, "valid_months": 24}


def _done(request: Request, row: SelectionEntry, flash: str) -> Response:
    return web.see_other(request, "entries:show", number=row.number, flash=flash)


def _kinds() -> list[tuple[str, str]]:
    return [(kind.value, _(label)) for kind, label in exports.KINDS.items()]


async def list_calls(request: Request) -> Response:
    """The calls, the newest first."""
    return await _calls_page(request, Form(f.CallInput, DEFAULTS))


async def open_call(request: Request) -> Response:
    """Call for entries: a bureau."""
    actor = web.signed_in(request, OrganisationKind.BUREAU)
    form = await Form.read(request, f.CallInput, DEFAULTS)
    if form.is_valid:
        with form.guard():
            call = await reviews.open_call(form.input, by=actor)
            return web.see_other(
                request, "selections:show", number=call.number, flash=_("Call opened")
            )
    return await _calls_page(request, form)


async def _calls_page(request: Request, form: Form[f.CallInput]) -> Response:
    asked = request.query_params.get("kind", "")
    calls = access.calls_of(CallKind(asked) if asked in set(CallKind) else None)
    if file := await exports.CALLS.file(request, calls):
        return file
    return await web.render(
        request, FOLDER + "selections_list.html", page=await paginate(request, calls), form=form,
        words=words, kinds=_kinds(), labels=exports.KINDS, kind=asked, now=clock.now(),
        is_bureau=web.actor_of(request).kind == OrganisationKind.BUREAU,
    )  # fmt: skip


async def show_call(request: Request) -> Response:
    """A call; for its organiser what was handed in, for all what is publicised or selected."""
    call = await access.call_to_see(request.path_params["number"])
    actor = web.actor_of(request)
    seen = access.entries_to_see(actor).filter(call=call)
    if file := await exports.ENTRIES.file(request, seen, subject=call.number):
        return file
    return await web.render(
        request, FOLDER + "selections_show.html", call=call, page=await paginate(request, seen),
        words=words, labels=exports.KINDS, is_open=call.closes_at > clock.now(),
        may_enter=entries.may_enter(call, actor),
    )  # fmt: skip


async def enter(request: Request) -> Response:
    """Hand in an entry."""
    actor = web.signed_in(request, *entries.KINDS[CallKind.CASE])
    call = await access.call_to_see(request.path_params["number"])
    form = await Form.read(request, f.EntryInput, draft="kept")
    if form.is_valid:
        with form.guard():
            row = await entries.enter(call, form.input, by=actor)
            return _done(request, row, _("Entry handed in; add your evidence"))
    return await _form_page(request, form, call)


async def _form_page(
    request: Request, form: Form[f.EntryInput], call: SelectionCall, row: SelectionEntry | None = None
) -> Response:  # fmt: skip
    return await web.render(
        request, FOLDER + "entries_form.html", form=form, call=call, row=row,
        industries=words.choices(INDUSTRIES), is_case=call.kind is CallKind.CASE,
    )  # fmt: skip


async def list_entries(request: Request) -> Response:
    """One's own entries, those of one's calls, and what is public."""
    rows = access.entries_to_see(web.actor_of(request))
    status = request.query_params.get("status", "")
    if status in set(EntryStatus):
        rows = rows.filter(status=status)
    return await exports.ENTRIES.file(request, rows) or await web.render(
        request, FOLDER + "entries_list.html", page=await paginate(request, rows), words=words,
        labels=exports.KINDS, status=status,
    )  # fmt: skip


async def list_cases(request: Request) -> Response:
    """Selected application cases (典型应用案例), by industry."""
    industry = request.query_params.get("industry", "")
    rows = access.selected(CallKind.CASE)
    rows = rows.filter(industry=industry) if industry else rows
    return await exports.ENTRIES.file(request, rows) or await web.render(
        request, FOLDER + "cases_list.html", page=await paginate(request, rows), words=words,
        industry=industry, industries=words.choices(INDUSTRIES),
    )  # fmt: skip


async def _page(
    request: Request, row: SelectionEntry, form: Form[f.EntryDecision] | None = None,
    review: Form[f.ReviewPoints] | None = None,
) -> Response:  # fmt: skip
    context = await views.page_of(row, web.actor_of(request))
    form = form or Form(f.EntryDecision)
    return await web.render(
        request, FOLDER + "entries_show.html", form=form, review=review or Form(f.ReviewPoints),
        words=words, labels=exports.KINDS, tiers=TIERS,
        status_code=max(form.status_code, review.status_code if review else 200), **context,
    )  # fmt: skip


async def show(request: Request) -> Response:
    """An entry: for the public what is publicised."""
    actor = web.actor_of(request)
    return await _page(request, await access.entry_to_see(actor, request.path_params["number"]))


async def edit(request: Request) -> Response:
    """Correct a returned entry."""
    actor = web.signed_in(request)
    row = await access.own_entry(actor, request.path_params["number"])
    typed = {name: getattr(row, name) for name in ("title", "industry", "summary", "effect")}
    typed["figures"] = f.written_figures(row.figures)
    form = await Form.read(request, f.EntryInput, typed, draft="kept")
    if form.is_valid:
        with form.guard():
            return _done(
                request,
                await entries.correct_entry(row, form.input, by=actor),
                _("Entry handed in"),
            )
    return await _form_page(request, form, row.call, row)


async def attach(request: Request) -> Response:
    """Add a paper."""
    actor = web.signed_in(request)
    row = await access.own_entry(actor, request.path_params["number"])
    upload = (await Form.read(request, Nothing)).upload("file")
    if upload is None:
        raise InvalidInput(_("Choose a file first"))
    kept = await files.store_upload(upload, by=actor)
    await entries.attach_evidence(row, kept, by=actor)
    return _done(request, row, _("Attached"))


async def evidence(request: Request) -> Response:
    """A paper, as it was uploaded."""
    row = await access.entry_to_read(web.signed_in(request), request.path_params["number"])
    file = (await access.evidence_to_read(row, request.path_params["id"])).file
    return tables.download(await files.read(file), file.content_type, file.filename)


async def withdraw(request: Request) -> Response:
    """Take it back."""
    actor = web.signed_in(request)
    row = await access.own_entry(actor, request.path_params["number"])
    return _done(request, await entries.withdraw_entry(row, by=actor), _("Withdrawn"))


async def review(request: Request) -> Response:
    """A reviewer's points and opinion."""
    actor = web.signed_in(request)
    row = await access.entry_to_decide(actor, request.path_params["number"])
    form = await Form.read(request, f.ReviewPoints)
    if form.is_valid:
        with form.guard():
            await reviews.review_entry(row, form.input, by=actor)
            return _done(request, row, _("Review kept"))
    return await _page(request, row, review=form)


async def decide(request: Request) -> Response:
    """The organiser's decision."""
    actor = web.signed_in(request)
    row = await access.entry_to_decide(actor, request.path_params["number"])
    form = await Form.read(request, f.EntryDecision)
    if form.is_valid:
        with form.guard():
            return _done(request, await reviews.decide(row, form.input, by=actor), _("Decided"))
    return await _page(request, row, form)


async def object_(request: Request) -> Response:
    """Raise an objection."""
    actor = web.signed_in(request, *OrganisationKind)
    row = await access.entry_to_see(actor, request.path_params["number"])
    form = await Form.read(request, ObjectionInput)
    if form.is_valid:
        with form.guard():
            await entries.object_to(row, form.input, by=actor)
            return _done(request, row, _("Objection raised"))
    return await web.render(request, FOLDER + "entries_object.html", row=row, form=form)


async def answer(request: Request) -> Response:
    """Uphold or dismiss an objection."""
    actor = web.signed_in(request)
    row = await access.entry_to_decide(actor, request.path_params["number"])
    objection = await access.objection_of(row, request.path_params["id"])
    form = await Form.read(request, ObjectionAnswer)
    if form.is_valid:
        with form.guard():
            await reviews.answer_objection(objection, form.input, by=actor)
            return _done(request, row, _("Answered"))
    return await web.render(
        request, FOLDER + "entries_answer.html", row=row, objection=objection, form=form
    )


CALLS, ONE, BOTH = "/selections", "/selection-entries/{number}", ["GET", "POST"]
routes = [
    Route(CALLS, list_calls, name="selections:list"),
    Route(CALLS, open_call, name="selections:open", methods=["POST"]),
    Route(CALLS + "/{number}", show_call, name="selections:show"),
    Route(CALLS + "/{number}/enter", enter, name="entries:enter", methods=BOTH),
    Route("/cases", list_cases, name="cases:list"),
    Route("/selection-entries", list_entries, name="entries:list"),
    Route(ONE, show, name="entries:show"),
    Route(ONE + "/edit", edit, name="entries:edit", methods=BOTH),
    Route(ONE + "/evidence", attach, name="entries:attach", methods=["POST"]),
    Route(ONE + "/evidence/{id:uuid}", evidence, name="entries:evidence"),
    Route(ONE + "/withdraw", withdraw, name="entries:withdraw", methods=["POST"]),
    Route(ONE + "/review", review, name="entries:review", methods=["POST"]),
    Route(ONE + "/decide", decide, name="entries:decide", methods=["POST"]),
    Route(ONE + "/objections", object_, name="entries:object", methods=BOTH),
    Route(ONE + "/objections/{id:uuid}", answer, name="entries:answer", methods=BOTH),
]
