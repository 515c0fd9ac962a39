"""Pages of registration and filing."""

import hashlib
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.kit import documents, web
from market.kit.forms import Form
from market.kit.i18n import current_locale
from market.kit.i18n import gettext as _
from market.kit.paging import paginate
from market.registration import access, exports, filings, views
from market.registration.forms import AnswerInput, FilingInput
from market.registration.models import Filing
from market.registration.registrations import NOUN
from market.registration.states import FilingStatus
from market.vocabulary.annotation import MODALITIES
from market.vocabulary.industries import INDUSTRIES


async def list_registrations(request: Request) -> Response:
    """The certificates of one's contracts, or of a region's."""
    query = access.registrations_to_see(web.signed_in(request))
    return await exports.REGISTRATIONS.file(request, query) or await web.render(
        request, "market/registration/registrations_list.html", page=await paginate(request, query)
    )


async def show_registration(request: Request) -> Response:
    """The certificate on A4, with the code by which anybody can check it."""
    found = await access.registration_to_read(web.signed_in(request), request.path_params["number"])
    return await web.render(
        request, "market/registration/certificate.html", registration=found,
        document=await documents.issue(NOUN, found.number, found.digest),
    )  # fmt: skip


async def list_filings(request: Request) -> Response:
    """One's own filings; for an authority those of its region, the waiting ones first."""
    actor = web.signed_in(request)
    status = request.query_params.get("status", "")
    query = access.filings_to_see(actor)
    if status in set(FilingStatus):
        query = query.filter(status=status)
    return await exports.FILINGS.file(request, query) or await web.render(
        request, "market/registration/filings_list.html", page=await paginate(request, query),
        status=status, is_authority=access.is_authority(actor),
    )  # fmt: skip


async def file_(request: Request) -> Response:
    """File a deal made elsewhere."""
    actor = web.signed_in(request)
    form = await _filing_form(request)
    if form.is_valid:
        with form.guard():
            filing = await filings.file_deal(form.input, by=actor)
            return web.see_other(request, "filings:show", number=filing.number, flash=_("Filed"))
    return await _form_page(request, form, None)


async def correct(request: Request) -> Response:
    """Send a returned filing again."""
    actor = web.signed_in(request)
    filing = await access.filing_to_read(actor, request.path_params["number"])
    form = await _filing_form(request, views.values_of(filing))
    if form.is_valid:
        with form.guard():
            await filings.correct_filing(filing, form.input, by=actor)
            return web.see_other(request, "filings:show", number=filing.number, flash=_("Filed"))
    return await _form_page(request, form, filing)


async def _filing_form(
    request: Request, initial: dict[str, Any] | None = None
) -> Form[FilingInput]:
    """The form; of an uploaded contract only the digest is taken, the file is not kept."""
    form = await Form.read(request, FilingInput, initial, draft="kept")
    if (upload := form.upload("contract")) is None:
        return form
    digest = hashlib.sha256(await upload.read()).hexdigest()
    data = await request.form()
    again = Form(FilingInput)
    again.draft = form.draft
    again.submit(FormData([*data.multi_items(), ("contract_digest", digest)]))
    return again


async def _form_page(request: Request, form: Form[FilingInput], filing: Filing | None) -> Response:
    language = current_locale()
    return await web.render(
        request, "market/registration/filing_form.html", form=form, filing=filing,
        industries=[(term.code, term.label(language)) for term in INDUSTRIES.values()],
        modalities=[(term.code, term.label(language)) for term in MODALITIES.values()],
    )  # fmt: skip


async def show_filing(request: Request) -> Response:
    """A filing; for an authority with what may be the same deal, and the answer's form."""
    actor = web.signed_in(request)
    filing = await access.filing_to_read(actor, request.path_params["number"])
    is_authority = access.is_authority(actor)
    form = await Form.read(request, AnswerInput)
    if form.is_valid:
        with form.guard():
            await filings.answer_filing(filing, form.input, by=actor)
            return web.see_other(request, "filings:show", number=filing.number, flash=_("Answered"))
    return await web.render(
        request, "market/registration/filing_show.html", filing=filing, form=form,
        is_authority=is_authority, history=await views.history(filing),
        lookalikes=await filings.lookalikes(filing) if is_authority else [],
    )  # fmt: skip


async def withdraw(request: Request) -> Response:
    """Take a filing back."""
    actor = web.signed_in(request)
    filing = await access.filing_to_read(actor, request.path_params["number"])
    await filings.withdraw_filing(filing, by=actor)
    return web.see_other(request, "filings:list", flash=_("Withdrawn"))


routes = [
    Route("/registrations", list_registrations, name="registrations:list"),
    Route("/registrations/{number}", show_registration, name="registrations:show"),
    Route("/filings", list_filings, name="filings:list"),
    Route("/filings/new", file_, name="filings:file", methods=["GET", "POST"]),
    Route("/filings/{number}", show_filing, name="filings:show", methods=["GET", "POST"]),
    Route("/filings/{number}/edit", correct, name="filings:correct", methods=["GET", "POST"]),
    Route("/filings/{number}/withdraw", withdraw, name="filings:withdraw", methods=["POST"]),
]
